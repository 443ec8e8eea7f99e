// Body of windows. Called by queries; calls selection for the rows that are not on the page.
#include <aurora/exec/window.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/aggregate.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/running_sum.hpp>
#include <aurora/schema/path.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>
#include <unordered_map>

namespace aurora::exec {

namespace {

using plan::Bindings;
using Steady = std::chrono::steady_clock;

constexpr std::array<std::string_view, 9> kFunctions{"rollingAvg", "rollingSum", "rollingMin", "rollingMax", "lag",
                                                     "lead",       "rank",       "rowNumber",  "cumSum"};

bool is_rolling(WindowFunction function) { return function <= WindowFunction::kRollingMax; }

bool needs_numbers(WindowFunction function) {
  return function == WindowFunction::kRollingAvg || function == WindowFunction::kRollingSum ||
         function == WindowFunction::kCumSum;
}

Status read_size(const aql::Selection& selection, const Bindings& bindings, WindowSpec& spec) {
  AURORA_ASSIGN(const auto size, count_argument(selection.arguments, "windowSize", bindings));
  if (size && *size == 0)
    return bindings.error(selection.name.at, ErrorCode::kInvalidQuery, "'windowSize' is at least 1");
  if (!size && is_rolling(spec.function))
    return bindings.error(selection.name.at, ErrorCode::kInvalidQuery,
                          "a rolling window needs 'windowSize', the number of rows in it");
  spec.size = size.value_or(1);
  return {};
}

// ---------------------------------------------------------------- values of one column

using Column = std::vector<Value>;

ValueView view_of(const Value& value) {
  return value.type() == Type::kList || value.type() == Type::kObject ? ValueView() : value.scalar_view();
}

/// What a window holds; joined with the window behind it.
class SumState {
 public:
  void add(const Value& value) {
    if (is_number(value.type())) sum_.add(view_of(value));
  }
  void add(const SumState& later) { sum_.add(later.sum_); }
  const RunningSum& sum() const { return sum_; }

 private:
  RunningSum sum_;
};

template <int kSign>
class ExtremeState {
 public:
  void add(const Value& value) { take(value.is_null() ? nullptr : &value); }
  void add(const ExtremeState& later) { take(later.best_); }
  Value value() const { return best_ != nullptr ? *best_ : Value(); }

 private:
  void take(const Value* value) {
    if (value == nullptr) return;
    if (best_ == nullptr || (kSign < 0 ? compare(*value, *best_) < 0 : compare(*value, *best_) > 0)) best_ = value;
  }
  const Value* best_ = nullptr;
};

// Calls emit(i, state of the last `size` values up to i). Nothing is ever taken out of a state: the column is cut
// into blocks of `size`, and a window is the end of one block joined with the start of the next. O(rows).
template <class State, class Emit>
Status roll(const Column& column, std::size_t size, const Emit& emit) {
  std::vector<State> ends;   // of the block before: ends[j] holds its values from j on
  State start;
  for (std::size_t i = 0; i < column.size(); ++i) {
    const auto offset = i % size;
    if (offset == 0) {
      if (i > 0) {
        ends.assign(size, State());
        for (std::size_t j = size; j-- > 0;) {
          ends[j].add(column[i - size + j]);
          if (j + 1 < size) ends[j].add(ends[j + 1]);
        }
      }
      start = State();
    }
    start.add(column[i]);
    if (i < size || offset + 1 == size) {
      AURORA_TRY(emit(i, start));
    } else {
      auto window = ends[offset + 1];
      window.add(start);
      AURORA_TRY(emit(i, window));
    }
  }
  return {};
}

// Ties share a rank, the next ones are skipped; nulls stand where the order puts them.
Column ranks(const Column& column, const SortTerm& term) {
  const auto relation = [&](const Value& a, const Value& b) {
    if (a.is_null() || b.is_null()) {
      if (a.is_null() == b.is_null()) return 0;
      return a.is_null() == term.nulls_first ? -1 : 1;
    }
    const auto order = compare(a, b);
    if (order == 0) return 0;
    return (order < 0) != term.descending ? -1 : 1;
  };
  std::vector<std::size_t> places(column.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::sort(places.begin(), places.end(),
            [&](std::size_t a, std::size_t b) { return relation(column[a], column[b]) < 0; });
  Column result(column.size());
  std::size_t rank = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i == 0 || relation(column[places[i - 1]], column[places[i]]) != 0) rank = i + 1;
    result[places[i]] = Value(static_cast<std::int64_t>(rank));
  }
  return result;
}

// The direction in which a field is ranked: that of the sort term on it, else of the first one.
SortTerm rank_term(const DocumentQuery& query, const WindowSpec& spec) {
  for (const auto& term : query.order) {
    const bool same = spec.sid ? term.subject == plan::Subject::kSid
                               : term.subject == plan::Subject::kPath && term.path.text() == spec.path.text();
    if (same) return term;
  }
  SortTerm term;
  if (!query.order.empty()) term.descending = query.order.front().descending;
  term.nulls_first = !term.descending;
  return term;
}

class WindowPass {
 public:
  WindowPass(View& view, const DocumentQuery& query, const std::vector<WindowSpec>& specs, const Bindings& bindings,
             const ExecSettings& settings)
      : view_(view), query_(query), specs_(specs), bindings_(bindings), settings_(settings) {}

  Result<std::vector<Value>> run(const std::vector<Row>& page, plan::Explanation* explanation) {
    const auto start = Steady::now();
    find_columns();
    plan::Explanation all;
    all.analyze = explanation != nullptr && explanation->analyze;
    const bool whole = !query_.limit && query_.offset == 0 && !query_.after && !query_.before;
    if (whole) {
      for (const auto& row : page) AURORA_TRY(add(row));
    } else {
      AURORA_TRY(add_all(explanation != nullptr ? &all : nullptr));
    }
    std::vector<Value> values(page.size() * specs_.size());
    const auto places = whole ? std::vector<std::size_t>() : places_of(page);
    for (std::size_t i = 0; i < specs_.size(); ++i) {
      AURORA_ASSIGN(auto computed, compute(specs_[i], columns_[column_of_[i]]));
      for (std::size_t j = 0; j < page.size(); ++j)
        values[j * specs_.size() + i] = std::move(computed[whole ? j : places[j]]);
    }
    if (explanation != nullptr) explain(*explanation, whole ? nullptr : &all, start);
    return values;
  }

 private:
  // One column for each field, however many windows look at it.
  void find_columns() {
    for (const auto& spec : specs_) {
      std::size_t at = 0;
      while (at < sources_.size() &&
             (sources_[at]->sid != spec.sid || sources_[at]->path.text() != spec.path.text()))
        ++at;
      if (at == sources_.size()) sources_.push_back(&spec);
      column_of_.push_back(at);
    }
    columns_.resize(sources_.size());
  }

  Status add(const Row& row) {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const auto& source = *sources_[i];
      const auto record = row.record.view();
      // rowNumber may have no field.
      const auto value = source.sid ? record.sid_view()
                         : source.path.name.empty() ? ValueView()
                                                    : read_path(*query_.collection, source.path, record);
      const bool long_value = value.type() == Type::kString || value.type() == Type::kList ||
                              value.type() == Type::kObject;
      // The value, its result, and its place.
      bytes_ += 2 * sizeof(Value) + sizeof(std::size_t) + (long_value ? value.encoded().size() : 0);
      columns_[i].emplace_back(value);
    }
    ordinals_.push_back(row.ordinal);
    if (bytes_ <= settings_.sort_bytes) return {};
    return Error(ErrorCode::kLimitExceeded, "the windows need more than " + std::to_string(settings_.sort_bytes) +
                                                " bytes (max_sort_bytes); filter more");
  }

  Status add_all(plan::Explanation* explanation) {
    auto all = query_;
    all.limit.reset();
    all.offset = 0;
    all.after.reset();
    all.before.reset();
    all.backward = false;
    if (!all.distinct)
      return visit_matches(view_, all, true, settings_, explanation, [&](const Row& row) { return add(row); });
    AURORA_ASSIGN(const auto rows, select(view_, all, settings_, explanation));
    for (const auto& row : rows) AURORA_TRY(add(row));
    return {};
  }

  std::vector<std::size_t> places_of(const std::vector<Row>& page) const {
    std::unordered_map<Ordinal, std::size_t> wanted;
    for (std::size_t i = 0; i < page.size(); ++i) wanted.emplace(page[i].ordinal, i);
    std::vector<std::size_t> places(page.size());
    for (std::size_t i = 0; i < ordinals_.size(); ++i)
      if (const auto found = wanted.find(ordinals_[i]); found != wanted.end()) places[found->second] = i;
    return places;
  }

  Result<Column> compute(const WindowSpec& spec, const Column& column) const {
    Column result(column.size());
    const auto size = static_cast<std::size_t>(std::clamp<std::uint64_t>(spec.size, 1, std::max<std::size_t>(
                                                                                            column.size(), 1)));
    const auto put = [&](std::size_t i, Result<Value> value) -> Status {
      if (!value) return bindings_.error(spec.at, value.error().code(), value.error().message());
      result[i] = *std::move(value);
      return {};
    };
    switch (spec.function) {
      case WindowFunction::kRollingAvg:
        AURORA_TRY(roll<SumState>(column, size, [&](std::size_t i, const SumState& state) {
          return put(i, state.sum().average());
        }));
        break;
      case WindowFunction::kRollingSum:
        AURORA_TRY(roll<SumState>(column, size, [&](std::size_t i, const SumState& state) {
          return put(i, state.sum().sum(spec.text));
        }));
        break;
      case WindowFunction::kRollingMin:
        AURORA_TRY(roll<ExtremeState<-1>>(column, size, [&](std::size_t i, const ExtremeState<-1>& state) {
          return put(i, state.value());
        }));
        break;
      case WindowFunction::kRollingMax:
        AURORA_TRY(roll<ExtremeState<1>>(column, size, [&](std::size_t i, const ExtremeState<1>& state) {
          return put(i, state.value());
        }));
        break;
      case WindowFunction::kCumSum: {
        SumState state;
        for (std::size_t i = 0; i < column.size(); ++i) {
          state.add(column[i]);
          AURORA_TRY(put(i, state.sum().sum(spec.text)));
        }
        break;
      }
      case WindowFunction::kLag:
        for (std::size_t i = 0; i < column.size(); ++i)
          if (i >= spec.size) result[i] = column[i - static_cast<std::size_t>(spec.size)];
        break;
      case WindowFunction::kLead:
        for (std::size_t i = 0; i < column.size(); ++i)
          if (spec.size < column.size() - i) result[i] = column[i + static_cast<std::size_t>(spec.size)];
        break;
      case WindowFunction::kRank: return ranks(column, rank_term(query_, spec));
      case WindowFunction::kRowNumber:
        for (std::size_t i = 0; i < column.size(); ++i) result[i] = Value(static_cast<std::int64_t>(i + 1));
        break;
    }
    return result;
  }

  void explain(plan::Explanation& explanation, plan::Explanation* all, Steady::time_point start) const {
    plan::PlanNode node;
    node.op = "Window";
    for (const auto& spec : specs_) node.condition += (node.condition.empty() ? "" : ", ") + spec.text;
    const auto spent = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start).count());
    if (explanation.analyze) {
      node.rows = explanation.rows_returned;
      node.time_us = explanation.time_us + spent;
    }
    node.children.push_back(std::move(explanation.root));
    if (all != nullptr) {
      // The rows beside the page were visited for their values alone.
      if (all->root.op == "Aggregate") all->root = std::move(all->root.children.front());
      node.children.push_back(std::move(all->root));
      explanation.rows_examined += all->rows_examined;
      explanation.index_used = explanation.index_used || all->index_used;
      for (auto& name : all->indexes)
        if (std::find(explanation.indexes.begin(), explanation.indexes.end(), name) == explanation.indexes.end())
          explanation.indexes.push_back(std::move(name));
    }
    explanation.time_us += spent;
    explanation.root = std::move(node);
  }

  View& view_;
  const DocumentQuery& query_;
  const std::vector<WindowSpec>& specs_;
  const Bindings& bindings_;
  const ExecSettings& settings_;
  std::vector<const WindowSpec*> sources_;   // the first spec on each field
  std::vector<std::size_t> column_of_;       // of each spec
  std::vector<Column> columns_;
  std::vector<Ordinal> ordinals_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Result<WindowSpec> compile_window(const CollectionDef& collection, const aql::Selection& selection,
                                  const Bindings& bindings) {
  constexpr std::array<std::string_view, 3> kArguments{"field", "function", "windowSize"};
  AURORA_TRY(check_arguments(selection.arguments, kArguments, "'windowFunc'", bindings));
  if (selection.has_selections)
    return bindings.error(selection.name.at, ErrorCode::kInvalidQuery, "'windowFunc' has no parts to select");
  AURORA_ASSIGN(const auto function, word_argument(selection.arguments, "function", kFunctions, bindings));
  if (!function)
    return bindings.error(selection.name.at, ErrorCode::kInvalidQuery,
                          "'windowFunc' needs the argument 'function', like \"rollingAvg\"");
  WindowSpec spec;
  spec.at = selection.name.at;
  spec.function = static_cast<WindowFunction>(std::find(kFunctions.begin(), kFunctions.end(), *function) -
                                              kFunctions.begin());
  AURORA_ASSIGN(const auto field, text_argument(selection.arguments, {"field"}, bindings));
  if (field) {
    spec.sid = *field == "_sid";
    if (!spec.sid) {
      auto path = resolve_path(collection, *field);
      if (!path)
        return bindings.error(find_argument(selection.arguments, {"field"}, bindings).get()->at, path.error().code(),
                              path.error().message());
      spec.path = *std::move(path);
    }
  } else if (spec.function != WindowFunction::kRowNumber) {
    return bindings.error(selection.name.at, ErrorCode::kInvalidQuery, "'" + *function + "' needs the argument 'field'");
  }
  if (needs_numbers(spec.function))
    AURORA_TRY(check_numeric(collection, spec.path, spec.sid, *function, spec.at, bindings));
  AURORA_TRY(read_size(selection, bindings, spec));
  spec.text = *function + "(" + field.value_or("");
  if (is_rolling(spec.function) || spec.function == WindowFunction::kLag || spec.function == WindowFunction::kLead)
    spec.text += ", " + std::to_string(spec.size);
  spec.text += ")";
  return spec;
}

Result<std::vector<Value>> compute_windows(View& view, const DocumentQuery& query,
                                           const std::vector<WindowSpec>& specs, const std::vector<Row>& page,
                                           const Bindings& bindings, const ExecSettings& settings,
                                           plan::Explanation* explanation) {
  return WindowPass(view, query, specs, bindings, settings).run(page, explanation);
}

}  // namespace aurora::exec
