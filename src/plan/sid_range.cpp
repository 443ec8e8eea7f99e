// Body of sid_range.hpp. Called by the access planner; asks the source where a `_sid` would stand.
#include "sid_range.hpp"

#include <algorithm>

namespace aurora::plan {

namespace {

constexpr std::uint64_t kEnd = std::uint64_t{UINT32_MAX} + 1;   // behind every document

// The least uuid above `sid`; none above the last.
std::optional<Uuid> next_sid(Uuid sid) {
  for (auto byte = sid.bytes.rbegin(); byte != sid.bytes.rend(); ++byte)
    if (++*byte != 0) return sid;
  return std::nullopt;
}

class Ranges {
 public:
  explicit Ranges(const AccessSource& source) : source_(source) {}

  // The first ordinal at or behind the operand, or behind it. Operands of another kind stand nowhere.
  std::optional<std::uint64_t> from(const EncodedValue& operand, bool behind) {
    if (operand.type() != Type::kUuid) return std::nullopt;
    auto sid = operand.view().uuid_value();
    if (behind) {
      const auto next = next_sid(sid);
      if (!next) return kEnd;
      sid = *next;
    }
    const auto at = source_.first_by_sid(sid);
    failed_ = failed_ || !at;
    return at;
  }

  // Cut to where documents are: a range takes memory by its length.
  void add(std::optional<std::uint64_t> begin, std::optional<std::uint64_t> end) {
    if (!begin || !end || source_.live->empty()) return;
    end = std::min(*end, std::uint64_t{source_.live->max()} + 1);
    if (*begin < *end) set_ |= OrdinalSet::range(static_cast<Ordinal>(*begin), *end);
  }

  std::optional<OrdinalSet> take() {
    if (failed_) return std::nullopt;
    set_ &= *source_.live;
    return std::move(set_);
  }

 private:
  const AccessSource& source_;
  OrdinalSet set_;
  bool failed_ = false;
};

}  // namespace

std::optional<OrdinalSet> sid_set(const FilterNode& node, const AccessSource& source) {
  if (!source.first_by_sid) return std::nullopt;
  Ranges ranges(source);
  const auto& operands = node.operands;
  switch (node.op) {
    case FilterOp::kEq:
    case FilterOp::kNe:
    case FilterOp::kIn:
    case FilterOp::kNin:
      for (const auto& operand : operands) ranges.add(ranges.from(operand, false), ranges.from(operand, true));
      break;
    case FilterOp::kGt: ranges.add(ranges.from(operands[0], true), kEnd); break;
    case FilterOp::kGte: ranges.add(ranges.from(operands[0], false), kEnd); break;
    case FilterOp::kLt: ranges.add(0, ranges.from(operands[0], false)); break;
    case FilterOp::kLte: ranges.add(0, ranges.from(operands[0], true)); break;
    case FilterOp::kBetween: ranges.add(ranges.from(operands[0], false), ranges.from(operands[1], true)); break;
    default: return std::nullopt;
  }
  auto set = ranges.take();
  if (set && (node.op == FilterOp::kNe || node.op == FilterOp::kNin)) *set = *source.live - *set;
  return set;
}

std::string_view sid_op(const FilterNode& node) {
  switch (node.op) {
    case FilterOp::kEq: return "PrimaryLookup";
    case FilterOp::kIn: return "IndexIn";
    default: return "IndexRange";
  }
}

}  // namespace aurora::plan
