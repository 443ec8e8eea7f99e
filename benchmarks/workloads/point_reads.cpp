// One document by its primary key: from C++, by statement, by text.
#include "workloads/reading.hpp"

namespace aurora::bench {

void add_point_reads(Workloads& list) {
  const std::array readings{
      Reading{.name = "get",
              .about = "a document by its unique id from C++, three fields read",
              .operation = Operation::kGet,
              .bars = {times_as_fast(1, 6, "sqlite"), times_as_fast(1, 3, "lmdb"),
                       times_of(1, 2, "memory")},
              .every_key_law = true,
              .every_thread_count = true,
              .compared = 100},
      Reading{.name = "get_one",
              .about = "the same, always the same document",
              .operation = Operation::kGet,
              .bars = {times_as_fast(1, 6, "sqlite"), times_as_fast(1, 3, "lmdb"),
                       times_of(1, 2, "memory")},
              .keys = {Keys::kOne},
              .every_thread_count = true,
              .compared = 1},
      Reading{.name = "get_prepared",
              .about = "the same by a prepared statement; Aurora's answer is JSON text",
              .operation = Operation::kGetPrepared,
              .bars = {times_as_fast(2, 1.5, "sqlite")},
              .keys = {Keys::kUniform},
              .compared = 100},
      Reading{.name = "get_prepared_view",
              .about = "the same by a prepared statement, answered as a document, three fields read",
              .operation = Operation::kGetPreparedView,
              .bars = {times_as_fast(2, 3, "sqlite")},
              .keys = {Keys::kUniform},
              .compared = 100},
      Reading{.name = "get_text",
              .about = "the same by the statement's text each time",
              .operation = Operation::kGetText,
              .bars = {times_as_fast(2, 3, "sqlite")},
              .keys = {Keys::kUniform},
              .compared = 100},
  };
  for (const auto& reading : readings) list.push_back(std::make_unique<ReadWorkload>(reading));
}

}  // namespace aurora::bench
