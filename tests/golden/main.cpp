// A database of every released format, kept beside this file, must open and answer as it did; one of a newer format must
// be refused and left as it is.
// usage: aurora_golden make DIR | check DIR      DIR holds db/ and answers.txt
#include <aurora/aurora.hpp>
#include <aurora/commit/keys.hpp>
#include <aurora/storage/store.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace aurora::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSchema = R"(schema {
  define collection makers { name: String! @primary  country: String = "NO" @indexed }
  define collection things {
    code: String! @primary
    maker: String @relation(to: "makers", key: "name", onDelete: SET_NULL) @indexed
    count: Int @indexed  price: Float @indexed  sold: Boolean  made: Date  at: DateTime  clock: Time
    tag: Uuid  words: [String!] @indexed  place: { city: String  zip: [Int] }  any: Any  text: String @search
    doubled: Int @computed(expr: "count * 2") @indexed
    @@unique(fields: ["maker", "code"]) @@index(fields: ["sold", "price"])
  }
  define collection loose @open { seen: DateTime  @@ttl(field: "seen", after: "36500d") }
})";

/// Everything that is asked of it, each answered in one line.
constexpr const char* kQuestions[] = {
    "{ makers { _sid name country rank } }",
    "{ things { _sid code maker count price sold made at clock tag words place { city zip } any text doubled } }",
    "{ things(where: {count: {gte: 10}, sold: true}, orderBy: {price: DESC}) { code } }",
    "{ things(where: {words: {contains: \"three\"}}) { code } }",
    "{ things(where: {doubled: {lt: 20}}) { code doubled } }",
    "{ things(search: {query: \"quick\"}) { code } }",
    "{ things(where: {maker: \"m1\"}) { code maker { country } } }",
    "{ loose { seen a b { c } } }",
    "{ _handlers { name on } }",
    "{ _jobs { type payload } }",
};

std::string answer(Database& database, const char* question) {
  const auto result = database.try_execute(question);
  return result ? std::string(result->data_text()) : std::string("error: ") + result.error().what();
}

void make(const fs::path& directory) {
  fs::create_directories(directory);
  Config config;
  config.change_log_max_bytes = 16 << 10;
  {
    auto database = Database::open((directory / "db").string(), config);
    database.execute(kSchema);
    database.execute(R"(define handler "count" { on: "insert:loose" action: { enqueueJob(type: "seen", payload: { a: "${a}" }) } })");
    for (int i = 0; i < 4; ++i)
      database.insert("makers", Object{{"name", "m" + std::to_string(i)}, {"country", i % 2 == 0 ? "NO" : "SE"}});
    for (int i = 0; i < 40; ++i)
      database.execute("mutation { insertInto(collection: \"things\", data: {code: \"c" + std::to_string(i) + "\", maker: \"m" +
                       std::to_string(i % 4) + "\", count: " + std::to_string(i) + ", price: " + std::to_string(i) +
                       ".25, sold: " + (i % 3 == 0 ? "true" : "false") + ", made: \"2026-01-" + (i < 20 ? "0" : "1") +
                       std::to_string(1 + i % 9) + "\", at: \"2026-01-31T12:00:00Z\", clock: \"10:11:12\", tag: " +
                       "\"0190b5b2-7a31-7c3e-8000-0000000000ff\", words: [\"one\", \"" + (i % 5 == 0 ? "three" : "two") +
                       "\"], place: {city: \"Oslo\", zip: [1, " + std::to_string(i) + "]}, any: [1, \"x\", null], text: \"the " +
                       (i % 7 == 0 ? "quick" : "slow") + " brown fox " + std::to_string(i) + "\"}) }");
    database.execute("mutation { insertInto(collection: \"loose\", data: {seen: \"2026-01-31T12:00:00Z\", a: 1, b: {c: [true]}}) }");
    database.execute("schema { alter collection makers { add rank: Int = 5 @indexed } }");
    database.execute("mutation { a: update(collection: \"things\", where: {count: {lt: 5}}, data: {price: {increment: 100}}) "
                     "b: deleteFrom(collection: \"things\", where: {count: 13}) c: deleteFrom(collection: \"makers\", where: {name: \"m2\"}) }");
    database.flush();
    database.compact();
    std::ofstream answers(directory / "answers.txt");
    for (const auto* question : kQuestions) answers << answer(database, question) << '\n';
    database.close();
  }
  // What is only for people, and what RocksDB makes anew.
  for (const auto& entry : fs::directory_iterator(directory / "db")) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("LOG") || name.starts_with("OPTIONS") || name.ends_with("LOCK")) fs::remove(entry.path());
  }
}

int complain(const std::string& what) {
  std::printf("golden: %s\n", what.c_str());
  return 1;
}

int check(const fs::path& golden, const fs::path& scratch) {
  const auto path = (scratch / "db").string();
  fs::copy(golden / "db", path, fs::copy_options::recursive);
  std::ifstream in(golden / "answers.txt");
  {
    auto database = Database::open(path);
    for (const auto* question : kQuestions) {
      std::string wanted;
      std::getline(in, wanted);
      if (const auto found = answer(database, question); found != wanted)
        return complain(std::string(question) + "\n  wanted " + wanted + "\n  found  " + found);
    }
    const auto report = database.verify();
    if (!report.problems.empty()) return complain("verify: " + report.problems.front());
    if (report.documents < 40) return complain("there are too few documents");
    database.insert("makers", Object{{"name", "new"}});   // it can still be written
    database.close();
  }
  if (!Database::open(path).get("makers", "new")) return complain("what was written is not there");
  return 0;
}

std::map<std::string, std::string> bytes_of(const fs::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    std::ifstream in(entry.path(), std::ios::binary);
    if (entry.path().extension() == ".sst" || entry.path().filename() == "AURORA")
      files[entry.path().filename().string()] = std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return files;
}

// A format that this release does not know: in the row that the engine reads, and in the marker.
int check_newer(const fs::path& golden, const fs::path& scratch) {
  const auto path = scratch / "newer";
  fs::copy(golden / "db", path, fs::copy_options::recursive);
  {
    storage::StoreOptions options;
    options.path = path.string();
    auto store = storage::open_rocksdb_store(options).value();
    const auto batch = store->make_batch();
    std::string format;
    append_be<std::uint32_t>(format, commit::kDatabaseFormat + 1);
    batch->put(storage::Family::kMeta, commit::kFormatKey, format);
    store->write(*batch, storage::Sync::kSynced).value();
    store->flush().value();
    store->close().value();
  }
  for (const bool marker : {false, true}) {
    if (marker) std::ofstream(path / "AURORA") << "Aurora database\nformat 2\nstate ready\nsomething new\n";
    const auto before = bytes_of(path);
    const auto opened = Database::try_open(path.string());
    if (opened) return complain("a newer format is opened");
    const std::string message = opened.error().what();
    if (message.find("format 2") == std::string::npos || message.find("newer") == std::string::npos)
      return complain("a newer format is refused with: " + message);
    if (bytes_of(path) != before) return complain("a newer format is refused and changed");
  }
  return 0;
}

}  // namespace
}  // namespace aurora::testing

int main(int argc, char** argv) {
  using namespace aurora::testing;
  try {
    const std::string word = argc == 3 ? argv[1] : "";
    if (word == "make") {
      make(argv[2]);
      return 0;
    }
    if (word != "check") return complain("usage: aurora_golden make DIR | check DIR");
    std::string name = (fs::temp_directory_path() / "aurora-golden-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) return complain("no temporary directory");
    const fs::path scratch = name;
    const int status = check(argv[2], scratch) | check_newer(argv[2], scratch);
    fs::remove_all(scratch);
    if (status == 0) std::printf("golden: %s opens, answers and verifies; a newer format is refused\n", argv[2]);
    return status;
  } catch (const std::exception& error) {
    return complain(error.what());
  }
}
