// What repair and salvage make of a damaged database, and whether that is enough.
// The bulk beside the writer's collection: enough documents for many blocks, so that damage has an edge.
#pragma once

#include <aurora/aurora.hpp>

#include <string>

namespace aurora::testing {

/// Fills the collection `bulk` in several tables, with updates and removals.
void make_bulk(Database& database);

/// What was spoiled, which decides what must be there afterwards.
enum class Spoiled : int {
  kNotRows,     ///< index pages, the change log, names of files: every document must be saved
  kRows,        ///< a part of a table of documents: what is missing must be told, and be little
  kWholeTable,  ///< the end of a table of documents or definitions, without which nothing of it is found: it must be told
  kLog,         ///< the write-ahead log of a killed writer: no less than opening gives
};

inline constexpr int kRebuilt = 30;     ///< repaired in place, everything is there
inline constexpr int kSavedAll = 31;    ///< salvaged, everything is there
inline constexpr int kSavedPart = 32;   ///< salvaged, what is missing was told
inline constexpr int kHopeless = 33;    ///< a named error, where the definitions were hit
inline constexpr int kMissing = 34;     ///< documents are missing that must not, or without a word; said on standard error

/// The child that mends: repairs the database in `path`, else salvages it, and compares with the text in `expected`.
int mend(const std::string& path, const std::string& expected, Spoiled spoiled);

}  // namespace aurora::testing
