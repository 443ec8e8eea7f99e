// The pages of one index as a checkpoint leaves them, and as loading and opening find them.
// Used by the tests of this folder.
#pragma once

#include <aurora/index/ordered_index.hpp>
#include <aurora/index/stored_pages.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "index_model.hpp"

namespace aurora::test {

/// The `pages` family of one index.
class PageStore {
 public:
  /// Applies a checkpoint; gives how many pages it wrote.
  std::size_t checkpoint(const IndexVersion& version, Sequence since) {
    std::vector<IndexPageImage> changed;
    std::string directory;
    OrderedIndex::collect_pages(version, since, changed, directory);
    for (IndexPageImage& page : changed) pages_[page.page_id] = std::move(page.bytes);
    const auto ids = OrderedIndex::page_ids(directory).value();
    const std::set<std::uint32_t> live(ids.begin(), ids.end());
    std::erase_if(pages_, [&](const auto& page) { return !live.contains(page.first); });
    directory_ = directory;
    return changed.size();
  }
  Result<OrderedIndex> load() const {
    return OrderedIndex::load(directory_, [&](std::uint32_t id) -> Result<std::string> {
      const auto page = pages_.find(id);
      if (page == pages_.end()) return Error(ErrorCode::kCorruption, "missing");
      return page->second;
    });
  }
  /// Without reading any page. `source` may be of the test's making.
  Result<OrderedIndex> open(std::shared_ptr<StoredPages>& pages, std::shared_ptr<PageSource> source = {}) {
    if (!source) source = std::make_shared<Source>(*this);
    const PageOpener opener(std::move(source));
    auto index = OrderedIndex::load(directory_, opener);
    pages = opener.pages();
    return index;
  }
  std::map<std::uint32_t, std::string>& pages() { return pages_; }
  std::string& directory() { return directory_; }

  /// Reads pages; recovers them from the twin of the index, when there is one.
  class Source : public PageSource {
   public:
    explicit Source(PageStore& store, const Twin* documents = nullptr) : store_(store), documents_(documents) {}
    Result<std::string> read(std::uint32_t id) override {
      ++*store_.reads_;
      const auto page = store_.pages_.find(id);
      if (page == store_.pages_.end()) return Error(ErrorCode::kCorruption, "missing");
      return page->second;
    }
    Result<Entries> recover(const Part& part, const Error& why) override {
      if (documents_ == nullptr) return why;
      Entries entries;
      for (auto at = documents_->lower_bound(part.lower); at != documents_->end(); ++at) {
        if (part.upper && at->first >= *part.upper) break;
        for (const Ordinal ordinal : at->second) entries.emplace_back(at->first, ordinal);
      }
      return entries;
    }

   private:
    PageStore& store_;
    const Twin* documents_;
  };

  [[nodiscard]] std::size_t reads() const { return *reads_; }

 private:
  std::map<std::uint32_t, std::string> pages_;
  std::string directory_;
  std::shared_ptr<std::atomic<std::size_t>> reads_ = std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace aurora::test
