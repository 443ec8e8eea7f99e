// Body of the write set. Called by the commit pipeline and transactions.
#include <aurora/commit/write_set.hpp>

#include <aurora/base/checksum.hpp>

#include <algorithm>

namespace aurora::commit {

namespace {
// Up to here a backwards look through the documents beats hashing.
constexpr std::size_t kLinearLook = 8;

// Bits spread, since ordinals that follow one another are the usual case.
std::uint64_t ordinal_hash(Ordinal ordinal) noexcept {
  const auto spread = ordinal * 0x9E37'79B9'7F4A'7C15u;
  return spread ^ (spread >> 32);
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
  const Document* found = nullptr;
  collection.by_ordinal.find(ordinal_hash(ordinal), [&](std::uint32_t at) {
    if (collection.documents[at].ordinal != ordinal) return false;
    found = &collection.documents[at];
    return true;
  });
  return found;
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
  // Whatever needs memory comes before what is changed, so that a rollback finds either all of it or nothing.
  if (journal_.size() == journal_.capacity()) journal_.reserve(std::max<std::size_t>(8, 2 * journal_.size()));
  if (collection.pending_fresh) {
    collection.pending_fresh = false;
    update_pending(collection.pending, ordinal, after);
    collection.pending_fresh = true;
  }
  const std::size_t bytes = after ? after.memory_bytes() : 0;
  if (const auto* known = document_of(collection, ordinal)) {
    const auto at = static_cast<std::uint32_t>(known - collection.documents.data());
    auto& document = collection.documents[at];
    journal_.push_back({slot, at, std::move(document.now), false});
    document.now = std::move(after);
    bytes_ += bytes;
    return;
  }
  const auto at = static_cast<std::uint32_t>(collection.documents.size());
  try {
    collection.documents.push_back({ordinal, committed, std::move(after)});
    if (!collection.by_ordinal.empty()) {
      collection.by_ordinal.push(ordinal_hash(ordinal), at);
    } else if (at >= kLinearLook) {
      for (std::uint32_t i = 0; i <= at; ++i)
        collection.by_ordinal.push(ordinal_hash(collection.documents[i].ordinal), i);
    }
  } catch (...) {
    collection.pending_fresh = false;
    if (collection.documents.size() > at) collection.documents.pop_back();
    if (collection.by_ordinal.size() != at) collection.by_ordinal.clear();   // in the midst of making it
    throw;
  }
  journal_.push_back({slot, at, committed, true});
  bytes_ += bytes;
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
      if (!collection.by_ordinal.empty()) collection.by_ordinal.pop();
      collection.documents.pop_back();
    } else {
      document.now = std::move(entry.previous);
    }
    journal_.pop_back();
  }
  while (claims_.size() > mark.claims) claims_.pop();
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
  // Most commits write one document, once.
  if (journal_.size() - mark.changes == 1) {
    const auto& entry = journal_.back();
    const auto& collection = collections_[entry.collection];
    const auto& document = collection.documents[entry.document];
    if (entry.previous || document.now)
      changes.push_back({collection.id, document.ordinal, entry.previous, document.now});
    return changes;
  }
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

std::uint64_t WriteSet::claim_hash(std::uint32_t index_id, std::string_view key) noexcept {
  return hash64(key) ^ ordinal_hash(index_id);
}

void WriteSet::set_claim(std::uint32_t index_id, std::string_view key, Ordinal ordinal) {
  claims_.push(claim_hash(index_id, key), ordinal);
}

}  // namespace aurora::commit
