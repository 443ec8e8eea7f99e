// Loading a collection on first use: its live set and indexes from pages, brought up to date by the replay;
// whatever is missing or damaged is rebuilt from the documents (I6). Called by views.
//
// One thread loads a collection, those that want the same one wait; no lock is held meanwhile, so that commits to
// other collections are published beside it.
#include <aurora/base/checksum.hpp>
#include <aurora/base/try.hpp>
#include <aurora/commit/keys.hpp>
#include <aurora/text/analyser.hpp>
#include <aurora/text/entries.hpp>

#include "engine_parts.hpp"

#include <algorithm>

namespace aurora::commit {

namespace {
constexpr std::uint8_t kLiveFormat = 1;
constexpr std::size_t kLiveHeader = 12;   // format u8, 3 zero, checksum u32, next ordinal u32
}  // namespace

std::string encode_live(const OrdinalSet& live, Ordinal next_ordinal) {
  std::string bytes(kLiveHeader, '\0');
  bytes[0] = static_cast<char>(kLiveFormat);
  store_le<std::uint32_t>(bytes.data() + 8, next_ordinal);
  live.append_bytes(bytes);
  store_le<std::uint32_t>(bytes.data() + 4, checksum32(std::string_view(bytes).substr(8)));
  return bytes;
}

Result<LiveRow> decode_live(std::string_view bytes) {
  if (bytes.size() < kLiveHeader || static_cast<std::uint8_t>(bytes[0]) != kLiveFormat ||
      load_le<std::uint32_t>(bytes.data() + 4) != checksum32(bytes.substr(8)))
    return Error(ErrorCode::kCorruption, "the row of live documents is damaged");
  LiveRow row;
  row.next_ordinal = load_le<std::uint32_t>(bytes.data() + 8);
  AURORA_ASSIGN(row.live, OrdinalSet::from_bytes(bytes.substr(kLiveHeader)));
  return row;
}

std::string encode_freshness(Sequence sequence) {
  std::string bytes;
  append_be<std::uint64_t>(bytes, sequence);
  append_be<std::uint32_t>(bytes, checksum32(bytes));
  return bytes;
}

Result<Sequence> decode_freshness(std::string_view bytes) {
  if (bytes.size() != 12 || load_be<std::uint32_t>(bytes.data() + 8) != checksum32(bytes.substr(0, 8)))
    return Error(ErrorCode::kCorruption, "the freshness row of the index pages is damaged");
  return load_be<std::uint64_t>(bytes.data());
}

Result<const CollectionVersion*> Engine::load(const SnapshotList::Pin& pin, CollectionId id) {
  const auto definition = pin->catalog->find(id);
  if (!definition) return Error(ErrorCode::kInternal, "a collection was loaded that the catalog lacks");
  const Replay* replay = nullptr;
  {
    std::unique_lock lock(load_mutex_);
    loaded_.wait(lock, [&] { return !loading_.contains(id); });
    if (const auto* version = snapshots_.find(pin, id)) return version;
    loading_.insert(id);
    if (const auto found = replays_.find(id); found != replays_.end()) replay = found->second.get();
  }
  struct Turn {
    Engine& engine;
    const CollectionId id;
    ~Turn() {
      {
        const std::lock_guard lock(engine.load_mutex_);
        engine.loading_.erase(id);
      }
      engine.loaded_.notify_all();
    }
  } const turn{*this, id};
  auto heads = std::make_unique<Heads>();
  AURORA_ASSIGN(auto version, load_version(definition, replay, *heads));
  const bool whole = heads->unread.is_whole();
  {
    const std::lock_guard lock(heads_mutex_);
    heads_[id] = std::move(heads);
  }
  snapshots_.install(id, std::move(version));
  {
    const std::lock_guard lock(load_mutex_);
    replays_.erase(id);
  }
  if (!whole && background_known_.load(std::memory_order_acquire)) background_->wake();   // to read the rest
  return snapshots_.find(pin, id);
}

Result<std::shared_ptr<CollectionVersion>> Engine::load_version(Catalog::Entry definition, const Replay* replay,
                                                                Heads& heads) {
  auto version = std::make_shared<CollectionVersion>();
  version->definition = definition;
  if (replay != nullptr) version->changed_at = opened_at_;
  AURORA_TRY(load_live(*definition, replay, heads, *version));
  for (const auto& index : definition->indexes) {
    // Without a replay there is nothing to look up in the pages now.
    auto loaded = rebuild_all_ ? Error(ErrorCode::kCorruption, "the change log does not reach back to the pages")
                  : replay == nullptr && index.kind != IndexKind::kSearch
                      ? heads.unread.open(*this, *definition, index)
                      : load_index(*definition, index, replay);
    if (!loaded) {
      if (loaded.error().code() != ErrorCode::kCorruption && loaded.error().code() != ErrorCode::kNotFound)
        return loaded.error();
      if (loaded.error().code() == ErrorCode::kCorruption)
        log(kLogWarning, "index '" + index.name + "' of '" + definition->name +
                             "' is rebuilt from its documents: " + loaded.error().message());
      loaded = rebuild_index(*definition, index, *version);
      if (!loaded) return loaded.error();
      heads.unsaved.insert(index.id);
      version->changed_at = opened_at_;
    }
    version->add_index(index, loaded->version());
    heads.indexes.emplace(index.id, *std::move(loaded));
  }
  return version;
}

Status Engine::load_live(const CollectionDef& definition, const Replay* replay, Heads& heads,
                         CollectionVersion& version) {
  std::string bytes;
  AURORA_ASSIGN(bool known, store_->get(storage::Family::kPages, PageKey(PageKey::kLiveSets, definition.id).view(),
                                        bytes));
  bool rebuild = rebuild_all_ || !known;
  if (!rebuild) {
    auto row = decode_live(bytes);
    rebuild = !row;
    if (row) {
      version.live = std::move(row->live);
      version.next_ordinal = row->next_ordinal;
    }
  }
  if (rebuild) {
    storage::CursorOptions range;
    range.lower = std::string(DocumentKey(definition.id, 0).view());
    range.upper = std::string(DocumentKey(definition.id + 1, 0).view());
    range.fill_cache = false;
    const auto cursor = store_->cursor(storage::Family::kDocs, range);
    for (cursor->seek(range.lower); cursor->valid(); cursor->next())
      version.live.add(load_be<std::uint32_t>(cursor->key().data() + 4));
    AURORA_TRY(cursor->status());
    // The documents of a collection that no checkpoint has met yet are in the log or there are none. For any other,
    // nothing but the cursor tells how many there are.
    if (known || rebuild_all_ || (replay == nullptr && (!version.live.empty() || !has_pages_)))
      AURORA_TRY(prove_documents());
    if (known || rebuild_all_ || (replay == nullptr && !version.live.empty()))
      log(kLogWarning, "the live set of '" + definition.name + "' is rebuilt from its documents");
    if (known || !version.live.empty()) {
      heads.unsaved.insert(PageKey::kLiveSets);
      version.changed_at = opened_at_;
    }
  }
  if (replay != nullptr)
    for (const auto& [ordinal, document] : replay->documents) {
      if (document.exists)
        version.live.add(ordinal);
      else
        version.live.remove(ordinal);
      version.next_ordinal = std::max(version.next_ordinal, ordinal + 1);
    }
  if (!version.live.empty()) version.next_ordinal = std::max(version.next_ordinal, version.live.max() + 1);
  version.live.optimize();
  return {};
}

// A cursor may leave out what stands behind a damaged block and say nothing: before it is believed, once.
Status Engine::prove_documents() {
  const std::lock_guard lock(proof_mutex_);
  if (documents_proven_) return {};
  if (auto sound = store_->verify_checksums(storage::Family::kDocs); !sound)
    return sound.error().with_prefix("the live sets are to be rebuilt, and documents cannot be read: ");
  documents_proven_ = true;
  return {};
}

Result<OrderedIndex> Engine::load_index(const CollectionDef& definition, const IndexDef& index,
                                        const Replay* replay) {
  std::string directory;
  AURORA_ASSIGN(const bool known, store_->get(storage::Family::kPages,
                                              PageKey(index.id, PageKey::kDirectory).view(), directory));
  if (!known) return Error(ErrorCode::kNotFound, "no pages yet");
  AURORA_ASSIGN(auto head, OrderedIndex::load(directory, [&](std::uint32_t page) -> Result<std::string> {
                  std::string bytes;
                  AURORA_ASSIGN(const bool there,
                                store_->get(storage::Family::kPages, PageKey(index.id, page).view(), bytes));
                  if (!there) return Error(ErrorCode::kCorruption, "page " + std::to_string(page) + " is missing");
                  return bytes;
                }));
  if (index.kind == IndexKind::kSearch) {
    const auto* search = search_options_at(definition, index.paths.front());
    if (search == nullptr || !text::Lengths::is_current(head.version(), text::Analyser::of(*search).fingerprint()))
      return Error(ErrorCode::kCorruption, "its text was analysed by other rules than those of this version");
  }
  if (replay == nullptr) return head;
  const EditScope scope{opened_at_, 0};
  std::vector<std::string> keys;
  for (const auto& [ordinal, document] : replay->documents) {
    if (document.before) {
      text::extract_index_keys(definition, index, document.before.view(), keys);
      for (const auto& key : keys) head.remove(key, ordinal, scope);
    }
    if (!document.exists) continue;
    AURORA_ASSIGN(const auto record, records_.at(definition.id, ordinal, opened_at_));
    if (!record)
      return Error(ErrorCode::kCorruption, "document " + std::to_string(ordinal) + " is in the log but not stored");
    text::extract_index_keys(definition, index, record.view(), keys);
    for (const auto& key : keys) head.add(key, ordinal, scope);
  }
  return head;
}

Result<OrderedIndex> Engine::rebuild_index(const CollectionDef& definition, const IndexDef& index,
                                           const CollectionVersion& version) {
  std::vector<std::pair<std::string, Ordinal>> entries;
  std::vector<std::string> keys;
  AURORA_TRY(records_.scan(definition.id, version.live, opened_at_, [&](Ordinal ordinal, const RecordRef& record) {
    text::extract_index_keys(definition, index, record.view(), keys);
    for (auto& key : keys) entries.emplace_back(std::move(key), ordinal);
    return true;
  }));
  std::sort(entries.begin(), entries.end());
  return OrderedIndex::build(std::move(entries), opened_at_);
}

}  // namespace aurora::commit
