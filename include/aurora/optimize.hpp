// What Database::optimize_collection answers: indexes that the reads of this process lacked, and those they never used.
// Returned by the facade; std only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace aurora {

enum class ProposalKind : std::uint8_t {
  kSingle,                               ///< one field
  kCompound,                             ///< fields compared for equality first, then at most one by range
};

/// An index that recorded reads would have used.
struct IndexProposal {
  std::vector<std::string> fields;       ///< dotted, in the order of the index
  ProposalKind kind = ProposalKind::kSingle;
  std::uint64_t reads = 0;               ///< that lacked it
  std::uint64_t rows_examined = 0;       ///< by those: documents opened, or looked at in columns
  std::uint64_t rows_returned = 0;       ///< by those: documents that matched, as far as they were wanted
  std::string reason;                    ///< the same in words
  std::string aql;                       ///< what makes it
  bool created = false;                  ///< this call made it
};

/// An index that no recorded read used.
struct UnusedIndex {
  std::string name;
  std::vector<std::string> fields;       ///< dotted
  std::string reason;
  std::string aql;                       ///< what drops it
};

struct IndexAdvice {
  std::uint64_t reads = 0;               ///< of the collection since it was opened, but for those by primary key
  std::vector<IndexProposal> proposals;  ///< what would save most comes first
  std::vector<UnusedIndex> unused;       ///< empty while nothing is recorded
  std::string summary;                   ///< one sentence; says so when nothing is recorded
};

struct OptimizeOptions {
  bool create = false;                   ///< makes the proposed indexes, too; drops none
};

}  // namespace aurora
