// Readers and cursors of the memory store beside its one writer.
#include <aurora/storage/store.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace aurora::storage {

// Every batch writes one number under ten keys of two families, so a reader that sees two numbers
// in one cursor has seen half a batch.
TEST_CASE("memory store: cursors never see half a batch", "[storage][threads]") {
  constexpr int kBatches = 400;
  const auto store = make_memory_store();
  std::atomic<bool> done{false};
  std::atomic<int> torn{0};
  std::atomic<int> backwards{0};

  const auto write_all = [&] {
    const auto batch = store->make_batch();
    for (int i = 1; i <= kBatches; ++i) {
      batch->clear();
      for (int key = 0; key < 100; ++key)
        batch->put(Family::kDocs, std::to_string(key * 7), std::to_string(i));
      if (!store->write(*batch, Sync::kLogged)) return;
    }
    done = true;
  };
  const auto read_until_done = [&] {
    int last = 0;
    while (!done) {
      const auto cursor = store->cursor(Family::kDocs, {});
      std::string first;
      for (cursor->seek(""); cursor->valid(); cursor->next()) {
        if (first.empty()) first = cursor->value();
        if (cursor->value() != first) ++torn;
      }
      const int seen = first.empty() ? 0 : std::stoi(first);
      if (seen < last) ++backwards;
      last = seen;
      std::string value;
      if (seen > 0 && !store->get(Family::kDocs, "7", value).value_or(false)) ++torn;
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(read_until_done);
  threads.emplace_back(write_all);
  threads.clear();
  CHECK(done);
  CHECK(torn == 0);
  CHECK(backwards == 0);
}

}  // namespace aurora::storage
