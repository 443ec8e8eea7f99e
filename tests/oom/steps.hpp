// What is done while memory runs out, and what the database looks like.
#pragma once

#include <aurora/aurora.hpp>

#include <functional>
#include <string>
#include <vector>

namespace aurora::testing {

struct Step {
  std::string name;
  std::function<Status(Database&)> run;
  /// Several commits: some of them may be there when it failed.
  bool several = false;
  /// What stays in it is a part of a transaction, which was not committed then.
  bool ends_whole = false;
};

[[nodiscard]] std::vector<Step> steps();
/// The collections and documents that the steps work on.
void prepare(Database& database);
/// All documents and the names of the indexes. Throws what reading throws.
[[nodiscard]] std::string state_of(Database& database);

}  // namespace aurora::testing
