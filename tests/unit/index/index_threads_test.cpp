// Readers hold versions and scan while a writer changes the index in place and by copies (X1).
// The publisher is as in the engine: newest_reader is found, the edit made and the version
// published under one lock, and readers take snapshots under the same lock. Run under
// ThreadSanitizer too.

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <mutex>
#include <thread>

#include "index_model.hpp"

using namespace aurora;
using namespace aurora::test;

namespace {

struct Snapshot {
  Sequence sequence = 0;
  IndexVersion version;
  Twin twin;
};

class Publisher {
 public:
  /// `edit` gets the index, the twin and the scope.
  template <class Edit>
  void commit(Edit edit) {
    const std::lock_guard lock(mutex_);
    const EditScope scope{sequence_ + 1, live_.empty() ? 0 : *live_.rbegin()};
    edit(index_, twin_, scope);
    ++sequence_;
    version_ = index_.version();
  }
  Snapshot take() {
    const std::lock_guard lock(mutex_);
    live_.insert(sequence_);
    return {sequence_, version_, twin_};
  }
  void give_back(Snapshot snapshot) {
    const Sequence sequence = snapshot.sequence;
    snapshot = {};  // the reader lets go of the nodes before it stops counting as a reader
    const std::lock_guard lock(mutex_);
    live_.erase(live_.find(sequence));
  }

 private:
  std::mutex mutex_;
  Sequence sequence_ = 0;
  std::multiset<Sequence> live_;
  OrderedIndex index_;
  IndexVersion version_;
  Twin twin_;
};

bool equals(const Snapshot& snapshot) {
  Twin seen;
  snapshot.version.scan(
      {}, IndexVersion::Direction::kForward, [&](const IndexVersion::Entry& entry) {
        std::set<Ordinal>& ordinals = seen[std::string(entry.key)];
        ordinals.insert(entry.inline_ordinals.begin(), entry.inline_ordinals.end());
        if (entry.set != nullptr)
          entry.set->for_each([&](Ordinal ordinal) { return ordinals.insert(ordinal).second; });
        return true;
      });
  return seen == snapshot.twin && OrderedIndex::check(snapshot.version).has_value() &&
         snapshot.version.count(KeyRange{}) == entries_of(snapshot.twin);
}

}  // namespace

TEST_CASE("readers see their version while the writer goes on", "[index][threads]") {
  INFO("seed " << Catch::getSeed());
  Publisher publisher;
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0;
  std::atomic<int> read = 0;
  const auto reader = [&](std::uint64_t seed) {
    Random random(seed);
    while (!done) {
      Snapshot snapshot = publisher.take();
      for (std::size_t times = 1 + random() % 2; times > 0; --times)
        if (!equals(snapshot)) ++wrong;
      publisher.give_back(std::move(snapshot));
      ++read;
      if (random() % 2 == 0) std::this_thread::yield();
    }
  };
  std::thread first(reader, Catch::getSeed() + 1);
  std::thread second(reader, Catch::getSeed() + 2);

  Random random(Catch::getSeed());
  KeySource keys(random, 1, 600);
  KeySource few(random, 3, 50);
  // From the start a key whose ordinals are a Roaring set, which every commit changes.
  const std::string dense = "dense";
  publisher.commit([&](OrderedIndex& index, Twin& twin, const EditScope& scope) {
    for (Ordinal ordinal = 0; ordinal < 3000; ordinal += 2) {
      index.add(dense, ordinal, scope);
      twin[dense].insert(ordinal);
    }
  });
  for (int commit = 0; commit < 1500 || (read < 20 && commit < 100000); ++commit) {
    publisher.commit([&](OrderedIndex& index, Twin& twin, const EditScope& scope) {
      for (int step = 0; step < 8; ++step) {
        const std::string key = (step % 2 == 0 ? keys : few).next();
        const auto ordinal = static_cast<Ordinal>(random() % 700);
        if (random() % 3 != 0) {
          index.add(key, ordinal, scope);
          twin[key].insert(ordinal);
        } else if (const auto at = twin.lower_bound(key); at != twin.end()) {
          const Ordinal gone = *at->second.begin();
          index.remove(at->first, gone, scope);
          at->second.erase(gone);
          if (at->second.empty()) twin.erase(at);
        }
      }
      const auto ordinal = static_cast<Ordinal>(random() % 3000);
      if (twin[dense].erase(ordinal) != 0) {
        index.remove(dense, ordinal, scope);
      } else {
        index.add(dense, ordinal, scope);
        twin[dense].insert(ordinal);
      }
    });
    if (commit % 16 == 0) std::this_thread::yield();
  }
  done = true;
  first.join();
  second.join();
  CHECK(wrong == 0);
  CHECK(read > 0);
  const Snapshot last = publisher.take();
  CHECK(equals(last));
  CHECK(last.version.count(dense) > 512);  // so it was a set all the time
}
