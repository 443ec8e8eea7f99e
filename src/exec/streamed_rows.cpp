// Body of streamed rows. Called by queries; calls selection, lookups and the projection.
#include "streamed_rows.hpp"

#include "answer_text.hpp"
#include "direct_lookup.hpp"

#include <aurora/base/try.hpp>
#include <aurora/exec/lookup.hpp>

namespace aurora::exec {

namespace {

Status append_gathered(View& view, const DocumentQuery& query, const ExecSettings& settings,
                       const Projection& projection, std::string& out) {
  AURORA_ASSIGN(const auto rows, select(view, query, settings, nullptr));
  std::vector<RecordView> records;
  records.reserve(rows.size());
  for (const auto& row : rows) records.push_back(row.record.view());
  AURORA_ASSIGN(const auto lookups, LookupResults::find(view, projection, records, settings));
  const auto begin = out.size();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    make_room(out, begin, i, rows.size());
    if (i > 0) out += ',';
    RowExtras extras;
    extras.lookups = &lookups;
    extras.row = i;
    extras.score = rows[i].score;
    AURORA_TRY(projection.append(out, *query.collection, records[i], extras));
  }
  out += ']';
  return {};
}

// Values at paths: columns may have them.
Status append_values(View& view, const DocumentQuery& query, const ExecSettings& settings, const Projection& projection,
                     plan::Explanation* explanation, std::string& out) {
  out += '[';
  const auto begin = out.size();
  std::size_t count = 0;
  AURORA_TRY(each_fields(view, query, projection.paths(), settings, explanation, [&](const FieldsAtHand& row) -> Status {
    make_room(out, begin, count, row.most);
    if (count++ > 0) out += ',';
    return projection.append_values(out, row.values);
  }));
  out += ']';
  return {};
}

}  // namespace

Status append_streamed(View& view, const DocumentQuery& query, const ExecSettings& settings,
                       const Projection& projection, plan::Explanation* explanation, std::string& out) {
  if (!projection.paths().empty()) return append_values(view, query, settings, projection, explanation, out);
  out += '[';
  std::unique_ptr<DirectLookups> direct;
  if (!projection.lookups().empty()) {
    AURORA_ASSIGN(direct, DirectLookups::of(view, projection, settings));
    if (!direct) return append_gathered(view, query, settings, projection, out);
  }
  const auto begin = out.size();
  std::size_t count = 0;
  RowExtras extras;
  extras.direct = direct.get();
  AURORA_TRY(each_row(view, query, settings, [&](const RowAtHand& row) -> Status {
    make_room(out, begin, count, row.most);
    if (count++ > 0) out += ',';
    extras.score = row.score;
    return projection.append(out, *query.collection, row.record.view(), extras);
  }));
  out += ']';
  if (direct) direct->finish();
  return {};
}

}  // namespace aurora::exec
