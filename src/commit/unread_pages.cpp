// Index pages that were not read when their collection was loaded: where they come from, what becomes of damaged ones, and
// reading the rest. Called by loading, the pipeline, upkeep and verify.
//
// A damaged page is made anew from the documents of its keys as the newest snapshot has them, which are those of every
// snapshot that has the page (U1), and written whole by the next checkpoint.
#include <aurora/base/try.hpp>
#include <aurora/commit/keys.hpp>
#include <aurora/text/entries.hpp>

#include "engine_parts.hpp"
#include "unread_pages.hpp"

#include <algorithm>

namespace aurora::commit {

namespace {

class StoreSource final : public PageSource {
 public:
  StoreSource(Engine& engine, CollectionId collection, IndexDef index, std::shared_ptr<std::atomic<bool>> recovered)
      : engine_(engine), collection_(collection), index_(std::move(index)), recovered_(std::move(recovered)) {}

  Result<std::string> read(std::uint32_t page_id) override {
    std::string bytes;
    AURORA_ASSIGN(const bool there,
                  engine_.store().get(storage::Family::kPages, PageKey(index_.id, page_id).view(), bytes));
    if (!there) return Error(ErrorCode::kCorruption, "is missing");
    return bytes;
  }

  Result<Entries> recover(const Part& part, const Error& why) override {
    auto view = engine_.view();
    const auto definition = view.catalog().find(collection_);
    if (!definition) return why;
    const auto index = std::find_if(definition->indexes.begin(), definition->indexes.end(),
                                    [&](const IndexDef& known) { return known.id == index_.id; });
    if (index == definition->indexes.end()) return why;
    if (engine_.options().log)
      engine_.options().log(kLogWarning, "a part of index '" + index->name + "' of '" + definition->name +
                                             "' is made anew from its documents: " + why.message());
    AURORA_ASSIGN(const auto* version, view.collection(collection_));
    Entries entries;
    std::vector<std::string> keys;
    AURORA_TRY(view.scan(collection_, version->live, [&](Ordinal ordinal, const RecordRef& record) {
      text::extract_index_keys(*definition, *index, record.view(), keys);
      for (auto& key : keys)
        if (key >= part.lower && (!part.upper || key < *part.upper)) entries.emplace_back(std::move(key), ordinal);
      return true;
    }));
    std::sort(entries.begin(), entries.end());
    entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
    recovered_->store(true, std::memory_order_release);
    return entries;
  }

 private:
  Engine& engine_;
  const CollectionId collection_;
  const IndexDef index_;
  const std::shared_ptr<std::atomic<bool>> recovered_;
};

}  // namespace

Result<OrderedIndex> UnreadPages::open(Engine& engine, const CollectionDef& definition, const IndexDef& index) {
  std::string directory;
  AURORA_ASSIGN(const bool known, engine.store().get(storage::Family::kPages,
                                                     PageKey(index.id, PageKey::kDirectory).view(), directory));
  if (!known) return Error(ErrorCode::kNotFound, "no pages yet");
  const auto recovered = std::make_shared<std::atomic<bool>>(false);
  const PageOpener opener(std::make_shared<StoreSource>(engine, definition.id, index, recovered));
  AURORA_ASSIGN(auto head, OrderedIndex::load(directory, opener));
  indexes_.push_back({index.id, opener.pages(), recovered});
  whole_.store(false, std::memory_order_release);
  return head;
}

bool UnreadPages::is_whole() const {
  if (whole_.load(std::memory_order_acquire)) return true;
  const bool whole = std::all_of(indexes_.begin(), indexes_.end(), [](const Index& index) {
    const auto pages = index.pages.lock();
    return !pages || pages->is_whole();
  });
  if (whole) whole_.store(true, std::memory_order_release);
  return whole;
}

void UnreadPages::append_to(std::vector<std::shared_ptr<StoredPages>>& pages) const {
  for (const auto& index : indexes_)
    if (auto held = index.pages.lock(); held && !held->is_whole()) pages.push_back(std::move(held));
}

Status read_rest(StoredPages& pages) {
  for (bool more = true; more;) {
    AURORA_ASSIGN(more, pages.read_next());
  }
  return {};
}

}  // namespace aurora::commit
