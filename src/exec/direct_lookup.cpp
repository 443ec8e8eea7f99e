// Body of direct lookups. Called by queries and projections; asks indexes and the view.
#include "direct_lookup.hpp"

#include "places_of_ints.hpp"

#include <aurora/base/try.hpp>
#include <aurora/exec/read_shapes.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/index/extract.hpp>

#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_map>

namespace aurora::exec {

namespace {

// Longer texts are made anew for each row.
constexpr std::size_t kLongestKept = 1024;
// Once texts and keys need more, they are forgotten, and kept from the next row on.
constexpr std::size_t kMostKept = std::size_t{64} << 20;

struct KeyHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view key) const noexcept { return std::hash<std::string_view>()(key); }
};

}  // namespace

class DirectLookups::One {
 public:
  One(const LookupPlan& plan, KeyProbe probe, const IndexDef& index)
      : plan_(plan), local_(*plan.local.collection), foreign_(*plan.foreign.collection), probe_(probe), index_(index) {}

  Status append(std::string& out, RecordView row) {
    const auto value = read_path(local_, plan_.local.path, row);
    if (value.is_null()) {
      out += plan_.list ? "[]" : "null";
      return {};
    }
    if (value.type() != Type::kInt) {
      make_join_key(plan_.local, value, key_);
      const auto known = places_.find(std::string_view(key_));
      if (known != places_.end()) return append_text(out, known->second);
      AURORA_ASSIGN(const auto place, make_text(out));
      if (place != kNone) places_.emplace(key_, place);
      return {};
    }
    // Ints are known by their numbers, so that the key of one that was met before is not made again.
    auto& known = ints_.at(value.int_value());
    if (known != kNone) return append_text(out, known);
    make_join_key(plan_.local, value, key_);
    AURORA_ASSIGN(const auto place, make_text(out));
    if (place != kNone) ints_.at(value.int_value()) = place;
    return {};
  }

  void remember(ReadShapes& shapes) const {
    shapes.record_keys(foreign_, plan_.foreign.path, &index_, examined_, found_);
  }

 private:
  static constexpr auto kNone = PlacesOfInts::kNone;
  struct Span {
    std::size_t begin = 0;
    std::size_t size = 0;
  };

  Status append_text(std::string& out, std::uint32_t place) const {
    out.append(texts_, spans_[place].begin, spans_[place].size);
    return {};
  }

  // Appends the answer for key_; gives its place among those kept, or kNone.
  Result<std::uint32_t> make_text(std::string& out) {
    const auto begin = out.size();
    AURORA_TRY(find(out));
    const auto size = out.size() - begin;
    if (size > kLongestKept) return kNone;
    if (texts_.size() + spans_.size() * kBytesAKey + key_.size() > kMostKept) {
      texts_.clear();
      spans_.clear();
      places_.clear();
      ints_ = PlacesOfInts();
    }
    texts_.append(out, begin, size);
    spans_.push_back({texts_.size() - size, size});
    return static_cast<std::uint32_t>(spans_.size() - 1);
  }

  Status find(std::string& out) {
    const std::uint64_t most = plan_.list ? plan_.limit.value_or(UINT64_MAX)
                                          : std::min<std::uint64_t>(plan_.limit.value_or(1), 1);
    std::uint64_t count = 0;
    Status failed;
    if (plan_.list) out += '[';
    if (most > 0)
      AURORA_TRY(probe_.find(key_, [&](Ordinal, const RecordRef& record) {
        ++examined_;
        if (plan_.filter != nullptr && !plan_.filter->matches(record.view())) return true;
        if (count > 0) out += ',';
        failed = plan_.projection.append(out, foreign_, record.view());
        return failed && ++count < most;
      }));
    AURORA_TRY(failed);
    found_ += count;
    if (plan_.list)
      out += ']';
    else if (count == 0)
      out += "null";
    return {};
  }

  // Of a key beside its text: its span, and its entry in one of the tables.
  static constexpr std::size_t kBytesAKey = 64;

  const LookupPlan& plan_;
  const CollectionDef& local_;
  const CollectionDef& foreign_;
  const KeyProbe probe_;
  const IndexDef& index_;
  std::string key_;                                      // of the row under way
  std::string texts_;                                    // of all keys met
  std::vector<Span> spans_;                              // of each: its part of texts_
  PlacesOfInts ints_;
  std::unordered_map<std::string, std::uint32_t, KeyHash, std::equal_to<>> places_;
  std::uint64_t examined_ = 0;
  std::uint64_t found_ = 0;
};

DirectLookups::DirectLookups(const ExecSettings& settings) : settings_(settings) {}
DirectLookups::~DirectLookups() = default;

Result<std::unique_ptr<DirectLookups>> DirectLookups::of(View& view, const Projection& projection,
                                                         const ExecSettings& settings) {
  using Found = std::unique_ptr<DirectLookups>;
  // Who keeps what is read wants all keys in one condition.
  if (view.keeps_reads()) return Found();
  // Expressions read what all lookups beside them found.
  for (const auto& item : projection.items())
    if (item.kind == ProjectionItem::Kind::kExpression) return Found();
  Found made(new DirectLookups(settings));
  for (const auto& plan : projection.lookups()) {
    const auto& local = plan->local;
    const auto& foreign = plan->foreign;
    const bool one_key = local.subject == plan::Subject::kPath && !is_virtual(*local.collection, local.path.field) &&
                         !is_multi_valued(*local.collection, local.path);
    if (!one_key || !plan->order.empty() || !plan->projection.is_plain()) return Found();
    const auto* index = key_index(foreign, settings.use_indexes);
    if (index == nullptr || index->paths.size() > 1 || view.pending(foreign.collection->id) != nullptr) return Found();
    AURORA_ASSIGN(const auto* version, view.collection(foreign.collection->id));
    const auto* state = version->index(index->id);
    if (state == nullptr) return Found();
    made->each_.push_back(std::make_unique<One>(*plan, KeyProbe(view, *foreign.collection, *index, *state), *index));
  }
  return made;
}

Status DirectLookups::append(std::string& out, std::size_t lookup, RecordView row) { return each_[lookup]->append(out, row); }

void DirectLookups::finish() const {
  if (settings_.shapes == nullptr || !settings_.use_indexes) return;
  for (const auto& one : each_) one->remember(*settings_.shapes);
}

}  // namespace aurora::exec
