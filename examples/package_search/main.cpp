// Aurora's main job on real data: the list of packages of this Debian machine as a collection,
// asked in the ways an application asks, each with its time. Run by scripts/demo and by a test.
#include "packages.hpp"
#include "report.hpp"

#include <aurora/aurora.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace {

using namespace package_search;
using aurora::Database;
using aurora::Object;
using aurora::Value;
using Outcome = Report::Outcome;

constexpr std::size_t kBatch = 1'000;
constexpr std::size_t kSingles = 2'000;
constexpr std::size_t kReads = 100'000;
constexpr std::size_t kTransactions = 1'000;
constexpr std::size_t kAnswerWidth = 160;

constexpr std::string_view kSchema = R"(schema {
  define collection packages {
    name: String! @primary
    version: String!
    section: String @indexed
    priority: String @indexed
    maintainer: String @indexed
    installed_size: Int @indexed
    depends: [String] @indexed
    homepage: String
    file: String @unique
    summary: String
  }
})";

struct Options {
  std::string database;  ///< empty: a directory that is removed at the end
  std::string file;      ///< empty: apt, or the sample
  bool sample = false;
};

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "package_search.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

// The steps, in order. Each shows what an application would write.
class Demonstration {
 public:
  Demonstration(std::string path, std::span<const Package> packages)
      : path_(std::move(path)), packages_(packages), db_(Database::open(path_)) {}

  void run() {
    define();
    insert_one_by_one();
    insert_in_batches();
    read_points();
    filter_and_order();
    aggregate();
    transact();
    reopen();
    verify();
  }

 private:
  // Singles first, so that the batches have the greater part.
  [[nodiscard]] std::size_t singles() const { return std::min(kSingles, packages_.size() / 4); }

  void define() {
    Report::step("define the collection and its six indexes", kSchema, [&] {
      db_.execute(kSchema);
      return Outcome{1};
    });
  }

  void insert_one_by_one() {
    Report::step("insert one by one, a commit each", "db.insert(\"packages\", package);", [&] {
      for (const auto& package : packages_.first(singles())) db_.insert("packages", package);
      return Outcome{singles()};
    });
  }

  void insert_in_batches() {
    Report::step("insert the rest, 1,000 a commit", "db.insert_many(\"packages\", batch);", [&] {
      auto rest = packages_.subspan(singles());
      const std::size_t count = rest.size();
      while (!rest.empty()) {
        const auto part = rest.first(std::min(kBatch, rest.size()));
        std::vector<Object> batch;
        batch.reserve(part.size());
        for (const auto& package : part) batch.push_back(aurora::to_object(package));
        db_.insert_many("packages", batch);
        rest = rest.subspan(part.size());
      }
      return Outcome{count};
    });
  }

  void read_points() {
    std::mt19937 random(7);
    std::vector<const Package*> wanted(kReads);
    for (auto& package : wanted) package = &packages_[random() % packages_.size()];

    Report::step("read by primary key, at random", "db.get(\"packages\", name)", [&] {
      std::size_t found = 0;
      for (const Package* package : wanted) {
        const auto document = db_.get("packages", package->name);
        found += document && (*document)["version"].as<std::string_view>() == package->version;
      }
      return Outcome{found};
    });

    constexpr std::string_view kText =
        "query($name: String!) { packages(where: { name: $name }) { version summary } }";
    Report::step("the same by a prepared statement", kText, [&] {
      const auto statement = db_.prepare(kText);
      std::string answer;
      for (std::size_t i = 0; i < wanted.size() / 4; ++i) {
        answer = statement.execute({{"name", wanted[i]->name}}).data_text();
      }
      return Outcome{wanted.size() / 4, shortened(answer, kAnswerWidth)};
    });
  }

  void filter_and_order() {
    query("filter on two indexes, ordered by a third",
          "{ packages(where: { section: \"python\", depends: { contains: \"python3-numpy\" } },\n"
          "           orderBy: { installed_size: DESC }, limit: 3) { name installed_size } }");
    query("a text prefix and a range",
          "{ packages(where: { name: { startsWith: \"lib\" }, installed_size: { gt: 100000 } },\n"
          "           orderBy: { name: ASC }, limit: 3) { name installed_size } }");
    query("how many need libc6 (counted in the index)",
          "{ packages(where: { depends: { contains: \"libc6\" } }) { aggregate { count } } }");
    query(
        "a condition without an index: every summary is read",
        "{ packages(where: { summary: { matches: \"(?i)database\" } }) { aggregate { count } } }");

    Report::step("the same fluently, into structs",
                 "db.query(\"packages\").where(field(\"installed_size\") > 500'000)\n"
                 "    .order_by(\"installed_size\", desc).fetch<Package>()",
                 [&] {
                   const auto large = db_.query("packages")
                                          .where(aurora::field("installed_size") > 500'000)
                                          .order_by("installed_size", aurora::desc)
                                          .fetch<Package>();
                   return Outcome{large.size(), large.empty() ? "none" : "first: " + large[0].name};
                 });
  }

  void aggregate() {
    query("aggregate by section",
          "{ packages { groupBy(field: \"section\", orderBy: { count: DESC }, limit: 3) {\n"
          "    key count aggregate { largest: max(field: \"installed_size\") } } } }");
    query("figures of the whole list",
          "{ packages { aggregate { count  maintainers: countDistinct(field: \"maintainer\")\n"
          "    kib: sum(field: \"installed_size\") } } }");
  }

  void transact() {
    // Two documents change together, and what was read is still true when they do.
    Report::step("transactions: read two, change two",
                 "db.transaction([&](auto& tx) {\n"
                 "  size = tx.get(\"packages\", a)[\"installed_size\"] ...\n"
                 "  tx.update(\"packages\", a, {{\"installed_size\", size - 1}});\n"
                 "  tx.update(\"packages\", b, {{\"installed_size\", other + 1}}); });",
                 [&] {
                   for (std::size_t i = 0; i < kTransactions; ++i) {
                     move_one_kib(packages_[i % packages_.size()].name,
                                  packages_[(i + 1) % packages_.size()].name);
                   }
                   return Outcome{kTransactions};
                 });
  }

  void move_one_kib(const std::string& from, const std::string& to) {
    const auto size = [](aurora::Transaction& tx, const std::string& name) {
      const auto document = tx.get("packages", name);
      const auto value = (*document)["installed_size"];
      return value ? value.as<std::int64_t>() : 0;
    };
    db_.transaction([&](aurora::Transaction& tx) {
      const std::int64_t had = size(tx, from);
      const std::int64_t other = size(tx, to);
      tx.update("packages", from, {{"installed_size", had - 1}});
      tx.update("packages", to, {{"installed_size", other + 1}});
    });
  }

  void reopen() {
    Report::step("close", "db.close();", [&] {
      db_.close();
      return Outcome{1};
    });
    Report::step("open again", "db = Database::open(path);", [&] {
      db_ = Database::open(path_);
      return Outcome{1};
    });
    query("the first question after it",
          "{ packages(where: { priority: \"required\" }) { aggregate { count } } }");
  }

  void verify() {
    Report::step("compare documents, indexes and log, to the last byte", "db.verify()", [&] {
      const auto report = db_.verify();
      for (const auto& problem : report.problems) std::fprintf(stderr, "%s\n", problem.c_str());
      if (!report.problems.empty()) throw std::runtime_error("the database does not agree");
      return Outcome{report.documents,
                     grouped(report.index_entries) + " index entries agree with the documents"};
    });
  }

  void query(std::string_view title, std::string_view text) {
    Report::step(title, text, [&] {
      const auto result = db_.execute(text);
      return Outcome{1, shortened(result.data_text(), kAnswerWidth)};
    });
  }

  std::string path_;
  std::span<const Package> packages_;
  Database db_;
};

std::string sample_beside_program() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() /
          "package_search_sample.txt")
      .string();
}

PackageList load(const Options& options) {
  if (!options.file.empty()) return packages_of_file(options.file);
  if (!options.sample) {
    if (auto list = packages_of_apt()) return *std::move(list);
    std::printf("There is no apt with a list of packages here; a small sample stands in.\n");
  }
  return packages_of_file(sample_beside_program());
}

Options options_of(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--db" && i + 1 < arguments.size()) {
      options.database = arguments[++i];
    } else if (argument == "--sample") {
      options.sample = true;
    } else if (!argument.starts_with('-') && options.file.empty()) {
      options.file = argument;
    } else {
      throw std::invalid_argument(
          "usage: package_search [--db PATH] [--sample | FILE]\n"
          "FILE holds stanzas like those of `apt-cache dumpavail`; PATH is a directory to be "
          "made.");
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Options options = options_of({argv, static_cast<std::size_t>(argc)});
    const PackageList list = load(options);
    std::printf("%s packages from %s", grouped(list.packages.size()).c_str(), list.source.c_str());
    if (list.repeated > 0)
      std::printf(" (%s repeated names left out)", grouped(list.repeated).c_str());
    const auto build = aurora::build_info();
    std::printf("\n%s%s\ndurability Wal: what returned survives the death of the process\n\n",
                aurora::to_string(build).c_str(),
                build.is_slow() ? "\n(slow builds: scripts/install-deps --optimised makes fast ones)" : "");
    const TemporaryDirectory temporary;
    const std::string path =
        options.database.empty() ? (temporary.path() / "packages.db").string() : options.database;
    Report::print_head();
    Demonstration(path, list.packages).run();
    if (!options.database.empty()) {
      std::printf("The database is in %s; look around with: aurora %s\n", path.c_str(),
                  path.c_str());
    }
    return 0;
  } catch (const std::invalid_argument& usage) {
    std::fprintf(stderr, "%s\n", usage.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "package_search: %s\n", error.what());
    return 1;
  }
}
