// The fault test: power cuts, failing files, damaged files. Called by ctest; starts itself as the child.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "crash/child.hpp"
#include "faults/campaign.hpp"
#include "faults/mending.hpp"
#include "faults/child.hpp"

namespace aurora::testing {
namespace {

constexpr const char* kUsage =
    "usage: aurora_faults [cuts] [sweep] [damage] [recreation] [--seed N] [--cuts N] [--stride N] [--damages N]\n"
    "  cuts      the power goes at a random file operation: strict and sync lose nothing, wal a tail\n"
    "  sweep     every N-th file operation fails in turn, in sixteen ways\n"
    "  damage    bytes of a closed database are wrong\n"
    "  recreation  every N-th file operation fails, or is the last, while index pages are thrown away and made again\n";

struct Wanted {
  FaultOptions options;
  std::vector<std::string> campaigns;
};

/// False when not understood.
bool read_words(int argc, char** argv, Wanted& wanted) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "cuts" || word == "sweep" || word == "damage" || word == "recreation") {
      wanted.campaigns.push_back(word);
      continue;
    }
    if (i + 1 == argc) return false;
    const auto number = std::stoull(argv[++i]);
    if (word == "--seed") wanted.options.seed = number;
    else if (word == "--cuts") wanted.options.cuts = number;
    else if (word == "--stride" && number > 0) wanted.options.stride = number;
    else if (word == "--damages") wanted.options.damages = number;
    else return false;
  }
  if (wanted.campaigns.empty()) wanted.campaigns = {"cuts", "sweep", "damage", "recreation"};
  return true;
}

bool run(const std::string& campaign, const FaultOptions& options) {
  if (campaign == "sweep") return sweep_faults(options);
  if (campaign == "damage") return damage_files(options);
  if (campaign == "recreation") return recreate_pages(options);
  bool good = true;
  for (const auto* durability : {"strict", "sync", "wal"}) good = cut_power(options, durability) && good;
  return good;
}

int run_as_child(const std::string& kind, const std::vector<std::string>& words) {
  FaultChild child;
  child.database = words.at(0);
  child.log = words.at(1);
  child.seed = std::stoull(words.at(2));
  child.plan.seed = child.seed;
  if (kind == "--cut") {
    child.durability = durability_of(words.at(3));
    child.plan.fault = Fault::kCut;
    child.plan.at = std::stoull(words.at(4));
    child.plan.report = words.at(5);
    child.threads = static_cast<unsigned>(std::stoul(words.at(6)));
    return run_until_cut(child);
  }
  child.plan.site = static_cast<Site>(std::stoul(words.at(3)));
  child.plan.fault = static_cast<Fault>(std::stoul(words.at(4)));
  child.plan.at = std::stoull(words.at(5));
  child.plan.length = std::stoull(words.at(6));
  return run_with_fault(child);
}

}  // namespace
}  // namespace aurora::testing

int main(int argc, char** argv) {
  using namespace aurora::testing;
  try {
    const std::string first = argc > 1 ? argv[1] : "";
    if (first == "--examine" && argc == 4) return examine(argv[2], argv[3]);
    if (first == "--mend" && argc == 5) return mend(argv[2], argv[3], static_cast<Spoiled>(std::stoi(argv[4])));
    if (first == "--recreate" && argc == 7) {
      FaultPlan plan;
      plan.site = static_cast<Site>(std::stoul(argv[4]));
      plan.fault = static_cast<Fault>(std::stoul(argv[5]));
      plan.at = std::stoull(argv[6]);
      return run_recreation(argv[2], std::string(argv[3]) == "whole", plan);
    }
    if ((first == "--cut" && argc == 9) || (first == "--fault" && argc == 9))
      return run_as_child(first, std::vector<std::string>(argv + 2, argv + argc));
    Wanted wanted;
    if (!read_words(argc, argv, wanted)) {
      std::fputs(kUsage, stderr);
      return 2;
    }
    bool good = true;
    for (const auto& campaign : wanted.campaigns) good = run(campaign, wanted.options) && good;
    return good ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
