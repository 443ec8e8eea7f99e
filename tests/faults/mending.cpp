// Body of the mending child.
#include "faults/mending.hpp"

#include <cstdio>
#include <fstream>
#include <map>
#include <random>

#include "crash/oracle.hpp"

namespace aurora::testing {

namespace {

constexpr std::int64_t kBulk = 2'000;
constexpr std::uint64_t kFewDocuments = 300;   ///< in two blocks of 16 KiB

// Text that does not compress, so that blocks are many.
std::string bulk_text(std::int64_t number, std::int64_t round) {
  std::mt19937_64 random(static_cast<std::uint64_t>(number * 7 + round));
  std::string text;
  for (int i = 0; i < 200; ++i) text += static_cast<char>('!' + random() % 90);
  return text;
}

bool is_removed(std::int64_t number) { return number % 11 == 0; }
std::int64_t round_of(std::int64_t number) { return number % 5 == 0 ? 1 : 0; }

struct Found {
  KeyValues state;
  std::uint64_t bulk = 0;         ///< documents as they should be
  std::uint64_t bulk_wrong = 0;   ///< others
  std::uint64_t torn = 0;
};

Found look(Database& database) {
  Found found;
  Findings findings;
  found.state = read_state(database, findings);
  found.torn = findings.torn;
  const auto bulk = database.query("bulk").try_fetch();
  if (!bulk) return found;
  for (const auto& document : *bulk) {
    const auto number = document["n"].as<std::int64_t>();
    const bool right = !is_removed(number) && document["text"].string_value() == bulk_text(number, round_of(number));
    ++(right ? found.bulk : found.bulk_wrong);
  }
  return found;
}

std::uint64_t bulk_wanted() {
  std::uint64_t wanted = 0;
  for (std::int64_t number = 0; number < kBulk; ++number) wanted += is_removed(number) ? 0 : 1;
  return wanted;
}

std::string to_text(const KeyValues& state) {
  std::string text;
  for (const auto& [key, value] : state) text += key + ' ' + std::to_string(value) + '\n';
  return text;
}

std::uint64_t as_wanted(const KeyValues& state, const std::string& wanted) {
  std::uint64_t count = 0;
  for (const auto& [key, value] : state)
    count += ("\n" + wanted).find("\n" + key + ' ' + std::to_string(value) + '\n') != std::string::npos ? 1 : 0;
  return count;
}

int missing(const std::string& what) {
  std::fprintf(stderr, "mend: %s\n", what.c_str());
  return kMissing;
}

int judge_salvage(const SalvageReport& report, const Found& found, const std::string& wanted, Spoiled spoiled) {
  for (const auto& problem : report.problems) return missing("the new database: " + problem);
  const auto lines = static_cast<std::uint64_t>(std::count(wanted.begin(), wanted.end(), '\n'));
  const auto right = as_wanted(found.state, wanted);
  const auto absent = (lines - std::min(lines, right)) + (bulk_wanted() - found.bulk);
  if (absent == 0 && found.bulk_wrong == 0 && found.torn == 0) return kSavedAll;
  const auto figures = std::to_string(absent) + " documents are missing or old, " + std::to_string(found.bulk_wrong) +
                       " wrong, told: " + std::to_string(report.lost_count);
  if (spoiled == Spoiled::kNotRows) return missing("nothing of a document was damaged, but " + figures);
  if (report.lost_count == 0) return missing(figures);
  if (spoiled == Spoiled::kRows && absent > kFewDocuments) return missing("two blocks were hit at most, but " + figures);
  return kSavedPart;
}

}  // namespace

void make_bulk(Database& database) {
  database.execute("schema { define collection bulk if not exists { n: Int! @primary  text: String  odd: Int @indexed } }");
  const auto document = [](std::int64_t number, std::int64_t round) {
    return Object{{"n", number}, {"text", bulk_text(number, round)}, {"odd", number % 2}};
  };
  for (std::int64_t first = 0; first < kBulk; first += 250) {
    std::vector<Object> documents;
    for (auto number = first; number < first + 250; ++number) documents.push_back(document(number, 0));
    database.insert_many("bulk", documents);
    database.flush();
  }
  for (std::int64_t number = 0; number < kBulk; ++number) {
    if (is_removed(number))
      database.remove("bulk", number);
    else if (round_of(number) != 0)
      database.update("bulk", number, {{"text", bulk_text(number, 1)}});
  }
  database.flush();
}

int mend(const std::string& path, const std::string& expected, Spoiled spoiled) {
  std::ifstream in(expected);
  const std::string wanted((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const auto target = path + ".saved";
  try {
    if (spoiled != Spoiled::kLog) {
      const auto repaired = try_repair(path);
      if (repaired && repaired->outcome != RepairOutcome::kDamaged) {
        auto database = Database::open(path);
        const auto found = look(database);
        const bool whole = to_text(found.state) == wanted && found.bulk == bulk_wanted() && found.torn == 0;
        return whole ? kRebuilt : missing("repaired, but not everything is there");
      }
    }
    const auto report = try_salvage(path, target);
    if (!report) {
      if (report.error().code() != ErrorCode::kCorruption || spoiled == Spoiled::kNotRows)
        return missing(std::string("salvage: ") + report.error().what());
      return kHopeless;
    }
    auto saved = Database::open(target);
    const auto found = look(saved);
    if (spoiled != Spoiled::kLog) return judge_salvage(*report, found, wanted, spoiled);
    for (const auto& problem : report->problems) return missing("the new database: " + problem);
    auto opened = Database::try_open(path);
    if (!opened) return kSavedPart;
    const auto plain = look(*opened);
    if (as_wanted(found.state, wanted) < as_wanted(plain.state, wanted) || found.bulk < plain.bulk)
      return missing("opening gives more than salvaging");
    return as_wanted(found.state, wanted) == as_wanted(plain.state, wanted) ? kSavedAll : kSavedPart;
  } catch (const Error& error) {
    return missing(error.what());
  }
}

}  // namespace aurora::testing
