// Reading around a damaged block: a fake table whose rows cannot all be reached.
#include "storage/salvage_scan.hpp"

#include <aurora/base/bytes.hpp>

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <string>
#include <vector>

namespace aurora::storage {

namespace {

using Rows = std::map<std::string, bool>;   // whether a row can be read

class DamagedTable final : public rocksdb::Iterator {
 public:
  explicit DamagedTable(const Rows& rows) : rows_(rows), at_(rows.end()) {}

  [[nodiscard]] bool Valid() const override { return at_ != rows_.end() && at_->second; }
  void SeekToFirst() override { to(rows_.begin()); }
  void SeekToLast() override { to(std::prev(rows_.end())); }
  void Seek(const rocksdb::Slice& target) override { to(rows_.lower_bound(target.ToString())); }
  void SeekForPrev(const rocksdb::Slice& target) override { to(std::prev(rows_.upper_bound(target.ToString()))); }
  void Next() override { to(std::next(at_)); }
  void Prev() override { to(at_ == rows_.begin() ? rows_.end() : std::prev(at_)); }
  [[nodiscard]] rocksdb::Slice key() const override { return at_->first; }
  [[nodiscard]] rocksdb::Slice value() const override { return "value"; }
  [[nodiscard]] rocksdb::Status status() const override {
    return at_ == rows_.end() || at_->second ? rocksdb::Status::OK() : rocksdb::Status::Corruption("a block");
  }

  std::uint64_t moves = 0;

 private:
  void to(Rows::const_iterator place) {
    ++moves;
    at_ = place;
  }

  const Rows& rows_;
  Rows::const_iterator at_;
};

std::string key_of(std::uint32_t high, std::uint32_t low) {
  std::string key;
  append_be<std::uint32_t>(key, high);
  append_be<std::uint32_t>(key, low);
  return key;
}

}  // namespace

TEST_CASE("salvage: a damaged first block of pages is left behind in bounded time", "[storage]") {
  Rows rows;
  for (std::uint32_t page = 16; page < 20; ++page) rows[key_of(0, page)] = false;
  rows[key_of(200'000, 1)] = true;
  rows[key_of(200'000, 2)] = true;
  rows["freshness"] = true;
  DamagedTable table(rows);
  std::vector<std::string> read, gaps;
  const Salvage::Visit visit = [&](std::string_view key, std::string_view) -> Status {
    read.emplace_back(key);
    return {};
  };
  scan_past_damage(table, Family::kPages, visit, [&](const Salvage::Gap& gap) { gaps.push_back(gap.before); }).value();
  CHECK(read == std::vector{key_of(200'000, 1), key_of(200'000, 2), std::string("freshness")});
  CHECK(gaps == std::vector{key_of(200'000, 1)});
  CHECK(table.moves < 200'000);
}

}  // namespace aurora::storage
