// Whether what indexes are made of is whole. Called by the facade's check and repair.
#pragma once

#include <aurora/base/ids.hpp>
#include <aurora/document/record.hpp>
#include <aurora/storage/store.hpp>

#include <map>
#include <string_view>
#include <unordered_map>

namespace aurora::commit {

/// Threads: one. Cost: memory for every document that the change log names.
class RowCheck {
 public:
  /// `store` outlives this and is not written meanwhile.
  explicit RowCheck(storage::Store& store) : store_(store) {}

  /// Reads every definition, document and row of the change log. Errors: Corruption or IoError for the first that cannot
  /// be read, is wrong or lacks, or for a document that is not what the log says of it: indexes cannot be made anew then.
  [[nodiscard]] Status run();

  /// Whether a row that was found beside the store is in it, or was replaced or removed by something that is.
  /// Requires: run() was ok.
  [[nodiscard]] Result<bool> knows(storage::Family family, std::string_view key, std::string_view value) const;

 private:
  struct Change {
    Sequence sequence = 0;
    bool removed = false;
    bool found = false;
  };

  Status take_log(std::string_view key, std::string_view value);
  Status judge_beginning();
  Status take_document(std::string_view key, std::string_view value);
  [[nodiscard]] bool knows_document(std::string_view key, std::string_view value, std::string_view now) const;
  [[nodiscard]] bool knows_definition(std::string_view key, std::string_view value) const;

  storage::Store& store_;
  std::unordered_map<std::uint64_t, Change> changes_;   ///< the last of each document, by place
  std::map<CollectionId, std::uint32_t> versions_;      ///< of the definitions
  CollectionId next_collection_ = 0;
  Sequence first_ = 0, last_ = 0;                       ///< of the change log
  bool is_trimmed_ = false;                             ///< older rows may have been there, and are rightly gone
};

}  // namespace aurora::commit
