// What a store is asked: the operations, their operands, and which documents they are about.
// Used by workloads, which make questions before the clock runs, and by peers, which answer them.
#pragma once

#include "data.hpp"

#include <functional>
#include <span>

namespace aurora::bench {

/// Reads answer with a digest of what they read; 0 stands for nothing found. Writes answer 0.
enum class Operation : std::uint8_t {
  kGet,           ///< id: the document, three fields of it read, the shortest way there is
  kGetByNumber,   ///< number: likewise, by the store's own row number
  kGetPrepared,   ///< id: by a prepared statement of the query language
  kGetPreparedView,  ///< id: likewise, the document itself instead of a text of it, three fields read
  kGetText,       ///< id: by the text of that statement
  kCity,          ///< city: three fields of each match
  kCountTwo,      ///< city: how many of it are active
  kRangeCount,    ///< low, high: how many scores are within
  kRangeFetch,    ///< low, high: three fields of each match
  kTopIndexed,    ///< the ten highest scores, three fields
  kTopPlain,      ///< the ten highest amounts, three fields
  kCityDocuments,   ///< as kCity, whole documents opened and three fields of them read
  kRangeDocuments,  ///< as kRangeFetch, likewise
  kTopDocuments,    ///< as kTopIndexed, likewise
  kScan,          ///< amount: how many are below
  kGroupIndexed,  ///< of each city: how many, average score
  kGroupPlain,    ///< of each status: how many, average amount
  kPage,          ///< page: the ten orders of that page by score, from the end of the page before
  kJoin,          ///< every visit with the name of its person
  kInsert,        ///< rows, one of them: a commit
  kInsertMany,    ///< rows: one commit
  kInsertJson,    ///< rows: one commit, from their JSON texts
  kUpdate,        ///< id, low: another score
  kRemove,        ///< id
  kUpsert,        ///< rows, one of them: in place of the one of its id, or added
  kTransfer,      ///< id, other, amount: read one, take from it, give to the other; one transaction
};

struct Question {
  Uuid id, other;
  std::uint64_t number = 0;
  double low = 0, high = 0;
  std::int64_t amount = 0;
  std::uint32_t city = 0;
  std::uint32_t page = 0;
  std::span<const Row> rows;
};

using Ask = std::function<std::uint64_t(const Question&)>;
/// The i-th question of a workload.
using Questions = std::function<Question(std::uint64_t i)>;

/// How documents are chosen.
enum class Keys : std::uint8_t {
  kUniform,  ///< all alike
  kZipf,     ///< few often, most rarely: the n-th with weight n^-0.99, scattered
  kOne,      ///< one document
};
[[nodiscard]] std::string_view to_string(Keys keys);

/// Numbers below a bound by a law: the i-th is always the same. Cheap to copy.
class Numbers {
 public:
  /// Cost: O(bound) for kZipf.
  Numbers(Keys keys, std::uint64_t bound);
  [[nodiscard]] std::uint64_t operator()(std::uint64_t i) const;

 private:
  Keys keys_;
  std::uint64_t bound_;
  double zeta_ = 0, alpha_ = 0, eta_ = 0;
};

/// A read of any operation about documents below `bound`: every operand is set.
[[nodiscard]] Questions reads(Numbers numbers);

/// The tables of the join.
inline constexpr std::int64_t kVisits = 10'000;
inline constexpr std::int64_t kPeople = 1'000;
[[nodiscard]] constexpr std::int64_t person_of(std::int64_t visit) {
  return static_cast<std::int64_t>(mix(static_cast<std::uint64_t>(visit)) %
                                   static_cast<std::uint64_t>(kPeople));
}
[[nodiscard]] std::string person_name(std::int64_t person);
[[nodiscard]] inline std::uint64_t visit_digest(std::int64_t visit, std::string_view name) {
  return static_cast<std::uint64_t>(visit) * fold(name);
}

inline constexpr std::uint32_t kPageRows = 10;

}  // namespace aurora::bench
