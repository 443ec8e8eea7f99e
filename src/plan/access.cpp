// Body of the access planner. Called by the executor.
//
// Each condition an index can serve has an estimate (its true count in the index). Under `and` the cheapest
// goes first; once few candidates are left, or a set would cost more than checking them, the rest is left to
// the documents. `or` needs every part, `not` an exact part.
#include <aurora/plan/access.hpp>

#include <aurora/index/key.hpp>

#include "compound.hpp"
#include "sid_range.hpp"

#include <algorithm>
#include <chrono>

namespace aurora::plan {

namespace {

using Kind = FilterNode::Kind;
using Steady = std::chrono::steady_clock;

// Below this many candidates, looking at the documents beats another set.
constexpr std::uint64_t kFewCandidates = 64;
// A set this many times larger than what is left costs more than looking.
constexpr std::uint64_t kTooLarge = 32;

// A condition as index ranges.
struct Probe {
  const IndexDef* definition = nullptr;
  const IndexVersion* index = nullptr;
  std::vector<KeyRange> ranges;
  std::vector<std::string> keys;          // equality; instead of ranges
  bool all_keys = false;                  // every key must hold (containsAll)
  bool exact = true;
  std::string op;
  std::uint64_t estimate = 0;
};

std::string key_of(const EncodedValue& operand) {
  std::string key;
  append_key(key, operand.view());
  cut_key(key);
  return key;
}

// Bounds of the value's class: ranges compare only within it.
std::string class_lower(ValueView value) {
  std::string key;
  append_key(key, value);
  // Bools have two tags, one a value.
  return value.type() == Type::kBool ? std::string(1, '\x10') : key.substr(0, 1);
}

std::string class_upper(ValueView value) {
  if (value.type() == Type::kBool) return std::string(1, '\x12');
  return prefix_end(class_lower(value));
}

// The first key after `key`.
std::string after(std::string key) {
  key.push_back('\0');
  return key;
}

bool is_container(const EncodedValue& operand) {
  return operand.type() == Type::kList || operand.type() == Type::kObject;
}

class Planner {
 public:
  Planner(const Filter& filter, const AccessSource& source, const AccessOptions& options)
      : filter_(filter), source_(source), options_(options) {}

  struct Set {
    OrdinalSet ordinals;
    bool exact = true;
    PlanNode node;
  };

  std::optional<Set> evaluate(const FilterNode& node) {
    switch (node.kind) {
      case Kind::kTrue: return std::nullopt;
      case Kind::kFalse: return Set{OrdinalSet(), true, make_node("BitmapOr", "false")};
      case Kind::kAnd: return conjunction(node);
      case Kind::kOr: return disjunction(node);
      case Kind::kNot: return negation(node);
      case Kind::kValidate: return std::nullopt;
      case Kind::kCompare: break;
    }
    if (node.subject == Subject::kSid) return by_sid(node);
    if (auto probe = this->probe(node)) return run(node, *probe);
    const auto compound = best_compound({&node});
    if (!compound) return std::nullopt;
    return run(compound->probe, compound->index, compound->estimate);
  }

  std::vector<std::string> used;

 private:
  static PlanNode make_node(std::string op, std::string condition) {
    PlanNode node;
    node.op = std::move(op);
    node.condition = std::move(condition);
    return node;
  }

  void measure(PlanNode& node, const OrdinalSet& set, Steady::time_point start) const {
    if (!options_.analyze) return;
    node.rows = set.size();
    node.time_us = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start).count());
  }

  // Smallest first; nodes that are not plain conditions come after those, in their order.
  std::uint64_t estimate(const FilterNode& node) {
    if (node.kind == Kind::kFalse) return 0;
    if (node.kind == Kind::kValidate) return UINT64_MAX;
    if (node.kind != Kind::kCompare) return source_.live->size();
    if (node.subject == Subject::kSid) {
      const auto set = options_.use_indexes && options_.only == nullptr ? sid_set(node, source_) : std::nullopt;
      return set ? set->size() : UINT64_MAX;
    }
    const auto probe = this->probe(node);
    return probe ? probe->estimate : UINT64_MAX;
  }

  struct Compound {
    CompoundProbe probe;
    const IndexVersion* index = nullptr;
    std::uint64_t estimate = 0;
  };

  // The compound index that answers most of these conditions; among equals the one that leaves fewest documents.
  std::optional<Compound> best_compound(const std::vector<const FilterNode*>& conditions) {
    std::optional<Compound> best;
    if (!options_.use_indexes) return best;
    for (const auto& definition : source_.definition->indexes) {
      if (definition.paths.size() < 2 || (options_.only != nullptr && options_.only != &definition)) continue;
      auto probe = match_compound(*source_.definition, definition, conditions);
      if (!probe || (best && probe->covered.size() < best->probe.covered.size())) continue;
      Compound found{std::move(*probe), source_.index(definition)};
      if (found.index == nullptr) continue;
      for (const auto& key : found.probe.keys) found.estimate += found.index->count(key);
      for (const auto& range : found.probe.ranges) found.estimate += found.index->count(range);
      const bool better = !best || found.probe.covered.size() > best->probe.covered.size() ||
                          found.estimate < best->estimate;
      if (better) best = std::move(found);
    }
    return best;
  }

  // A compound index pays when it answers what no single index does, or several conditions at once.
  std::optional<Compound> useful_compound(const FilterNode& node) {
    std::vector<const FilterNode*> conditions;
    for (const auto& child : node.children) conditions.push_back(&child);
    auto compound = best_compound(conditions);
    if (!compound || compound->probe.covered.size() > 1) return compound;
    if (probe(*compound->probe.covered.front())) return std::nullopt;
    return compound;
  }

  // One set of a conjunction: a condition, or all those a compound index answers (`node` null).
  struct Part {
    std::uint64_t estimate = 0;
    const FilterNode* node = nullptr;
  };

  std::vector<Part> parts_of(const FilterNode& node, const std::optional<Compound>& compound) {
    std::vector<Part> parts;
    if (compound) parts.push_back({compound->estimate, nullptr});
    for (const auto& child : node.children) {
      const bool covered = compound && std::find(compound->probe.covered.begin(), compound->probe.covered.end(),
                                                 &child) != compound->probe.covered.end();
      if (!covered) parts.push_back({estimate(child), &child});
    }
    std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.estimate < b.estimate; });
    return parts;
  }

  std::optional<Set> conjunction(const FilterNode& node) {
    const auto start = Steady::now();
    const auto compound = useful_compound(node);
    std::optional<Set> result;
    bool skipped = false;
    std::vector<PlanNode> nodes;
    for (const auto& [count, child] : parts_of(node, compound)) {
      if (result) {
        const auto left = result->ordinals.size();
        if (left <= kFewCandidates || (count != UINT64_MAX && count / kTooLarge > left)) {
          skipped = true;
          continue;
        }
      }
      auto part = child != nullptr ? evaluate(*child)
                                   : std::optional(run(compound->probe, compound->index, compound->estimate));
      if (!part) {
        skipped = true;
        continue;
      }
      nodes.push_back(std::move(part->node));
      if (!result) {
        result = std::move(part);
        continue;
      }
      result->ordinals &= part->ordinals;
      result->exact = result->exact && part->exact;
    }
    if (!result) return std::nullopt;
    result->exact = result->exact && !skipped;
    if (nodes.size() == 1) {
      result->node = std::move(nodes.front());
    } else {
      result->node = make_node("BitmapAnd", "");
      result->node.estimated_rows = result->ordinals.size();
      result->node.children = std::move(nodes);
      measure(result->node, result->ordinals, start);
    }
    return result;
  }

  std::optional<Set> disjunction(const FilterNode& node) {
    const auto start = Steady::now();
    Set result;
    result.node = make_node("BitmapOr", "");
    for (const auto& child : node.children) {
      auto part = evaluate(child);
      if (!part) return std::nullopt;
      result.ordinals |= part->ordinals;
      result.exact = result.exact && part->exact;
      result.node.children.push_back(std::move(part->node));
    }
    result.node.estimated_rows = result.ordinals.size();
    measure(result.node, result.ordinals, start);
    return result;
  }

  std::optional<Set> negation(const FilterNode& node) {
    const auto start = Steady::now();
    auto inner = evaluate(node.children[0]);
    if (!inner || !inner->exact) return std::nullopt;
    return complement(std::move(*inner), start);
  }

  Set complement(Set inner, Steady::time_point start) const {
    Set result;
    result.ordinals = *source_.live - inner.ordinals;
    result.node = make_node("BitmapNot", "");
    result.node.estimated_rows = result.ordinals.size();
    result.node.children.push_back(std::move(inner.node));
    measure(result.node, result.ordinals, start);
    return result;
  }

  std::optional<Set> by_sid(const FilterNode& node) {
    if (!options_.use_indexes || options_.only != nullptr) return std::nullopt;
    auto ordinals = sid_set(node, source_);
    if (!ordinals) return std::nullopt;
    Set result;
    if (options_.explain) {
      result.node = make_node(std::string(sid_op(node)), node.text());
      result.node.index = "_sid";
      result.node.estimated_rows = ordinals->size();
    }
    result.ordinals = std::move(*ordinals);
    mark_used("_sid");
    return result;
  }

  std::optional<Probe> probe(const FilterNode& node) {
    if (!options_.use_indexes || node.subject != Subject::kPath) return std::nullopt;
    const auto* definition = source_.definition->index_on(node.path);
    if (options_.only != nullptr && definition != options_.only) definition = nullptr;
    if (definition == nullptr) return std::nullopt;
    Probe probe;
    probe.definition = definition;
    probe.index = source_.index(*definition);
    if (probe.index == nullptr || !fill(node, probe)) return std::nullopt;
    for (const auto& key : probe.keys) probe.estimate += probe.index->count(key);
    for (const auto& range : probe.ranges) probe.estimate += probe.index->count(range);
    return probe;
  }

  // Turns the condition into keys or ranges; false when this index cannot serve it.
  bool fill(const FilterNode& node, Probe& probe) const {
    const bool unique = is_unique(probe.definition->kind);
    const auto& operands = node.operands;
    probe.op = probe.definition->kind == IndexKind::kPrimary ? "PrimaryLookup" : "IndexEq";
    switch (node.op) {
      case FilterOp::kEq:
      case FilterOp::kNe:
        if (is_container(operands[0])) return false;
        probe.keys.push_back(key_of(operands[0]));
        // Nulls inside a list share the key of null.
        return true;
      case FilterOp::kIn:
      case FilterOp::kNin:
      case FilterOp::kContainsAny:
      case FilterOp::kContainsAll:
        return fill_many(node, probe, unique);
      case FilterOp::kIsNull:
      case FilterOp::kIsNotNull: {
        if (unique) return false;   // a unique index holds no nulls
        std::string key;
        append_key(key, ValueView());
        probe.keys.push_back(std::move(key));
        probe.exact = !node.multi_valued;   // [null] is a list, not null
        return node.op == FilterOp::kIsNull || probe.exact;
      }
      case FilterOp::kContains: {
        // Only lists are indexed by element; in a text it is a substring.
        if (!node.multi_valued || is_container(operands[0]) || operands[0].view().is_null()) return false;
        const auto* type = declared_list(node);
        if (type == nullptr) return false;
        probe.keys.push_back(key_of(operands[0]));
        return true;
      }
      case FilterOp::kGt:
      case FilterOp::kGte:
      case FilterOp::kLt:
      case FilterOp::kLte:
      case FilterOp::kBetween: return fill_range(node, probe);
      case FilterOp::kStartsWith: {
        std::string prefix;
        append_string_prefix_key(prefix, operands[0].view().string_value());
        if (prefix.size() > kMaxKeyBytes / 2) return false;   // longer keys are cut
        auto end = prefix_end(prefix);
        probe.ranges.push_back({std::move(prefix), std::move(end)});
        probe.op = "IndexRange";
        return true;
      }
      default: return false;
    }
  }

  const TypeDef* declared_list(const FilterNode& node) const {
    if (node.path.field == kOpenFields || !node.path.rest.empty()) return nullptr;
    const auto* field = source_.definition->find(node.path.field);
    return field != nullptr && field->type.type == FieldType::kList ? &field->type : nullptr;
  }

  bool fill_many(const FilterNode& node, Probe& probe, bool unique) const {
    for (const auto& operand : node.operands) {
      if (is_container(operand)) return false;
      if (operand.view().is_null() && (unique || node.multi_valued)) return false;
      probe.keys.push_back(key_of(operand));
    }
    if (probe.keys.empty()) return false;
    probe.op = "IndexIn";
    const bool about_lists = node.op == FilterOp::kContainsAny || node.op == FilterOp::kContainsAll;
    if (about_lists && declared_list(node) == nullptr) return false;
    probe.all_keys = node.op == FilterOp::kContainsAll;
    std::sort(probe.keys.begin(), probe.keys.end());
    probe.keys.erase(std::unique(probe.keys.begin(), probe.keys.end()), probe.keys.end());
    return true;
  }

  bool fill_range(const FilterNode& node, Probe& probe) const {
    const auto first = node.operands[0].view();
    if (first.is_null() || is_container(node.operands[0])) return false;
    KeyRange range{class_lower(first), class_upper(first)};
    const auto key = key_of(node.operands[0]);
    if (key.size() >= kMaxKeyBytes) return false;   // cut: order within the prefix is lost
    switch (node.op) {
      case FilterOp::kGt: range.lower = after(key); break;
      case FilterOp::kGte: range.lower = key; break;
      case FilterOp::kLt: range.upper = key; break;
      case FilterOp::kLte: range.upper = after(key); break;
      default: {
        const auto last = node.operands[1].view();
        if (last.is_null() || is_container(node.operands[1]) || !same_class(first.type(), last.type())) return false;
        const auto end = key_of(node.operands[1]);
        if (end.size() >= kMaxKeyBytes) return false;
        range.lower = key;
        range.upper = after(end);
      }
    }
    probe.ranges.push_back(std::move(range));
    probe.op = "IndexRange";
    // Long texts are cut in their keys: a range may then hold too few or too many of one prefix.
    return first.type() != Type::kString || !has_long_keys(probe);
  }

  // Looks for a cut key at either end of the range; cut keys sort by their common prefix first.
  static bool has_long_keys(const Probe& probe) {
    bool found = false;
    const auto& range = probe.ranges.front();
    const auto check = [&](const std::string& bound) {
      if (bound.size() < 2) return;
      const auto prefix = bound.substr(0, std::min<std::size_t>(bound.size(), kMaxKeyBytes - 17));
      if (prefix.size() < kMaxKeyBytes - 17) return;
      probe.index->scan({prefix, prefix_end(prefix)}, IndexVersion::Direction::kForward,
                        [&](const IndexVersion::Entry& entry) {
                          found = entry.key.size() >= kMaxKeyBytes;
                          return !found;
                        });
    };
    check(range.lower);
    check(range.upper);
    return found;
  }

  Set run(const FilterNode& node, const Probe& probe) {
    const auto start = Steady::now();
    Set result;
    result.exact = probe.exact;
    bool first = true;
    for (const auto& key : probe.keys) {
      auto part = probe.index->find(key);
      if (first || !probe.all_keys)
        result.ordinals |= part;
      else
        result.ordinals &= part;
      first = false;
    }
    for (const auto& range : probe.ranges) result.ordinals |= probe.index->find(range);
    mark_used(probe.definition->name);
    if (options_.explain) {
      result.node = make_node(probe.op, positive(node).text());
      result.node.index = probe.definition->name;
      result.node.estimated_rows = probe.estimate;
      measure(result.node, result.ordinals, start);
    }
    const bool negative =
        node.op == FilterOp::kNe || node.op == FilterOp::kNin || node.op == FilterOp::kIsNotNull;
    return negative ? complement(std::move(result), start) : std::move(result);
  }

  Set run(const CompoundProbe& probe, const IndexVersion* index, std::uint64_t estimate) {
    const auto start = Steady::now();
    Set result;
    for (const auto& key : probe.keys) result.ordinals |= index->find(key);
    for (const auto& range : probe.ranges) result.ordinals |= index->find(range);
    mark_used(probe.definition->name);
    if (options_.explain) {
      std::string condition;
      for (const auto* node : probe.covered) condition += (condition.empty() ? "" : " and ") + node->text();
      result.node = make_node(probe.op, std::move(condition));
      result.node.index = probe.definition->name;
      result.node.estimated_rows = estimate;
      measure(result.node, result.ordinals, start);
    }
    return result;
  }

  // The condition whose documents an index finds: under BitmapNot the opposite of the one written.
  static FilterNode positive(FilterNode node) {
    if (node.op == FilterOp::kNe) node.op = FilterOp::kEq;
    if (node.op == FilterOp::kNin) node.op = FilterOp::kIn;
    if (node.op == FilterOp::kIsNotNull) node.op = FilterOp::kIsNull;
    return node;
  }

  void mark_used(const std::string& index) {
    if (std::find(used.begin(), used.end(), index) == used.end()) used.push_back(index);
  }

  const Filter& filter_;
  const AccessSource& source_;
  const AccessOptions& options_;
};

}  // namespace

Access choose_access(const Filter& filter, const AccessSource& source, const AccessOptions& options) {
  Planner planner(filter, source, options);
  Access access;
  auto set = planner.evaluate(filter.root());
  if (!set) {
    access.exact = filter.root().kind == Kind::kTrue;
    access.node.op = "Scan";
    access.node.estimated_rows = source.live->size();
    return access;
  }
  access.candidates = std::move(set->ordinals);
  access.exact = set->exact;
  access.node = std::move(set->node);
  access.indexes = std::move(planner.used);
  return access;
}

}  // namespace aurora::plan
