// Body of compound probes. Called by the access planner; calls the key encoding.
//
// A compound key is the concatenation of self-delimiting keys, so the documents with given leading values are one
// range, and so are those whose next value lies between two bounds.
#include "compound.hpp"

#include <aurora/index/extract.hpp>
#include <aurora/index/key.hpp>

#include <algorithm>

namespace aurora::plan {

namespace {

// Beyond this many combinations of `in` lists, the probes cost more than they save.
constexpr std::size_t kMostKeys = 256;

bool is_scalar(const EncodedValue& value) { return value.type() != Type::kList && value.type() != Type::kObject; }

// Every key of the operand's class; ranges compare only within it.
KeyRange class_range(ValueView value) {
  std::string key;
  append_key(key, value);
  if (value.type() == Type::kBool) return {std::string(1, '\x10'), std::string(1, '\x12')};  // two tags, one a value
  key.resize(1);
  auto end = prefix_end(key);
  return {std::move(key), std::move(end)};
}

std::optional<KeyRange> range_of(const FilterNode& node) {
  if (node.operands.empty() || node.operands[0].view().is_null() || !is_scalar(node.operands[0])) return std::nullopt;
  auto range = class_range(node.operands[0].view());
  std::string key;
  append_key(key, node.operands[0].view());
  switch (node.op) {
    case FilterOp::kGt: range.lower = prefix_end(key); return range;
    case FilterOp::kGte: range.lower = key; return range;
    case FilterOp::kLt: range.upper = key; return range;
    case FilterOp::kLte: range.upper = prefix_end(key); return range;
    case FilterOp::kBetween: {
      const auto last = node.operands[1].view();
      if (last.is_null() || !same_class(node.operands[0].type(), last.type())) return std::nullopt;
      std::string end;
      append_key(end, last);
      return KeyRange{key, prefix_end(end)};
    }
    default: return std::nullopt;
  }
}

class Matcher {
 public:
  Matcher(const IndexDef& index, const std::vector<const FilterNode*>& conjunction)
      : index_(index), unique_(index.kind != IndexKind::kOrdered), conjunction_(conjunction) {
    probe_.definition = &index;
    probe_.op = "IndexEq";
  }

  std::optional<CompoundProbe> run() {
    std::size_t part = 0;
    while (part < index_.paths.size() && equality(index_.paths[part])) ++part;
    const bool ranged = part < index_.paths.size() && range(index_.paths[part]);
    if (ranged) ++part;
    if (probe_.covered.empty()) return std::nullopt;
    const bool whole = part == index_.paths.size();
    // A unique index leaves out documents with a null in any part.
    if (unique_ && !whole) return std::nullopt;
    if (whole && !ranged) {
      for (auto& key : prefixes_) cut_key(key);
      probe_.keys = std::move(prefixes_);
      return std::move(probe_);
    }
    if (!ranged)
      for (const auto& prefix : prefixes_) probe_.ranges.push_back({prefix, prefix_end(prefix)});
    // Cut keys keep their first kMaxKeyBytes - 17 bytes: shorter bounds see no difference.
    for (const auto& bounds : probe_.ranges)
      if (std::max(bounds.lower.size(), bounds.upper.size()) > kMaxKeyBytes / 2) return std::nullopt;
    return std::move(probe_);
  }

 private:
  bool is_on(const FilterNode& node, const FieldPath& path) const {
    return node.kind == FilterNode::Kind::kCompare && node.subject == Subject::kPath && node.path.field == path.field &&
           node.path.rest == path.rest;
  }

  bool equality(const FieldPath& path) {
    for (const auto* node : conjunction_) {
      if (!is_on(*node, path)) continue;
      const auto values = equality_keys(*node);
      if (values.empty() || values.size() * prefixes_.size() > kMostKeys) continue;
      if (unique_ && values.front().front() == kNullTag) continue;
      std::vector<std::string> longer;
      for (const auto& prefix : prefixes_)
        for (const auto& value : values) longer.push_back(prefix + value);
      prefixes_ = std::move(longer);
      probe_.covered.push_back(node);
      if (node->op == FilterOp::kIn) probe_.op = "IndexIn";
      return true;
    }
    return false;
  }

  bool range(const FieldPath& path) {
    for (const auto* node : conjunction_) {
      if (!is_on(*node, path)) continue;
      const auto bounds = range_of(*node);
      if (!bounds) continue;
      for (const auto& prefix : prefixes_) probe_.ranges.push_back({prefix + bounds->lower, prefix + bounds->upper});
      probe_.covered.push_back(node);
      probe_.op = "IndexRange";
      return true;
    }
    return false;
  }

  static constexpr char kNullTag = '\x05';

  const IndexDef& index_;
  const bool unique_;
  const std::vector<const FilterNode*>& conjunction_;
  CompoundProbe probe_;
  std::vector<std::string> prefixes_{std::string()};
};

}  // namespace

std::vector<std::string> equality_keys(const FilterNode& node) {
  std::vector<std::string> keys;
  if (node.op == FilterOp::kIsNull) {
    append_key(keys.emplace_back(), ValueView());
  } else if (node.op == FilterOp::kEq || node.op == FilterOp::kIn) {
    if (!std::all_of(node.operands.begin(), node.operands.end(), is_scalar)) return {};
    for (const auto& operand : node.operands) append_key(keys.emplace_back(), operand.view());
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  }
  return keys;
}

std::optional<CompoundProbe> match_compound(const CollectionDef& collection, const IndexDef& index,
                                            const std::vector<const FilterNode*>& conjunction) {
  if (index.paths.size() < 2) return std::nullopt;
  // A list gives a document several keys or none.
  for (const auto& path : index.paths)
    if (is_multi_valued(collection, path)) return std::nullopt;
  return Matcher(index, conjunction).run();
}

}  // namespace aurora::plan
