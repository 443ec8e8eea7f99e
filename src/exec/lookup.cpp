// Finding what lookups ask for. Called by queries and mutations once their rows are known.
//
//   rows ──► distinct keys ──► one search ──► where ──► per key: order, limit ──► per row: the documents of its keys
//                                                                        └──► nested lookups over all of them
#include <aurora/exec/lookup.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/read_shapes.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/index/extract.hpp>

#include "places.hpp"
#include "places_of_ints.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <utility>

namespace aurora::exec {

namespace {

using Steady = std::chrono::steady_clock;

std::uint64_t micros_since(Steady::time_point start) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start).count());
}

// Part of LookupResults::One::matches.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t count = 0;
};

// Longer texts of documents are written anew for each row.
constexpr std::size_t kKeptText = 1024;

}  // namespace

struct LookupResults::One {
  std::shared_ptr<const LookupPlan> plan;
  std::vector<Row> found;                     // each document once
  std::vector<std::uint32_t> matches;         // places in `found`
  std::vector<Span> rows;                     // of each row: its part of `matches`
  std::vector<bool> lists;                    // of each row, when the plan lets the value decide
  LookupResults nested;                       // the rows of these are `found`
  DateTime now;
  KeySearchReport report;
  std::size_t keys = 0;
  std::uint64_t search_us = 0;
  std::uint64_t time_us = 0;
  bool keeps_texts = false;                   // most of `found` is shown more than once, and reads the same each time
  mutable std::vector<std::string> texts;     // of `found`, once written; by the one thread that writes the answer

  [[nodiscard]] std::span<const std::uint32_t> of_row(std::size_t row) const {
    return std::span(matches).subspan(rows[row].begin, rows[row].count);
  }
  [[nodiscard]] bool is_list(std::size_t row) const {
    return plan->list || (plan->list_by_value && lists[row]);
  }
};

class LookupResults::Finder {
 public:
  Finder(View& view, std::shared_ptr<const LookupPlan> plan, const ExecSettings& settings)
      : view_(view), plan_(*plan), settings_(settings) {
    one_.plan = std::move(plan);
    one_.now = view.now();
  }

  Result<One> run(std::span<const RecordView> rows) {
    const auto start = Steady::now();
    collect_keys(rows);
    AURORA_TRY(search());
    one_.search_us = micros_since(start);
    AURORA_TRY(add_sort_fields());
    order_of_keys();
    AURORA_TRY(assign_rows(rows.size()));
    if (!plan_.projection.lookups().empty()) AURORA_TRY(find_nested());
    one_.keys = keys_.size();
    one_.keeps_texts = one_.rows.size() >= 2 * one_.found.size() && plan_.projection.is_plain();
    if (one_.keeps_texts) one_.texts.resize(one_.found.size());
    one_.time_us = micros_since(start);
    return std::move(one_);
  }

 private:
  // Which keys each row asks for, each distinct one once.
  void collect_keys(std::span<const RecordView> rows) {
    std::unordered_map<std::string, std::uint32_t> places;
    const auto place_of = [&](std::string key, ValueView value) {
      const auto [at, fresh] = places.try_emplace(std::move(key), static_cast<std::uint32_t>(keys_.size()));
      if (fresh) {
        keys_.push_back(at->first);
        values_.emplace_back(value);
      }
      return at->second;
    };
    const auto& local = plan_.local;
    const bool plain = local.subject == plan::Subject::kPath && !is_virtual(*local.collection, local.path.field);
    PlacesOfInts of_ints;
    row_keys_.reserve(rows.size());
    wanted_.reserve(rows.size());
    for (const auto row : rows) {
      const auto begin = static_cast<std::uint32_t>(wanted_.size());
      const auto value = plain ? read_path(*local.collection, local.path, row) : ValueView();
      if (value.type() == Type::kInt) {   // the one value there is: mostly one of those before
        auto& place = of_ints.at(value.int_value());
        if (place == PlacesOfInts::kNone) place = place_of(join_key(local, value), value);
        wanted_.push_back(place);
      } else {
        visit_keys(local, row, [&](std::string key, ValueView each) {
          wanted_.push_back(place_of(std::move(key), each));
          return true;
        });
      }
      row_keys_.push_back({begin, static_cast<std::uint32_t>(wanted_.size()) - begin});
      if (plan_.list_by_value) one_.lists.push_back(holds_list(row));
    }
  }

  [[nodiscard]] bool holds_list(RecordView row) const {
    auto first = plan_.local.path;
    first.rest.clear();
    auto value = read_path(*plan_.local.collection, first, row);
    for (const auto& name : plan_.local.path.rest) {
      if (value.type() != Type::kObject) break;
      value = value.object().find(name);
    }
    return value.type() == Type::kList;
  }

  // Documents that the search finds, beside the keys that found them.
  Status search() {
    of_key_.resize(keys_.size());
    if (keys_.empty()) return {};
    const auto& foreign = *plan_.foreign.collection;
    view_.on_read(foreign.id, key_filter(plan_.foreign, values_));
    const bool first_only = is_single() && plan_.order.empty();
    const bool once = plan_.foreign.subject == plan::Subject::kSid || !is_multi_valued(foreign, plan_.foreign.path);
    std::unordered_map<Ordinal, std::uint32_t> known;
    std::uint64_t bytes = 0;
    bool too_large = false;
    AURORA_TRY(find_by_keys(
        view_, plan_.foreign, keys_, settings_.use_indexes, &one_.report,
        [&](std::size_t key, Ordinal ordinal, const RecordRef& record) {
          if (plan_.filter != nullptr && !plan_.filter->matches(record.view())) return true;
          auto& places = of_key_[key];
          if (first_only && !places.empty()) {
            // The first in natural order; uncommitted documents come last here.
            auto& best = one_.found[places.front()];
            if (once && ordinal < best.ordinal) best = {ordinal, record};
            if (once || ordinal >= best.ordinal) return true;
          }
          const auto next = static_cast<std::uint32_t>(one_.found.size());
          const auto place = once ? next : known.try_emplace(ordinal, next).first->second;
          if (place == next) {
            one_.found.push_back({ordinal, record});
            bytes += record.memory_bytes() + sizeof(Row);
          }
          if (first_only)
            places.assign(1, place);
          else
            places.push_back(place);
          bytes += sizeof(std::uint32_t);
          too_large = bytes > settings_.sort_bytes;
          return !too_large;
        }));
    remember();
    return too_large ? Status(needs_too_much()) : Status();
  }

  // For proposals of indexes; what no index of values can find is nothing to them.
  void remember() const {
    const auto& foreign = plan_.foreign;
    if (settings_.shapes == nullptr || !settings_.use_indexes || foreign.subject == plan::Subject::kSid || foreign.reads)
      return;
    settings_.shapes->record_keys(*foreign.collection, foreign.path, key_index(foreign, true), one_.report.examined,
                                  one_.found.size());
  }

  Error needs_too_much() const {
    return {ErrorCode::kLimitExceeded, "the lookup '" + plan_.name + "' needs more than " +
                                           std::to_string(settings_.sort_bytes) +
                                           " bytes (sort_bytes); ask for fewer rows, or filter more"};
  }

  // At most one document a row is shown.
  [[nodiscard]] bool is_single() const { return !plan_.list && !plan_.list_by_value; }

  [[nodiscard]] std::size_t most() const {
    const auto limit = plan_.limit.value_or(UINT64_MAX);
    return is_single() ? std::min<std::uint64_t>(limit, 1) : limit;
  }

  [[nodiscard]] bool stands_before(std::uint32_t a, std::uint32_t b) const {
    const auto& first = one_.found[a];
    const auto& second = one_.found[b];
    if (plan_.order.empty()) return first.ordinal < second.ordinal;
    return compare_places(plan_.order, sort_values_[a], first.ordinal, sort_values_[b], second.ordinal) < 0;
  }

  void cut(std::vector<std::uint32_t>& places) const {
    std::sort(places.begin(), places.end(), [&](auto a, auto b) { return stands_before(a, b); });
    if (places.size() > most()) places.resize(most());
  }

  // Virtual computed fields that decide the order.
  Status add_sort_fields() {
    const auto& collection = *plan_.foreign.collection;
    std::vector<FieldId> fields;
    for (const auto& term : plan_.order)
      if (term.subject == plan::Subject::kPath) add_if_virtual(collection, term.path.field, fields);
    if (fields.empty()) return {};
    for (auto& row : one_.found) {
      AURORA_ASSIGN(row.record, with_computed(collection, row.record.view(), fields, one_.now));
    }
    return {};
  }

  void order_of_keys() {
    if (!plan_.order.empty()) {
      sort_values_.reserve(one_.found.size());
      for (const auto& row : one_.found) {
        auto& values = sort_values_.emplace_back();
        for (const auto& term : plan_.order)
          values.push_back(term.subject == plan::Subject::kSid
                               ? row.record.view().sid_view()
                               : read_path(*plan_.foreign.collection, term.path, row.record.view()));
      }
    }
    for (auto& places : of_key_) cut(places);
  }

  // Rows with one key share its part of the matches; several keys are merged.
  Status assign_rows(std::size_t count) {
    std::vector<Span> key_spans(keys_.size());
    for (std::size_t key = 0; key < keys_.size(); ++key) key_spans[key] = append(of_key_[key]);
    one_.rows.reserve(count);
    std::vector<std::uint32_t> merged;
    for (const auto& [begin, many] : row_keys_) {
      if (many == 1) {
        one_.rows.push_back(key_spans[wanted_[begin]]);
        continue;
      }
      merged.clear();
      for (std::uint32_t i = begin; i < begin + many; ++i)
        merged.insert(merged.end(), of_key_[wanted_[i]].begin(), of_key_[wanted_[i]].end());
      std::sort(merged.begin(), merged.end());
      merged.erase(std::unique(merged.begin(), merged.end()), merged.end());
      cut(merged);
      one_.rows.push_back(append(merged));
      if (one_.matches.size() * sizeof(std::uint32_t) > settings_.sort_bytes) return needs_too_much();
    }
    return {};
  }

  Span append(const std::vector<std::uint32_t>& places) {
    const auto begin = static_cast<std::uint32_t>(one_.matches.size());
    one_.matches.insert(one_.matches.end(), places.begin(), places.end());
    return {begin, static_cast<std::uint32_t>(places.size())};
  }

  // Only documents that some row shows ask for more.
  Status find_nested() {
    std::vector<bool> shown(one_.found.size(), false);
    for (const auto& span : one_.rows)
      for (auto i = span.begin; i < span.begin + span.count; ++i) shown[one_.matches[i]] = true;
    std::vector<std::uint32_t> place(one_.found.size(), 0);
    std::vector<Row> kept;
    for (std::size_t i = 0; i < one_.found.size(); ++i) {
      if (!shown[i]) continue;
      place[i] = static_cast<std::uint32_t>(kept.size());
      kept.push_back(std::move(one_.found[i]));
    }
    for (auto& match : one_.matches) match = place[match];
    one_.found = std::move(kept);
    std::vector<RecordView> records;
    records.reserve(one_.found.size());
    for (const auto& row : one_.found) records.push_back(row.record.view());
    AURORA_ASSIGN(one_.nested, LookupResults::find(view_, plan_.projection, records, settings_));
    return {};
  }

  View& view_;
  const LookupPlan& plan_;
  const ExecSettings& settings_;
  One one_;
  std::vector<std::string> keys_;
  std::vector<Value> values_;
  std::vector<std::uint32_t> wanted_;                    // the keys of all rows, one row after another
  std::vector<Span> row_keys_;                           // of each row: its part of `wanted_`
  std::vector<std::vector<std::uint32_t>> of_key_;       // of each key: places in `found`
  std::vector<std::vector<ValueView>> sort_values_;      // of each document found
};

Result<LookupResults> LookupResults::find(View& view, const Projection& projection, std::span<const RecordView> rows,
                                          const ExecSettings& settings) {
  LookupResults results;
  for (const auto& plan : projection.lookups()) {
    AURORA_ASSIGN(auto one, Finder(view, plan, settings).run(rows));
    results.each_.push_back(std::make_shared<const One>(std::move(one)));
  }
  return results;
}

Status LookupResults::append(std::string& out, std::size_t lookup, std::size_t row) const {
  const auto& one = *each_[lookup];
  const auto matches = one.of_row(row);
  const auto add = [&](std::uint32_t match) -> Status {
    if (one.keeps_texts && !one.texts[match].empty()) {
      out += one.texts[match];
      return {};
    }
    const auto begin = out.size();
    AURORA_TRY(one.plan->projection.append(out, *one.plan->foreign.collection, one.found[match].record.view(),
                                           {{}, &one.nested, match}));
    if (one.keeps_texts && out.size() - begin <= kKeptText) one.texts[match] = out.substr(begin);
    return {};
  };
  if (!one.is_list(row)) {
    if (!matches.empty()) return add(matches.front());
    out += "null";
    return {};
  }
  out += '[';
  for (std::size_t i = 0; i < matches.size(); ++i) {
    if (i > 0) out += ',';
    AURORA_TRY(add(matches[i]));
  }
  out += ']';
  return {};
}

Result<Value> LookupResults::document(const One& one, std::uint32_t match, std::string_view member) {
  using Kind = ProjectionItem::Kind;
  const auto wanted = [&](std::string_view name) { return member.empty() || member == name; };
  const auto& collection = *one.plan->foreign.collection;
  const auto& projection = one.plan->projection;
  const auto record = one.found[match].record.view();
  expr::ComputedValues values(collection, record, one.now);
  Object object;
  if (const Value open(record.field(kOpenFields)); open.if_object() != nullptr) object = *open.if_object();
  for (const auto& field : collection.fields) {
    if (!wanted(field.name)) continue;
    AURORA_ASSIGN(auto value, values.at(FieldPath{field.id, field.name, {}}));
    object.set(field.name, std::move(value));
  }
  object.set("_sid", Value(record.sid()));
  for (const auto& item : projection.items()) {
    if (!wanted(item.name)) continue;
    Result<Value> value = Value();
    if (item.kind == Kind::kLookup) value = one.nested.value(item.place, match, {});
    if (item.kind == Kind::kField || item.kind == Kind::kComputed) value = values.at(item.path);
    if (item.kind == Kind::kSid) value = Value(record.sid());
    if (item.kind == Kind::kExpression) value = projection.evaluate(item, values, {{}, &one.nested, match});
    if (!value) return value.error();
    object.set(item.name, *std::move(value));
  }
  return Value(std::move(object));
}

Result<Value> LookupResults::value(std::size_t lookup, std::size_t row, std::string_view member) const {
  const auto& one = *each_[lookup];
  const auto matches = one.of_row(row);
  if (!one.is_list(row)) return matches.empty() ? Result<Value>(Value()) : document(one, matches.front(), member);
  List list;
  for (const auto match : matches) {
    AURORA_ASSIGN(auto each, document(one, match, member));
    list.push_back(std::move(each));
  }
  return Value(std::move(list));
}

void LookupResults::explain(plan::Explanation& explanation) const {
  for (const auto& one : each_) explanation.root = over(*one, std::move(explanation.root), explanation);
}

// Lookup ── rows: the plan of the rows
//        └─ search, under Filter for `where` and a Lookup for each nested one
plan::PlanNode LookupResults::over(const One& one, plan::PlanNode rows, plan::Explanation& explanation) {
  const auto& plan = *one.plan;
  const auto& foreign = *plan.foreign.collection;
  const auto& used = one.report.index;
  const auto measured = [&](plan::PlanNode node, std::uint64_t count, std::uint64_t time_us) {
    if (!explanation.analyze) return node;
    node.rows = count;
    node.time_us = time_us;
    return node;
  };
  plan::PlanNode search;
  const auto* index = key_index(plan.foreign, !used.empty());
  search.op = used.empty()                                             ? "Scan"
              : index == nullptr || index->kind == IndexKind::kPrimary ? "PrimaryLookup"
              : one.report.probes > 1                                  ? "IndexIn"
                                                                       : "IndexEq";
  search.condition = foreign.name + "." + plan.foreign.name() + " in " + std::to_string(one.keys) +
                     (one.keys == 1 ? " key" : " keys");
  search.index = used;
  search.estimated_rows = one.report.examined;
  search = measured(std::move(search), one.report.examined, one.search_us);
  if (plan.filter != nullptr) {
    plan::PlanNode filter;
    filter.op = "Filter";
    filter.condition = plan.filter->root().text();
    filter.children.push_back(std::move(search));
    search = measured(std::move(filter), one.found.size(), one.search_us);
  }
  for (const auto& inner : one.nested.each_) search = over(*inner, std::move(search), explanation);
  plan::PlanNode node;
  node.op = "Lookup";
  node.condition = plan.name + ": " + plan.local.name() + " = " + foreign.name + "." + plan.foreign.name();
  node.children.push_back(std::move(rows));
  node.children.push_back(std::move(search));
  explanation.rows_examined += one.report.examined;
  explanation.index_used = explanation.index_used || !used.empty();
  auto& indexes = explanation.indexes;
  if (!used.empty() && std::find(indexes.begin(), indexes.end(), used) == indexes.end())
    indexes.push_back(used);
  return measured(std::move(node), one.rows.size(), one.time_us);
}

}  // namespace aurora::exec
