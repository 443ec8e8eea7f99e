// Body of filters over columns: conditions become ranges or tables, and are asked of 1,024 values at a time.
// Called by selection; calls the filter's own evaluation for whatever is neither.
#include "column_filter.hpp"

#include <aurora/base/try.hpp>

#include "select_plan.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace aurora::exec {

namespace {

using plan::FilterNode;
using plan::FilterOp;

constexpr std::size_t kWords = ColumnChunk::kSize / 64;
/// A bit for each ordinal of a chunk.
using Mask = std::array<std::uint64_t, kWords>;

template <class Number>
struct Range {
  Number low;
  Number high;
};

// A filter, or a part of one, ready to be asked.
struct Test {
  enum class Kind : std::uint8_t { kConstant, kAnd, kOr, kNot, kInts, kFloats, kTable, kEach };
  Kind kind = Kind::kConstant;
  std::vector<Test> parts;                 // kAnd, kOr; kNot has one
  bool constant = false;
  // Of conditions:
  const Column* column = nullptr;
  const FilterNode* node = nullptr;
  bool on_null = false;
  bool negated = false;                    // kInts, kFloats: met outside of all ranges
  std::vector<Range<std::int64_t>> ints;   // met within any
  std::vector<Range<double>> floats;
  std::vector<std::uint8_t> table;         // kTable: by bits
};

// ---------------------------------------------------------------- asking

void fill(Mask& mask, bool with) { mask.fill(with ? ~std::uint64_t{0} : 0); }

template <class Number, class Meets>
void ask_values(const ColumnChunk& chunk, Mask& mask, const Meets& meets) {
  for (std::size_t word = 0; word < kWords; ++word) {
    const auto* const values = chunk.bits.data() + word * 64;
    std::uint64_t met = 0;
    for (std::size_t i = 0; i < 64; ++i)
      met |= std::uint64_t{meets(std::bit_cast<Number>(values[i]))} << i;
    mask[word] = met;
  }
}

template <class Number, class Within>
void ask_ranges(const Test& test, const std::vector<Range<Number>>& ranges, const ColumnChunk& chunk, Mask& mask,
                const Within& within) {
  fill(mask, false);
  Mask one;
  for (const auto& range : ranges) {
    ask_values<Number>(chunk, one, [&](Number value) { return within(value, range); });
    for (std::size_t word = 0; word < kWords; ++word) mask[word] |= one[word];
  }
  if (test.negated)
    for (auto& word : mask) word = ~word;
}

void ask_each(const Test& test, const ColumnChunk& chunk, Mask& mask) {
  const auto type = test.column->type();
  for (std::size_t word = 0; word < kWords; ++word) {
    mask[word] = 0;
    for (auto left = chunk.present[word]; left != 0; left &= left - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(left));
      const auto value = column_value(type, chunk.bits[word * 64 + bit]);
      mask[word] |= std::uint64_t{plan::Filter::meets(*test.node, value)} << bit;
    }
  }
}

void ask_condition(const Test& test, std::uint32_t number, Mask& mask) {
  const auto* chunk = test.column->chunk(number);
  if (chunk == nullptr) return fill(mask, test.on_null);
  switch (test.kind) {
    case Test::Kind::kInts:
      ask_ranges(test, test.ints, *chunk, mask, [](std::int64_t value, const Range<std::int64_t>& range) {
        return static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(range.low) <=
               static_cast<std::uint64_t>(range.high) - static_cast<std::uint64_t>(range.low);
      });
      break;
    case Test::Kind::kFloats:
      ask_ranges(test, test.floats, *chunk, mask,
                 [](double value, const Range<double>& range) { return value >= range.low && value <= range.high; });
      break;
    case Test::Kind::kTable:
      ask_values<std::uint64_t>(*chunk, mask, [&](std::uint64_t bits) { return test.table[bits] != 0; });
      break;
    default: ask_each(test, *chunk, mask);
  }
  for (std::size_t word = 0; word < kWords; ++word)
    mask[word] = (mask[word] & chunk->present[word]) | (test.on_null ? ~chunk->present[word] : 0);
}

void ask(const Test& test, std::uint32_t number, Mask& mask) {
  switch (test.kind) {
    case Test::Kind::kConstant: return fill(mask, test.constant);
    case Test::Kind::kNot:
      ask(test.parts.front(), number, mask);
      for (auto& word : mask) word = ~word;
      return;
    case Test::Kind::kAnd:
    case Test::Kind::kOr: {
      const bool all = test.kind == Test::Kind::kAnd;
      fill(mask, all);
      Mask part;
      for (const auto& each : test.parts) {
        ask(each, number, part);
        std::uint64_t decided = all ? 0 : ~std::uint64_t{0};
        for (std::size_t word = 0; word < kWords; ++word) {
          mask[word] = all ? mask[word] & part[word] : mask[word] | part[word];
          decided = all ? decided | mask[word] : decided & mask[word];
        }
        if (decided == (all ? 0 : ~std::uint64_t{0})) return;
      }
      return;
    }
    default: ask_condition(test, number, mask);
  }
}

// ---------------------------------------------------------------- compiling

// The bits of an operand in a column of that type; nothing when it is of another.
std::optional<std::int64_t> int_operand(ColumnType type, ValueView value) {
  switch (type) {
    case ColumnType::kInt: return value.type() == Type::kInt ? std::optional(value.int_value()) : std::nullopt;
    case ColumnType::kDate:
      return value.type() == Type::kDate ? std::optional(std::int64_t{value.date_value().days}) : std::nullopt;
    case ColumnType::kTime: return value.type() == Type::kTime ? std::optional(value.time_value().micros) : std::nullopt;
    case ColumnType::kDateTime:
      return value.type() == Type::kDateTime ? std::optional(value.datetime_value().micros) : std::nullopt;
    default: return std::nullopt;
  }
}

std::optional<double> float_operand(ColumnType, ValueView value) {
  return value.type() == Type::kFloat && std::isfinite(value.float_value()) ? std::optional(value.float_value())
                                                                            : std::nullopt;
}

// The next number, beyond all there are included: then nothing is within.
bool step(std::int64_t& value, bool up) {
  const auto last = up ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
  if (value == last) return false;
  value += up ? 1 : -1;
  return true;
}
bool step(double& value, bool up) {
  constexpr double kEnd = std::numeric_limits<double>::infinity();
  value = std::nextafter(value, up ? kEnd : -kEnd);
  return std::isfinite(value);
}

// Values within any of the ranges meet the condition, or those outside of all when `negated`. False when it is none
// about ranges.
template <class Number, class Read>
bool fill_ranges(const FilterNode& node, ColumnType type, const Read& read, std::vector<Range<Number>>& ranges,
                 bool& negated) {
  constexpr Number kLeast = std::numeric_limits<Number>::lowest();
  constexpr Number kMost = std::numeric_limits<Number>::max();
  constexpr std::size_t kMostRanges = 16;
  negated = node.op == FilterOp::kNe || node.op == FilterOp::kNin || node.op == FilterOp::kIsNotNull;
  if (node.operands.size() > kMostRanges) return false;
  std::vector<Number> operands;
  for (const auto& operand : node.operands) {
    const auto view = operand.view();
    const bool among = node.op == FilterOp::kEq || node.op == FilterOp::kNe || node.op == FilterOp::kIn ||
                       node.op == FilterOp::kNin;
    if (view.is_null() && among) continue;   // no value equals null
    const auto number = read(type, view);
    if (!number) return false;
    operands.push_back(*number);
  }
  switch (node.op) {
    case FilterOp::kEq:
    case FilterOp::kNe:
    case FilterOp::kIn:
    case FilterOp::kNin:
      for (const auto number : operands) ranges.push_back({number, number});
      return true;
    case FilterOp::kIsNull:
    case FilterOp::kIsNotNull: return true;
    case FilterOp::kGte: ranges.push_back({operands[0], kMost}); return true;
    case FilterOp::kLte: ranges.push_back({kLeast, operands[0]}); return true;
    case FilterOp::kGt:
      if (step(operands[0], true)) ranges.push_back({operands[0], kMost});
      return true;
    case FilterOp::kLt:
      if (step(operands[0], false)) ranges.push_back({kLeast, operands[0]});
      return true;
    case FilterOp::kBetween:
      if (operands[0] <= operands[1]) ranges.push_back({operands[0], operands[1]});
      return true;
    default: return false;
  }
}

class Compiler {
 public:
  Compiler(const CollectionDef& collection, const ColumnSource& source) : collection_(collection), source_(source) {}

  // Nothing when columns cannot tell all of it.
  std::optional<Test> compile(const FilterNode& node) {
    Test test;
    switch (node.kind) {
      case FilterNode::Kind::kTrue:
      case FilterNode::Kind::kFalse: test.constant = node.kind == FilterNode::Kind::kTrue; return test;
      case FilterNode::Kind::kAnd: test.kind = Test::Kind::kAnd; break;
      case FilterNode::Kind::kOr: test.kind = Test::Kind::kOr; break;
      case FilterNode::Kind::kNot: test.kind = Test::Kind::kNot; break;
      case FilterNode::Kind::kValidate: return std::nullopt;
      case FilterNode::Kind::kCompare: return condition(node);
    }
    for (const auto& child : node.children) {
      auto part = compile(child);
      if (!part) return std::nullopt;
      test.parts.push_back(*std::move(part));
    }
    return test;
  }

  // As many of the conditions that all must hold as columns can tell; none at all: no test.
  std::optional<Test> compile_some(const FilterNode& root, bool& exact) {
    exact = true;
    if (root.kind != FilterNode::Kind::kAnd) return compile(root);
    Test test;
    test.kind = Test::Kind::kAnd;
    for (const auto& child : root.children) {
      auto part = compile(child);
      exact = exact && part.has_value();
      if (part) test.parts.push_back(*std::move(part));
    }
    return test.parts.empty() ? std::nullopt : std::optional(std::move(test));
  }

  ColumnNotes notes;

 private:
  struct Asked {
    const FieldPath* path;
    Column column;
  };

  // Null when there is none.
  const Column* column_of(const FieldPath& path) {
    for (const auto& asked : asked_)
      if (asked->path->field == path.field && asked->path->rest == path.rest) return asked->column ? &asked->column : nullptr;
    asked_.push_back(std::make_unique<Asked>(Asked{&path, column_at(source_, path)}));
    if (!asked_.back()->column) return nullptr;
    notes.add(collection_, path);
    return &asked_.back()->column;
  }

  std::optional<Test> condition(const FilterNode& node) {
    if (node.subject != plan::Subject::kPath || node.path.field == kOpenFields) return std::nullopt;
    const auto type = column_type(collection_, node.path);
    if (!type) return std::nullopt;
    Test test;
    test.column = column_of(node.path);
    if (test.column == nullptr) return std::nullopt;
    test.node = &node;
    test.on_null = plan::Filter::meets(node, {});
    test.kind = Test::Kind::kEach;
    if (*type == ColumnType::kText || *type == ColumnType::kBool) {
      test.kind = Test::Kind::kTable;
      fill_table(node, *type, test);
    } else if (*type == ColumnType::kFloat) {
      if (fill_ranges(node, *type, float_operand, test.floats, test.negated)) test.kind = Test::Kind::kFloats;
    } else if (fill_ranges(node, *type, int_operand, test.ints, test.negated)) {
      test.kind = Test::Kind::kInts;
    }
    return test;
  }

  static void fill_table(const FilterNode& node, ColumnType type, Test& test) {
    if (type == ColumnType::kBool) {
      for (const bool value : {false, true}) test.table.push_back(plan::Filter::meets(node, ValueView::of(value)));
      return;
    }
    for (const auto& text : test.column->texts())
      test.table.push_back(plan::Filter::meets(node, ValueView::of(std::string_view(text))));
    if (test.table.empty()) test.table.push_back(0);   // for places without a value
  }

  const CollectionDef& collection_;
  const ColumnSource& source_;
  std::vector<std::unique_ptr<Asked>> asked_;   // that tests point to
};

void append_bits(std::vector<Ordinal>& out, std::uint32_t number, const Mask& mask) {
  for (std::size_t word = 0; word < kWords; ++word) {
    const auto base = number * ColumnChunk::kSize + static_cast<Ordinal>(word * 64);
    for (auto left = mask[word]; left != 0; left &= left - 1)
      out.push_back(base + static_cast<Ordinal>(std::countr_zero(left)));
  }
}

}  // namespace

Result<std::optional<Narrowed>> narrow_by_columns(const plan::Filter& filter, const OrdinalSet& candidates,
                                                  const ColumnSource& source) {
  Compiler compiler(filter.collection(), source);
  Narrowed narrowed;
  const auto test = compiler.compile_some(filter.root(), narrowed.exact);
  if (!test) return std::optional<Narrowed>();
  narrowed.columns = std::move(compiler.notes);
  constexpr std::uint32_t kChunksALook = 64;   // at the clock
  std::vector<Ordinal> met;
  std::uint32_t asked = 0;
  Mask mask;
  OrdinalSet::Iterator at(candidates);
  while (at.valid()) {
    if (++asked % kChunksALook == 0) AURORA_TRY(check_deadline(source.settings));
    const auto number = at.value() / ColumnChunk::kSize;
    ask(*test, number, mask);
    append_bits(met, number, mask);
    if (number == UINT32_MAX / ColumnChunk::kSize) break;
    at.seek((number + 1) * ColumnChunk::kSize);
  }
  narrowed.left = OrdinalSet::of_sorted(met);
  narrowed.left &= candidates;
  return std::optional(std::move(narrowed));
}

}  // namespace aurora::exec
