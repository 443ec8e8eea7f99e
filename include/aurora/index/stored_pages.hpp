// The pages of an index that was opened without reading them: each is read when somebody first asks for what it holds.
// Opened by loading (commit room): OrderedIndex::load with a PageOpener; the source is the store behind it.
//
// U1  A page is changed only after it was read (an edit copies what it holds), and what was read is seen by every
//     version that has the page. So an unread page holds in every version what the store holds, and what the
//     documents say of its keys, from opening on; whoever overwrites or removes stored pages without having edited
//     them reads the rest first (read_all).
#pragma once

#include <aurora/document/record.hpp>
#include <aurora/result.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aurora {

/// Where the pages of one index come from.
/// Threads: any; a page is asked for once, one at a time.
class PageSource {
 public:
  PageSource() = default;
  PageSource(const PageSource&) = delete;
  PageSource& operator=(const PageSource&) = delete;
  virtual ~PageSource() = default;

  [[nodiscard]] virtual Result<std::string> read(std::uint32_t page_id) = 0;

  /// Part of an index in the order of its keys.
  struct Part {
    std::uint32_t page_id = 0;
    std::string lower;                  ///< empty: from the start
    std::optional<std::string> upper;   ///< one past the last key; none: to the end
  };
  using Entries = std::vector<std::pair<std::string, Ordinal>>;
  /// What a page that cannot be read, `why` says why, must hold: the entries of that part, sorted by (key, ordinal), as
  /// the documents have them.
  [[nodiscard]] virtual Result<Entries> recover(const Part& part, const Error& why) = 0;
};

/// Threads: any.
class StoredPages {
 public:
  StoredPages(const StoredPages&) = delete;
  StoredPages& operator=(const StoredPages&) = delete;
  virtual ~StoredPages() = default;

  /// True from when on no page will be read any more.
  [[nodiscard]] virtual bool is_whole() const noexcept = 0;
  /// Reads the next page that was not read yet; false when there is none. Errors: those of the source, when the
  /// page could not be recovered either.
  [[nodiscard]] virtual Result<bool> read_next() = 0;

 protected:
  StoredPages() = default;
};

/// Given to OrderedIndex::load instead of what reads a page: then it reads none but keeps the source. Each page is read
/// when it is first needed, by whatever call needs it, on its thread; that call throws the Error when the page can be
/// neither read nor recovered. Only damage of the directory is an error of loading.
class PageOpener {
 public:
  explicit PageOpener(std::shared_ptr<PageSource> source) : source_(std::move(source)) {}

  [[nodiscard]] Result<std::string> operator()(std::uint32_t page_id) const { return source_->read(page_id); }
  [[nodiscard]] const std::shared_ptr<PageSource>& source() const noexcept { return source_; }
  /// The pages of the index that was loaded last; null before.
  [[nodiscard]] const std::shared_ptr<StoredPages>& pages() const noexcept { return *pages_; }
  void set_pages(std::shared_ptr<StoredPages> pages) const { *pages_ = std::move(pages); }

 private:
  std::shared_ptr<PageSource> source_;
  std::shared_ptr<std::shared_ptr<StoredPages>> pages_ = std::make_shared<std::shared_ptr<StoredPages>>();   // of all copies
};

}  // namespace aurora
