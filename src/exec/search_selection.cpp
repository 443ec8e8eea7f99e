// Body of score and highlight. Called by projections; calls the text room.
#include "search_selection.hpp"

#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/search.hpp>
#include <aurora/index/extract.hpp>

#include <array>

namespace aurora::exec {

bool is_search_selection(const CollectionDef& collection, const aql::Selection& selection,
                         const text::Search* search) {
  if (selection.kind != aql::Selection::Kind::kField) return false;
  const auto& name = selection.name.text;
  if (name == "highlight" && !selection.arguments.empty()) return true;
  if (name != "score" && name != "highlight") return false;
  return collection.find(name) == nullptr && (search != nullptr || !collection.open);
}

Result<ProjectionItem> compile_search_selection(const CollectionDef& collection, const aql::Selection& selection,
                                                const plan::Bindings& bindings, const text::Search* search) {
  const auto& name = selection.name.text;
  if (search == nullptr)
    return bindings.error(selection.name.at, ErrorCode::kInvalidQuery,
                          "'" + name + "' belongs to a search: give the query the argument 'search', and select it "
                          "beside the fields of the documents found");
  if (selection.has_selections)
    return bindings.error(selection.name.at, ErrorCode::kInvalidQuery,
                          "'" + name + "' has no parts to select; remove the braces behind it");
  ProjectionItem item;
  item.name = selection.key();
  item.key = json_key(item.name);
  item.kind = ProjectionItem::Kind::kScore;
  if (name == "score") {
    AURORA_TRY(check_arguments(selection.arguments, {}, "'score'", bindings));
    return item;
  }
  item.kind = ProjectionItem::Kind::kHighlight;
  constexpr std::array<std::string_view, 4> kNames{"field", "pre", "post", "length"};
  AURORA_TRY(check_arguments(selection.arguments, kNames, "'highlight'", bindings));
  AURORA_ASSIGN(const auto field, text_argument(selection.arguments, {"field"}, bindings));
  if (!field)
    return bindings.error(selection.name.at, ErrorCode::kInvalidQuery, "'highlight' needs the argument 'field'");
  auto path = searched_field(collection, *field);
  if (!path) return bindings.error(selection.name.at, path.error().code(), path.error().message());
  item.path = *std::move(path);
  AURORA_ASSIGN(const auto pre, text_argument(selection.arguments, {"pre"}, bindings));
  AURORA_ASSIGN(const auto post, text_argument(selection.arguments, {"post"}, bindings));
  if (pre) item.highlight.pre = *pre;
  if (post) item.highlight.post = *post;
  AURORA_ASSIGN(item.highlight.length, count_argument(selection.arguments, "length", bindings));
  return item;
}

void append_highlight(std::string& out, const ProjectionItem& item, const CollectionDef& collection, RecordView record,
                      const text::Search& search) {
  const auto field = search.field_at(item.path);
  std::vector<std::string> texts;
  visit_values(collection, item.path, record, [&](ValueView value) {
    if (value.type() != Type::kString) return true;
    // Nothing was looked for in a field that the search leaves out.
    texts.push_back(field ? text::highlight(search, *field, value.string_value(), item.highlight)
                          : std::string(value.string_value()));
    return true;
  });
  if (!is_multi_valued(collection, item.path)) {
    if (texts.empty())
      out += "null";
    else
      append_json_string(out, texts.front());
    return;
  }
  out += '[';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, texts[i]);
  }
  out += ']';
}

}  // namespace aurora::exec
