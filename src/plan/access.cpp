// Body of the access planner. Called by the executor.
//
// Each condition an index can serve has an estimate (its true count in the index). Under `and` the cheapest
// goes first, ranges of one index as one; once few candidates are left, or a set would cost more than checking
// them, the rest is left to the documents. A set under one key is borrowed from the index, never copied to be met
// with another, and a count of sets is taken without making them. `or` needs every part, `not` an exact part.
#include <aurora/plan/access.hpp>

#include "compound.hpp"
#include "probe.hpp"
#include "sid_range.hpp"

#include <algorithm>
#include <chrono>

namespace aurora::plan {

namespace {

using Kind = FilterNode::Kind;
using Steady = std::chrono::steady_clock;

// Below this many candidates, looking at the documents beats another set.
constexpr std::uint64_t kFewCandidates = 64;
// A set to be gathered that is this many times larger than what is left costs more than looking.
constexpr std::uint64_t kTooLarge = 32;

// Ordinals of its own, or those of the index version it was found in.
class Ordinals {
 public:
  Ordinals() = default;
  explicit Ordinals(OrdinalSet own) : own_(std::move(own)) {}
  explicit Ordinals(const OrdinalSet* borrowed) : borrowed_(borrowed) {}

  [[nodiscard]] const OrdinalSet& get() const { return borrowed_ != nullptr ? *borrowed_ : own_; }
  [[nodiscard]] OrdinalSet take() { return borrowed_ != nullptr ? *borrowed_ : std::move(own_); }
  void meet(const Ordinals& other) {
    if (borrowed_ != nullptr)
      *this = Ordinals(*borrowed_ & other.get());
    else
      own_ &= other.get();
  }

 private:
  OrdinalSet own_;
  const OrdinalSet* borrowed_ = nullptr;
};

class Planner {
 public:
  Planner(const Filter& filter, const AccessSource& source, const AccessOptions& options)
      : filter_(filter), source_(source), options_(options) {}

  struct Set {
    Ordinals ordinals;
    bool exact = true;
    PlanNode node;
    std::optional<std::uint64_t> count = std::nullopt;   // instead of ordinals
  };

  // Counts only: the whole filter is answered by a number where indexes know it.
  std::optional<Set> evaluate_root() {
    const auto& root = filter_.root();
    if (options_.count_only && root.kind == Kind::kCompare && root.subject == Subject::kPath)
      if (const auto probe = make_probe(root, source_, options_); probe && probe->exact && probe->counts()) {
        mark_used(probe->definition->name);
        return counted(probe->negative ? source_.live->size() - probe->estimate : probe->estimate);
      }
    return root.kind == Kind::kAnd ? conjunction(root, options_.count_only) : evaluate(root);
  }

  std::vector<std::string> used;

 private:
  std::optional<Set> evaluate(const FilterNode& node) {
    switch (node.kind) {
      case Kind::kTrue: return std::nullopt;
      case Kind::kFalse: return none();
      case Kind::kAnd: return conjunction(node, false);
      case Kind::kOr: return disjunction(node);
      case Kind::kNot: return negation(node);
      case Kind::kValidate: return std::nullopt;
      case Kind::kCompare: break;
    }
    if (node.subject == Subject::kSid) return by_sid(node);
    if (const auto probe = make_probe(node, source_, options_)) return run(*probe);
    const auto compound = best_compound({&node});
    if (!compound) return std::nullopt;
    return run(*compound);
  }

  Set none() const {
    Set set;
    set.node = make_node("BitmapOr", "false");
    measure(set.node, set.ordinals.get(), now());
    return set;
  }

  static Set counted(std::uint64_t count) {
    Set set;
    set.count = count;
    return set;
  }

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

  [[nodiscard]] Steady::time_point now() const {
    return options_.analyze ? Steady::now() : Steady::time_point();
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
  std::optional<Compound> useful_compound(const std::vector<const FilterNode*>& conditions) {
    auto compound = best_compound(conditions);
    if (!compound || compound->probe.covered.size() > 1) return compound;
    if (make_probe(*compound->probe.covered.front(), source_, options_)) return std::nullopt;
    return compound;
  }

  // One set of a conjunction: what a probe finds, what a compound index does, or a condition of another kind.
  struct Part {
    std::uint64_t estimate = 0;
    const FilterNode* node = nullptr;
    std::optional<Probe> probe = std::nullopt;
    const Compound* compound = nullptr;

    /// What it finds stands in the index as it is.
    [[nodiscard]] bool is_ready() const {
      return probe && !probe->negative && probe->keys.size() == 1;
    }
  };

  static void gather_conditions(const FilterNode& node, std::vector<const FilterNode*>& conditions) {
    for (const auto& child : node.children) {
      if (child.kind == Kind::kAnd)
        gather_conditions(child, conditions);
      else
        conditions.push_back(&child);
    }
  }

  // Smallest first; conditions that no index answers come last.
  std::vector<Part> parts_of(const std::vector<const FilterNode*>& conditions,
                             const std::optional<Compound>& compound) {
    std::vector<Part> parts;
    if (compound) parts.push_back({compound->estimate, nullptr, std::nullopt, &*compound});
    for (const auto* condition : conditions) {
      const bool covered = compound && std::find(compound->probe.covered.begin(), compound->probe.covered.end(),
                                                 condition) != compound->probe.covered.end();
      if (!covered) add_part(*condition, parts);
    }
    std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.estimate < b.estimate; });
    return parts;
  }

  void add_part(const FilterNode& node, std::vector<Part>& parts) {
    if (node.kind == Kind::kCompare && node.subject == Subject::kPath) {
      auto probe = make_probe(node, source_, options_);
      if (!probe) return parts.push_back({UINT64_MAX, &node});
      for (auto& part : parts)
        if (part.probe && merge_ranges(*part.probe, *probe)) {
          part.estimate = part.probe->estimate;
          return;
        }
      const auto estimate = probe->negative ? source_.live->size() - std::min(source_.live->size(), probe->estimate)
                                            : probe->estimate;
      return parts.push_back({estimate, &node, std::move(probe)});
    }
    parts.push_back({estimate(node), &node});
  }

  // Of a condition that no probe answers.
  std::uint64_t estimate(const FilterNode& node) {
    if (node.kind == Kind::kFalse) return 0;
    if (node.kind == Kind::kValidate) return UINT64_MAX;
    if (node.kind != Kind::kCompare) return source_.live->size();
    const auto set = options_.use_indexes && options_.only == nullptr ? sid_set(node, source_) : std::nullopt;
    return set ? set->size() : UINT64_MAX;
  }

  std::optional<Set> run(const Part& part) {
    if (part.probe) return run(*part.probe);
    if (part.compound != nullptr) return run(*part.compound);
    return evaluate(*part.node);
  }

  // Whether looking at the documents that are left beats one more set.
  [[nodiscard]] static bool is_not_worth(const Part& part, std::uint64_t left, bool counting) {
    if (left <= kFewCandidates) return !(counting && part.is_ready());
    if (part.is_ready()) return false;
    return part.estimate != UINT64_MAX && part.estimate / kTooLarge > left;
  }

  std::optional<Set> conjunction(const FilterNode& node, bool counting) {
    const auto start = now();
    std::vector<const FilterNode*> conditions;
    gather_conditions(node, conditions);
    const auto compound = useful_compound(conditions);
    const auto parts = parts_of(conditions, compound);
    if (counting && parts.size() == 1)
      if (const auto& probe = parts.front().probe; probe && probe->exact && probe->counts() && !probe->negative) {
        mark_used(probe->definition->name);
        return counted(probe->estimate);
      }
    std::optional<Set> result;
    bool skipped = false;
    std::vector<PlanNode> nodes;
    for (const auto& part : parts) {
      if (result && is_not_worth(part, result->ordinals.get().size(), counting)) {
        skipped = true;
        continue;
      }
      auto found = run(part);
      if (!found) {
        skipped = true;
        continue;
      }
      if (options_.explain) nodes.push_back(std::move(found->node));
      if (!result) {
        result = std::move(found);
        continue;
      }
      result->exact = result->exact && found->exact;
      if (counting && !skipped && result->exact && &part == &parts.back())
        return counted(result->ordinals.get().intersection_size(found->ordinals.get()));
      result->ordinals.meet(found->ordinals);
    }
    if (!result) return std::nullopt;
    result->exact = result->exact && !skipped;
    if (!options_.explain) return result;
    if (nodes.size() == 1) {
      result->node = std::move(nodes.front());
    } else {
      result->node = make_node("BitmapAnd", "");
      result->node.estimated_rows = result->ordinals.get().size();
      result->node.children = std::move(nodes);
      measure(result->node, result->ordinals.get(), start);
    }
    return result;
  }

  std::optional<Set> disjunction(const FilterNode& node) {
    const auto start = now();
    OrdinalSet all;
    Set result;
    result.node = make_node("BitmapOr", "");
    for (const auto& child : node.children) {
      auto part = evaluate(child);
      if (!part) return std::nullopt;
      all |= part->ordinals.get();
      result.exact = result.exact && part->exact;
      result.node.children.push_back(std::move(part->node));
    }
    result.node.estimated_rows = all.size();
    measure(result.node, all, start);
    result.ordinals = Ordinals(std::move(all));
    return result;
  }

  std::optional<Set> negation(const FilterNode& node) {
    const auto start = now();
    auto inner = evaluate(node.children[0]);
    if (!inner || !inner->exact) return std::nullopt;
    return complement(std::move(*inner), start);
  }

  Set complement(Set inner, Steady::time_point start) const {
    Set result;
    result.ordinals = Ordinals(*source_.live - inner.ordinals.get());
    result.node = make_node("BitmapNot", "");
    if (!options_.explain) return result;
    result.node.estimated_rows = result.ordinals.get().size();
    result.node.children.push_back(std::move(inner.node));
    measure(result.node, result.ordinals.get(), start);
    return result;
  }

  std::optional<Set> by_sid(const FilterNode& node) {
    if (!options_.use_indexes || options_.only != nullptr) return std::nullopt;
    const auto start = now();
    auto ordinals = sid_set(node, source_);
    if (!ordinals) return std::nullopt;
    Set result;
    if (options_.explain) {
      result.node = make_node(std::string(sid_op(node)), node.text());
      result.node.index = "_sid";
      result.node.estimated_rows = ordinals->size();
      measure(result.node, *ordinals, start);
    }
    result.ordinals = Ordinals(std::move(*ordinals));
    mark_used("_sid");
    return result;
  }

  static Ordinals find(const Probe& probe) {
    if (probe.keys.size() == 1) return find(*probe.index, probe.keys.front());
    if (probe.keys.empty() && probe.ranges.size() == 1) return Ordinals(probe.index->find(probe.ranges.front()));
    OrdinalSet all;
    for (std::size_t i = 0; i < probe.keys.size(); ++i) {
      const auto part = find(*probe.index, probe.keys[i]);
      if (i > 0 && probe.all_keys)
        all &= part.get();
      else
        all |= part.get();
    }
    for (const auto& range : probe.ranges) all |= probe.index->find(range);
    return Ordinals(std::move(all));
  }

  static Ordinals find(const IndexVersion& index, std::string_view key) {
    const auto entry = index.borrow(key);
    if (entry.set != nullptr) return Ordinals(entry.set);
    return Ordinals(OrdinalSet::of_sorted(entry.inline_ordinals));
  }

  Set run(const Probe& probe) {
    const auto start = now();
    Set result;
    result.exact = probe.exact;
    result.ordinals = find(probe);
    mark_used(probe.definition->name);
    if (options_.explain) {
      result.node = make_node(std::string(probe.op), probe_text(probe));
      result.node.index = probe.definition->name;
      result.node.estimated_rows = probe.estimate;
      measure(result.node, result.ordinals.get(), start);
    }
    return probe.negative ? complement(std::move(result), start) : std::move(result);
  }

  Set run(const Compound& compound) {
    const auto start = now();
    const auto& probe = compound.probe;
    OrdinalSet all;
    for (const auto& key : probe.keys) all |= find(*compound.index, key).get();
    for (const auto& range : probe.ranges) all |= compound.index->find(range);
    Set result;
    result.ordinals = Ordinals(std::move(all));
    mark_used(probe.definition->name);
    if (options_.explain) {
      std::string condition;
      for (const auto* node : probe.covered) condition += (condition.empty() ? "" : " and ") + node->text();
      result.node = make_node(probe.op, std::move(condition));
      result.node.index = probe.definition->name;
      result.node.estimated_rows = compound.estimate;
      measure(result.node, result.ordinals.get(), start);
    }
    return result;
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
  auto set = planner.evaluate_root();
  if (!set) {
    access.exact = filter.root().kind == Kind::kTrue;
    if (!options.explain) return access;
    access.node.op = "Scan";
    access.node.estimated_rows = source.live->size();
    return access;
  }
  access.exact = set->exact;
  access.indexes = std::move(planner.used);
  access.count = set->count;
  if (!access.count) access.candidates = set->ordinals.take();
  access.node = std::move(set->node);
  return access;
}

}  // namespace aurora::plan
