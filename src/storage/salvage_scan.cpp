// Body of the scan. A failed read says nothing about where the next good row begins, so keys are tried: one by one at
// first, because a damaged block holds some dozens, then in growing steps, because a damaged table holds many.
#include "storage/salvage_scan.hpp"

#include <aurora/base/bytes.hpp>
#include <aurora/base/try.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace aurora::storage {

namespace {

constexpr std::uint64_t kTriedSingly = 512;
constexpr std::uint64_t kCollectionsTried = 64;   ///< upper halves of numbers: what lies further away is found from the end
constexpr std::uint64_t kNamesTried = 65'536;   ///< ids after the text that keys of meta begin with

// The keys of a family in order, by number. Numbered are the first eight bytes; those of meta begin with a word.
class Keys {
 public:
  explicit Keys(Family family) : family_(family) {}

  [[nodiscard]] std::string at(std::uint64_t number) const {
    std::string key;
    if (family_ == Family::kMeta) {
      key = number <= kNamesTried ? kFirstWord : kLaterWords[std::min<std::uint64_t>(number - kNamesTried - 1, 2)];
      if (number <= kNamesTried) append_be<std::uint32_t>(key, static_cast<std::uint32_t>(number));
      return key;
    }
    append_be<std::uint64_t>(key, number);
    if (family_ == Family::kLog) append_be<std::uint32_t>(key, 0);
    return key;
  }

  /// The least number whose key is greater than `key`.
  [[nodiscard]] std::optional<std::uint64_t> after(std::string_view key) const {
    if (family_ == Family::kMeta) {
      for (std::uint64_t number = 0; number <= last(); ++number)
        if (at(number) > key) return number;
      return std::nullopt;
    }
    std::string head(key.substr(0, 8));
    head.resize(8, '\0');
    const auto number = load_be<std::uint64_t>(head.data());
    if (at(number) > key) return number;
    return number == UINT64_MAX ? std::nullopt : std::optional(number + 1);
  }

  [[nodiscard]] std::uint64_t last() const { return family_ == Family::kMeta ? kNamesTried + 3 : UINT64_MAX; }

 private:
  static constexpr const char* kFirstWord = "collection/";
  static constexpr const char* kLaterWords[] = {"dropped/", "format", "ids"};
  Family family_;
};

class Scan {
 public:
  Scan(rocksdb::Iterator& rows, Family family, const Salvage::Visit& visit)
      : rows_(rows), family_(family), keys_(family), visit_(visit) {}

  Status run(const std::function<void(Salvage::Gap)>& missed) {
    rows_.SeekToFirst();
    for (;;) {
      for (; rows_.Valid(); rows_.Next()) {
        last_ = rows_.key().ToString();
        AURORA_TRY(visit_(*last_, rows_.value().ToStringView()));
      }
      // RocksDB 7.8 was seen to end without an error where the first block is damaged; no table is empty.
      if (rows_.status().ok() && last_) return {};
      Salvage::Gap gap{family_, last_.value_or(std::string()), {}, rows_.status().ToString()};
      const bool more = skip();
      if (more) gap.before = rows_.key().ToString();
      missed(std::move(gap));
      if (!more) return {};
    }
  }

 private:
  [[nodiscard]] bool reaches(std::uint64_t number) {
    rows_.Seek(keys_.at(number));
    return rows_.Valid();
  }

  // The number of the last key, when that can be read: a try behind it fails like one at a damaged block.
  [[nodiscard]] std::optional<std::uint64_t> last_number() {
    rows_.SeekToLast();
    if (!rows_.Valid()) return std::nullopt;
    std::string head = rows_.key().ToString().substr(0, 8);
    head.resize(8, '\0');
    return load_be<std::uint64_t>(head.data());
  }

  // To the next row that can be read; false when there is none.
  bool skip() {
    const auto first = keys_.after(last_.value_or(std::string()));
    if (!first) return false;
    if (keys_.last() != UINT64_MAX) {   // words: there are few
      for (auto number = *first; number <= keys_.last(); ++number)
        if (reaches(number)) return true;
      return false;
    }
    // Collection by collection, whose id is the upper half of a number.
    const auto end = last_number();
    const auto bound = end.value_or(UINT64_MAX);
    auto number = *first;
    for (std::uint64_t tried = 0; number <= bound && tried < kCollectionsTried; ++tried) {
      if (skip_from(number, std::min(bound, number | UINT32_MAX))) return true;
      if (number >> 32 == UINT32_MAX) break;
      number = ((number >> 32) + 1) << 32;
    }
    return end && skip_backwards(keys_.at(*first));
  }

  // To the first of the rows that can be read one after the other up to the end of the table, if it is not before `least`.
  bool skip_backwards(const std::string& least) {
    std::string reached;
    for (rows_.SeekToLast(); rows_.Valid() && rows_.key().compare(least) >= 0; rows_.Prev()) reached = rows_.key().ToString();
    if (reached.empty()) return false;
    rows_.Seek(reached);
    return rows_.Valid();
  }

  bool skip_from(std::uint64_t number, std::uint64_t bound) {
    std::uint64_t failed = number;
    for (std::uint64_t tried = 0; tried < kTriedSingly && number <= bound; ++tried, ++number) {
      if (reaches(number)) return true;
      failed = number;
    }
    if (number > bound) return false;
    for (std::uint64_t step = kTriedSingly; !reaches(number); step *= 2) {
      failed = number;
      if (number == bound) return false;
      number = bound - number < step ? bound : number + step;
    }
    while (number - failed > 1) {
      const auto middle = failed + (number - failed) / 2;
      (reaches(middle) ? number : failed) = middle;
    }
    return reaches(number);
  }

  rocksdb::Iterator& rows_;
  const Family family_;
  const Keys keys_;
  const Salvage::Visit& visit_;
  std::optional<std::string> last_;
};

}  // namespace

Status scan_past_damage(rocksdb::Iterator& rows, Family family, const Salvage::Visit& visit,
                        const std::function<void(Salvage::Gap)>& missed) {
  return Scan(rows, family, visit).run(missed);
}

}  // namespace aurora::storage
