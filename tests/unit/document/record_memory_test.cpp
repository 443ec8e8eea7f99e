// Tests of the memory of records: sizes, reuse, what becomes of empty runs, several threads.
#include <aurora/document/record.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace aurora {
namespace {

std::string text_of(std::size_t size, unsigned mark) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(mark * 31 + i);
  return text;
}

TEST_CASE("record memory: records of every size keep their bytes", "[record]") {
  std::vector<RecordRef> records;
  std::vector<std::string> texts;
  for (unsigned size = 0; size < 2'100; size += size < 64 ? 1 : 7) {
    texts.push_back(text_of(size, size));
    records.push_back(RecordRef::copy_of(texts.back()));
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    INFO(texts[i].size());
    CHECK(records[i].bytes() == texts[i]);
  }
}

// Enough for several chunks, given back in another order than they were taken in.
TEST_CASE("record memory: what comes and goes does not touch what stays", "[record]") {
  std::mt19937 random(7);
  std::vector<std::pair<RecordRef, unsigned>> records;
  unsigned mark = 0;
  const auto check = [](const std::pair<RecordRef, unsigned>& each) {
    return each.first.bytes() == text_of(each.first.bytes().size(), each.second);
  };
  bool all = true;
  for (int round = 0; round < 4; ++round) {
    while (records.size() < 20'000) {
      const std::size_t size = 1 + random() % (round % 2 == 0 ? 300 : 1'200);
      records.emplace_back(RecordRef::copy_of(text_of(size, ++mark)), mark);
    }
    const std::size_t left = round == 2 ? 0 : 3'000;
    while (records.size() > left) {
      std::swap(records[random() % records.size()], records.back());
      all = all && check(records.back());
      records.pop_back();
    }
    for (const auto& each : records) all = all && check(each);
  }
  CHECK(all);
}

TEST_CASE("record memory: records that other threads take and give back", "[record][threads]") {
  constexpr unsigned kThreads = 6;
  std::vector<std::vector<RecordRef>> passed(kThreads);
  std::vector<unsigned char> good(kThreads, 1);
  const auto make = [&](unsigned thread) {
    for (unsigned i = 0; i < 3'000; ++i) passed[thread].push_back(RecordRef::copy_of(text_of(1 + i % 500, thread)));
  };
  // Those of the neighbour: they go back to a heap of another thread, beside new ones.
  const auto drop = [&](unsigned thread) {
    auto& mine = passed[(thread + 1) % kThreads];
    for (unsigned i = 0; i < mine.size(); ++i) {
      const auto more = RecordRef::copy_of(text_of(1 + i % 500, thread + 100));
      if (mine[i].bytes() != text_of(1 + i % 500, (thread + 1) % kThreads)) good[thread] = 0;
      mine[i] = RecordRef();
      if (more.bytes() != text_of(1 + i % 500, thread + 100)) good[thread] = 0;
    }
  };
  for (int round = 0; round < 3; ++round) {
    for (const auto& step : {std::function<void(unsigned)>(make), std::function<void(unsigned)>(drop)}) {
      std::vector<std::jthread> threads;
      for (unsigned i = 0; i < kThreads; ++i) threads.emplace_back(step, i);
    }
    for (auto& each : passed) each.clear();
  }
  for (const auto each : good) CHECK(each == 1);
}

}  // namespace
}  // namespace aurora
