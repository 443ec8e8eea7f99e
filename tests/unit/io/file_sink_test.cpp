// Files made by export: whole or not at all, and only where a regular file may stand.
#include <aurora/io/file_sink.hpp>

#include "unit/storage/store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>

#include <sys/stat.h>

namespace aurora::io {

using storage::testing::ScratchDirectory;
using storage::testing::slurp;
using storage::testing::spit;

namespace {

namespace fs = std::filesystem;

Status write_file(const std::string& path, std::string_view content) {
  auto sink = FileSink::create(path);
  if (!sink) return sink.error();
  if (auto status = (*sink)->write(content); !status) return status;
  return (*sink)->finish();
}

std::string refusal(const std::string& path) {
  const auto written = write_file(path, "new");
  if (written) return "written";
  CHECK(written.error().code() == ErrorCode::kIoError);
  return written.error().message();
}

}  // namespace

TEST_CASE("file sink: a new file is its owner's alone, another keeps its mode", "[io]") {
  const ScratchDirectory scratch;
  const auto path = scratch / "out.json";
  const mode_t mask = ::umask(0);
  REQUIRE(write_file(path, "one"));
  ::umask(mask);
  CHECK(fs::status(path).permissions() == static_cast<fs::perms>(0600));
  fs::permissions(path, static_cast<fs::perms>(0604));
  REQUIRE(write_file(path, "two"));
  CHECK(slurp(path) == "two");
  CHECK(fs::status(path).permissions() == static_cast<fs::perms>(0604));
  CHECK(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("file sink: a file that is not finished leaves the old one and nothing else", "[io]") {
  const ScratchDirectory scratch;
  spit(scratch / "out.json", "old");
  {
    const auto sink = FileSink::create(scratch / "out.json").value();
    REQUIRE(sink->write("new"));
  }
  CHECK(slurp(scratch / "out.json") == "old");
  CHECK(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("file sink: a symbolic link is followed and stays", "[io]") {
  const ScratchDirectory scratch;
  fs::create_directory(scratch / "far");
  spit(scratch / "far/data.json", "old");
  fs::create_symlink("far/data.json", scratch / "link.json");
  REQUIRE(write_file(scratch / "link.json", "new"));
  CHECK(fs::is_symlink(scratch / "link.json"));
  CHECK(slurp(scratch / "far/data.json") == "new");
  fs::create_symlink("nowhere", scratch / "lost.json");
  CHECK(refusal(scratch / "lost.json") ==
        "cannot write '" + (scratch / "lost.json") + "': it is a symbolic link that leads nowhere");
}

TEST_CASE("file sink: what is not a regular file is refused and stays", "[io]") {
  const ScratchDirectory scratch;
  const auto fifo = scratch / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  fs::create_symlink("fifo", scratch / "link");
  CHECK(refusal(fifo) == "cannot write '" + fifo + "': it is a FIFO, not a regular file");
  CHECK(refusal(scratch / "link").ends_with("it is a FIFO, not a regular file"));
  CHECK(fs::is_fifo(fifo));
  CHECK(refusal("/dev/null") == "cannot write '/dev/null': it is a device, not a regular file");
  CHECK(refusal(scratch.path()).ends_with("it is a directory, not a regular file"));
  CHECK(refusal("") == "cannot write '': it is no path of a file");
  CHECK(refusal(scratch / "missing/out.json").ends_with("No such file or directory"));
}

}  // namespace aurora::io
