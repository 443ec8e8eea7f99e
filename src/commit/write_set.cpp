// Body of the write set. Called by the commit pipeline and transactions.
#include <aurora/commit/write_set.hpp>

#include <aurora/base/bytes.hpp>

#include <algorithm>

namespace aurora::commit {

namespace {
// Up to here a backwards look through the documents beats hashing.
constexpr std::size_t kLinearLook = 8;

std::string claim_key(std::uint32_t index_id, const std::string& key) {
  std::string text;
  text.reserve(key.size() + 4);
  append_be<std::uint32_t>(text, index_id);
  text += key;
  return text;
}
}  // namespace

Error transaction_too_large(std::uint64_t most) {
  return Error(ErrorCode::kLimitExceeded,
               "one commit may write at most " + std::to_string(most) + " bytes (max_transaction_bytes); split it");
}

std::uint32_t WriteSet::slot_of(CollectionId id) {
  for (std::uint32_t i = 0; i < collections_.size(); ++i)
    if (collections_[i].id == id) return i;
  collections_.emplace_back().id = id;
  return static_cast<std::uint32_t>(collections_.size() - 1);
}

const WriteSet::Collection* WriteSet::collection_of(CollectionId id) const {
  for (const auto& collection : collections_)
    if (collection.id == id) return &collection;
  return nullptr;
}

const WriteSet::Document* WriteSet::document_of(const Collection& collection, Ordinal ordinal) {
  if (collection.by_ordinal.empty()) {
    for (const auto& document : collection.documents)
      if (document.ordinal == ordinal) return &document;
    return nullptr;
  }
  const auto found = collection.by_ordinal.find(ordinal);
  return found == collection.by_ordinal.end() ? nullptr : &collection.documents[found->second];
}

// One change in the place of making the whole anew: many statements of a transaction each look after a few writes.
void WriteSet::update_pending(PendingDocuments& pending, Ordinal ordinal, const RecordRef& after) {
  pending.touched.add(ordinal);
  const auto at = std::lower_bound(pending.documents.begin(), pending.documents.end(), ordinal,
                                   [](const auto& entry, Ordinal wanted) { return entry.first < wanted; });
  const bool known = at != pending.documents.end() && at->first == ordinal;
  if (known && after)
    at->second = after;
  else if (known)
    pending.documents.erase(at);
  else if (after)
    pending.documents.emplace(at, ordinal, after);
}

void WriteSet::put(CollectionId id, Ordinal ordinal, const RecordRef& committed, RecordRef after) {
  const auto slot = slot_of(id);
  auto& collection = collections_[slot];
  if (collection.pending_fresh) update_pending(collection.pending, ordinal, after);
  if (after) bytes_ += after.memory_bytes();
  if (const auto* known = document_of(collection, ordinal)) {
    const auto at = static_cast<std::uint32_t>(known - collection.documents.data());
    auto& document = collection.documents[at];
    journal_.push_back({slot, at, std::move(document.now), false});
    document.now = std::move(after);
    return;
  }
  const auto at = static_cast<std::uint32_t>(collection.documents.size());
  collection.documents.push_back({ordinal, committed, std::move(after)});
  if (!collection.by_ordinal.empty()) {
    collection.by_ordinal.emplace(ordinal, at);
  } else if (collection.documents.size() > kLinearLook) {
    for (std::uint32_t i = 0; i <= at; ++i) collection.by_ordinal.emplace(collection.documents[i].ordinal, i);
  }
  journal_.push_back({slot, at, committed, true});
}

void WriteSet::rollback(Mark mark) {
  while (journal_.size() > mark.changes) {
    auto& entry = journal_.back();
    auto& collection = collections_[entry.collection];
    collection.pending_fresh = false;
    auto& document = collection.documents[entry.document];
    if (document.now) bytes_ -= document.now.memory_bytes();
    if (entry.first_touch) {
      // First touches are undone in reverse order, so this document is the last one.
      if (!document.committed && collection.inserted > 0) --collection.inserted;
      collection.by_ordinal.erase(document.ordinal);
      collection.documents.pop_back();
    } else {
      document.now = std::move(entry.previous);
    }
    journal_.pop_back();
  }
  while (claim_journal_.size() > mark.claims) {
    auto& [key, previous] = claim_journal_.back();
    if (previous)
      claims_.insert_or_assign(key, *previous);
    else
      claims_.erase(key);
    claim_journal_.pop_back();
  }
}

bool WriteSet::find(CollectionId id, Ordinal ordinal, RecordRef& out) const {
  const auto* collection = collection_of(id);
  if (collection == nullptr) return false;
  const auto* document = document_of(*collection, ordinal);
  if (document == nullptr) return false;
  out = document->now;
  return true;
}

std::vector<Change> WriteSet::collect(Mark mark) const {
  std::vector<Change> changes;
  changes.reserve(journal_.size() - mark.changes);
  std::vector<std::vector<bool>> seen(collections_.size());
  for (auto i = mark.changes; i < journal_.size(); ++i) {
    const auto& entry = journal_[i];
    const auto& collection = collections_[entry.collection];
    auto& mine = seen[entry.collection];
    if (mine.empty()) mine.resize(collection.documents.size());
    if (mine[entry.document]) continue;
    mine[entry.document] = true;
    const auto& document = collection.documents[entry.document];
    if (!entry.previous && !document.now) continue;
    changes.push_back({collection.id, document.ordinal, entry.previous, document.now});
  }
  return changes;
}

const PendingDocuments* WriteSet::pending(CollectionId id) const {
  const auto* collection = collection_of(id);
  if (collection == nullptr || collection->documents.empty()) return nullptr;
  if (!collection->pending_fresh) {
    auto& pending = collection->pending;
    pending.touched.clear();
    pending.documents.clear();
    for (const auto& document : collection->documents) {
      pending.touched.add(document.ordinal);
      if (document.now) pending.documents.emplace_back(document.ordinal, document.now);
    }
    std::sort(pending.documents.begin(), pending.documents.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    collection->pending_fresh = true;
  }
  return &collection->pending;
}

void WriteSet::clear() {
  collections_.clear();
  journal_.clear();
  claims_.clear();
  claim_journal_.clear();
  bytes_ = 0;
}

Ordinal WriteSet::allocate(CollectionId id, Ordinal committed_next) {
  auto& collection = collections_[slot_of(id)];
  return committed_next + collection.inserted++;
}

std::size_t WriteSet::inserted_before(CollectionId id, Mark mark) const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < mark.changes; ++i) {
    const auto& entry = journal_[i];
    const auto& collection = collections_[entry.collection];
    if (collection.id == id && entry.first_touch && !collection.documents[entry.document].committed) ++count;
  }
  return count;
}

const Ordinal* WriteSet::claim(std::uint32_t index_id, const std::string& key) const {
  if (claims_.empty()) return nullptr;
  const auto found = claims_.find(claim_key(index_id, key));
  return found == claims_.end() ? nullptr : &found->second;
}

void WriteSet::set_claim(std::uint32_t index_id, const std::string& key, Ordinal ordinal) {
  auto name = claim_key(index_id, key);
  const auto [at, fresh] = claims_.try_emplace(name, ordinal);
  claim_journal_.emplace_back(std::move(name), fresh ? std::nullopt : std::optional(at->second));
  at->second = ordinal;
}

}  // namespace aurora::commit
