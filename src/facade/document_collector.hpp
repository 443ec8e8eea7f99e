// The documents of one result. Small records are copied, side by side: whoever reads the result then finds in the
// processor's caches what selection brought there, instead of waiting for each record where the allocator put it, and
// counts no references of records. Used by fetches.
#pragma once

#include <aurora/document.hpp>
#include <aurora/document/record.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace aurora::facade {

/// Threads: one at a time. Cost: a copy of each small record; two allocations for some of them together.
class DocumentCollector {
 public:
  explicit DocumentCollector(std::shared_ptr<const CollectionDef> collection);
  ~DocumentCollector();
  DocumentCollector(const DocumentCollector&) = delete;
  DocumentCollector& operator=(const DocumentCollector&) = delete;

  /// `most`: how many documents there will be, as far as it is known; 0: it is not.
  void add(const RecordRef& record, std::uint64_t most);
  /// Ends it.
  [[nodiscard]] std::vector<Document> take() { return std::move(documents_); }

 private:
  struct Group;
  void begin_group(std::size_t record_bytes, std::uint64_t most);

  std::shared_ptr<const CollectionDef> collection_;
  std::vector<Document> documents_;
  std::shared_ptr<Group> group_;             // of the documents last added
};

}  // namespace aurora::facade
