// Body of expiry.hpp. Called by selection, introspection and the removal of expired documents.
#include <aurora/exec/expiry.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/relations.hpp>
#include <aurora/index/key.hpp>
#include <aurora/schema/ttl.hpp>

#include <algorithm>

namespace aurora::exec {

namespace {

Status erase_expired(WriteView& view, const CollectionDef& collection, std::span<const Ordinal> ordinals) {
  const auto mark = view.savepoint();
  for (const auto ordinal : ordinals) {
    // It may have been changed, and live on, since it was found.
    AURORA_ASSIGN(const auto record, view.record(collection.id, ordinal));
    if (record && is_expired(collection, record.view(), view.now())) AURORA_TRY(view.erase(collection, ordinal));
  }
  return end_statement(view, mark);
}

}  // namespace

OrdinalSet expired_documents(const CollectionVersion& version, DateTime now) {
  const auto* definition = ttl_index(*version.definition);
  const auto* index = definition != nullptr ? version.index(definition->id) : nullptr;
  if (index == nullptr) return {};
  std::string last;
  append_key(last, ttl_threshold(*version.definition, now));
  KeyRange range;
  range.lower = last.substr(0, 1);   // values of this class only: nulls sort before
  range.upper = last + '\0';
  return index->find(range);
}

void hide_expired(plan::Access& access, const CollectionVersion& version, DateTime now, bool explain) {
  const auto expired = expired_documents(version, now);
  if (expired.empty()) return;
  const auto& definition = *version.definition;
  const auto& name = ttl_index(definition)->name;
  access.candidates = (access.candidates ? *access.candidates : version.live) - expired;
  if (std::find(access.indexes.begin(), access.indexes.end(), name) == access.indexes.end())
    access.indexes.push_back(name);
  if (!explain) return;
  plan::PlanNode range;
  range.op = "IndexRange";
  range.condition = definition.ttl->field.text() + " lte ";
  append_json(range.condition, ttl_threshold(definition, now));
  range.index = name;
  range.estimated_rows = expired.size();
  plan::PlanNode kept;
  kept.op = "BitmapNot";
  kept.condition = "expired";
  kept.estimated_rows = version.live.size() - expired.size();
  kept.children.push_back(std::move(range));
  if (access.node.op == "Scan") {
    access.node = std::move(kept);
    return;
  }
  plan::PlanNode both;
  both.op = "BitmapAnd";
  both.estimated_rows = access.candidates->size();
  both.children.push_back(std::move(access.node));
  both.children.push_back(std::move(kept));
  access.node = std::move(both);
}

std::uint64_t count_documents(View& view, const CollectionVersion& version) {
  const auto& definition = *version.definition;
  const auto expired = expired_documents(version, view.now());
  auto count = version.live.size() - expired.size();
  const auto* pending = view.pending(definition.id);
  if (pending == nullptr) return count;
  count -= (version.live - expired).intersection_size(pending->touched);
  for (const auto& [ordinal, record] : pending->documents)
    if (!is_expired(definition, record.view(), view.now())) ++count;
  return count;
}

Status remove_expired(WriteView& view, const CollectionDef& collection, std::span<const Ordinal> ordinals,
                      OrdinalSet* held) {
  const auto mark = view.savepoint();
  const auto whole = erase_expired(view, collection, ordinals);
  if (whole || whole.error().code() != ErrorCode::kValidationError) return whole;
  // One of them is held by a relation: the others still go.
  view.rollback(mark);
  for (const auto& ordinal : ordinals) {
    const auto before = view.savepoint();
    const auto one = erase_expired(view, collection, {&ordinal, 1});
    if (one) continue;
    if (one.error().code() != ErrorCode::kValidationError) return one;
    view.rollback(before);
    if (held != nullptr) held->add(ordinal);
  }
  return {};
}

}  // namespace aurora::exec
