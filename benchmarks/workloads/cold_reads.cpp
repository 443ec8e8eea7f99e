// Reads without Aurora's cache of documents: from the blocks of its store, which are in memory, as
// the pages of its peers are.
#include "workloads/reading.hpp"

namespace aurora::bench {

void add_cold_reads(Workloads& list) {
  const std::array readings{
      Reading{.name = "get_uncached",
              .about = "get without Aurora's cache of documents; RocksDB by its row number",
              .operation = Operation::kGet,
              .bars = {times_of(3, 1.3, "rocksdb")},
              .mode = Mode::kUncached,
              .keys = {Keys::kUniform},
              .compared = 100,
              .raw = Operation::kGetByNumber},
      Reading{.name = "city_fetch_cold",
              .about = "city_fetch without Aurora's cache of documents; columns are none",
              .operation = Operation::kCity,
              .bars = {times_as_fast(7, 0.6, "sqlite")},
              .mode = Mode::kUncached,
              .compared = 100},  // they bring forth the columns
      Reading{.name = "city_documents_cold",
              .about = "city_documents without Aurora's cache of documents",
              .operation = Operation::kCityDocuments,
              .mode = Mode::kUncached},
      Reading{.name = "scan_cold",
              .about = "scan without Aurora's cache of documents",
              .operation = Operation::kScan,
              .bars = {times_as_fast(11, 5, "sqlite_json")},
              .mode = Mode::kUncached,
              .compared = 2},
  };
  for (const auto& reading : readings) list.push_back(std::make_unique<ReadWorkload>(reading));
}

}  // namespace aurora::bench
