// Bounds on the files that statements name: nothing outside is reached, by no spelling and through no link.
#include <aurora/io/file_sink.hpp>
#include <aurora/io/source.hpp>

#include "unit/storage/store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <filesystem>
#include <thread>

namespace aurora::io {

using storage::testing::ScratchDirectory;
using storage::testing::slurp;
using storage::testing::spit;

namespace {

namespace fs = std::filesystem;

Status write_file(const std::string& path, const FileRoots& roots) {
  auto sink = FileSink::create(path, roots);
  if (!sink) return sink.error();
  if (auto status = (*sink)->write("new"); !status) return status;
  return (*sink)->finish();
}

Result<std::string> read_file(const std::string& path, const FileRoots& roots) {
  auto source = open_regular_source(path, roots);
  if (!source) return source.error();
  std::string text(100, '\0');
  auto got = (*source)->read(text);
  if (!got) return got.error();
  text.resize(*got);
  return text;
}

// The code of the refusal, or what was reached.
std::string outcome(const std::string& path, const FileRoots& roots) {
  const auto written = write_file(path, roots);
  const auto read = read_file(path, roots);
  if (written || read) return "reached";
  CHECK(written.error().code() == read.error().code());
  return std::string(to_string(read.error().code()));
}

}  // namespace

TEST_CASE("file roots: files below are reached by relative and absolute paths", "[io]") {
  const ScratchDirectory scratch;
  fs::create_directories(scratch / "first/deep/er");
  fs::create_directories(scratch / "second");
  const auto roots = FileRoots::under({scratch / "first/", scratch / "second/./"}).value();
  for (const auto& path :
       {std::string("a.json"), std::string("./b.json"), std::string("deep/er/c.json"), std::string("deep/../d.json"),
        scratch / "first/e.json", scratch / "second/f.json", scratch / "second//g.json", scratch / "first/../second/h.json"}) {
    INFO(path);
    CHECK(write_file(path, roots));
    CHECK(read_file(path, roots).value() == "new");
  }
  CHECK(slurp(scratch / "first/deep/er/c.json") == "new");
  CHECK(slurp(scratch / "second/h.json") == "new");
  CHECK(FileRoots::under({"/"}).value().locate("/etc/passwd").value() == "/etc/passwd");
}

TEST_CASE("file roots: nothing outside is reached by any spelling", "[io]") {
  const ScratchDirectory scratch;
  fs::create_directories(scratch / "root");
  fs::create_directories(scratch / "root-not");
  fs::create_directories(scratch / "outside");
  spit(scratch / "outside/secret", "secret");
  spit(scratch / "root-not/secret", "secret");
  const auto roots = FileRoots::under({scratch / "root"}).value();
  for (const auto& path :
       {std::string("../outside/secret"), std::string("./../outside/secret"), std::string("a/../../outside/secret"),
        std::string("a/b/c/../../../../outside/secret"), std::string(".."), std::string("../root-not/secret"),
        std::string("/etc/passwd"), scratch / "outside/secret", scratch / "root-not/secret", scratch / "root",
        scratch / "root/../outside/secret", scratch / "root/./../root/../outside/secret", std::string("//etc/passwd")}) {
    INFO(path);
    CHECK(outcome(path, roots) == "Forbidden");
  }
  for (const auto& path : {std::string(), std::string("."), std::string("a\0b", 3), std::string("a/"), std::string("missing/a")}) {
    INFO(path);
    CHECK(outcome(path, roots) == "IoError");
  }
  CHECK(slurp(scratch / "outside/secret") == "secret");
  CHECK(slurp(scratch / "root-not/secret") == "secret");
  CHECK(FileRoots::under({""}).error().code() == ErrorCode::kInvalidInput);
}

TEST_CASE("file roots: no link below a root is followed", "[io]") {
  const ScratchDirectory scratch;
  fs::create_directories(scratch / "root/real");
  fs::create_directories(scratch / "outside");
  spit(scratch / "outside/secret", "secret");
  spit(scratch / "root/real/own", "own");
  fs::create_symlink(scratch / "outside", scratch / "root/out");
  fs::create_symlink(scratch / "outside/secret", scratch / "root/secret");
  fs::create_symlink("real", scratch / "root/alias");
  fs::create_symlink("nowhere", scratch / "root/lost");
  fs::create_symlink("/proc/self/root", scratch / "root/magic");
  fs::create_symlink(scratch / "root", scratch / "link-to-root");
  const auto roots = FileRoots::under({scratch / "root"}).value();
  for (const std::string path : {"out/secret", "out/new", "secret", "alias/own", "lost", "magic/etc/passwd"}) {
    INFO(path);
    CHECK(outcome(path, roots) == "IoError");
  }
  CHECK(slurp(scratch / "outside/secret") == "secret");
  CHECK_FALSE(fs::exists(scratch / "outside/new"));
  // The root itself is the application's word, link or not.
  const auto linked = FileRoots::under({scratch / "link-to-root"}).value();
  CHECK(read_file("real/own", linked).value() == "own");
}

TEST_CASE("file roots: a directory that turns into a link meanwhile leads nowhere", "[io][threads]") {
  const ScratchDirectory scratch;
  fs::create_directories(scratch / "root/step");
  fs::create_directories(scratch / "outside");
  spit(scratch / "root/step/file", "inside");
  spit(scratch / "outside/file", "outside");
  fs::create_symlink(scratch / "outside", scratch / "root/link");
  const auto roots = FileRoots::under({scratch / "root"}).value();
  std::atomic<bool> stop{false};
  std::thread flipper([&] {
    const auto step = scratch / "root/step", link = scratch / "root/link", aside = scratch / "root/aside";
    while (!stop) {
      fs::rename(step, aside);
      fs::rename(link, step);
      fs::rename(step, link);
      fs::rename(aside, step);
    }
  });
  int inside = 0;
  for (int i = 0; i < 5'000; ++i) {
    const auto read = read_file("step/file", roots);
    if (read && *read != "outside") ++inside;
    CHECK_FALSE((read && *read == "outside"));
    static_cast<void>(write_file("step/new", roots));
  }
  stop = true;
  flipper.join();
  CHECK(inside > 0);
  CHECK_FALSE(fs::exists(scratch / "outside/new"));
}

}  // namespace aurora::io
