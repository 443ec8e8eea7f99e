// Bodies of what the campaigns share.
#include "faults/campaign.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <stdlib.h>

#include "crash/child.hpp"

namespace aurora::testing {

Scratch::Scratch(const std::string& name) {
  std::string path = (std::filesystem::temp_directory_path() / ("aurora-" + name + "-XXXXXX")).string();
  if (::mkdtemp(path.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "mkdtemp");
  path_ = path;
}

Scratch::~Scratch() {
  std::error_code ignored;
  if (!kept_) std::filesystem::remove_all(path_, ignored);
}

void Scratch::keep() {
  if (!kept_) std::printf("kept %s\n", path_.c_str());
  kept_ = true;
}

Judgement judge(const std::string& database, const std::string& log, const KeyValues& before, Promise promise,
                std::uint64_t seed) {
  Judgement judgement;
  auto opened = Database::try_open(database, random_config(seed, Durability::kWal));
  if (!opened) {
    judgement.findings.messages.push_back(std::string("does not open: ") + opened.error().what());
    return judgement;
  }
  judgement.opens = true;
  for (const auto& problem : opened->verify().problems) {
    ++judgement.findings.problems;
    judgement.findings.messages.push_back("verify: " + problem);
  }
  judgement.state = read_state(*opened, judgement.findings);
  const auto written = read_log(log);
  if (promise == Promise::kAcknowledged)
    check_acknowledged(before, written, judgement.state, judgement.findings);
  else
    check_prefix(before, written, judgement.state, judgement.findings);
  return judgement;
}

}  // namespace aurora::testing
