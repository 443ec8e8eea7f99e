// Body of the seal.
//
//   Aurora seal
//   CURRENT 16 <hash64 in hexadecimal>
//   MANIFEST-000123 4711 <hash64>
//   000120.sst 67108864      and so on, one line a table
//   check 1a2b3c4d           checksum32 of all bytes before this line
#include "storage/clean_seal.hpp"

#include "storage/posix_file.hpp"

#include <aurora/base/checksum.hpp>
#include <aurora/base/try.hpp>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <set>
#include <string_view>
#include <system_error>

namespace aurora::storage {

namespace {

constexpr std::size_t kSealLimit = std::size_t{256} << 20;  // ten million tables
constexpr std::size_t kCurrentLimit = 4096;
constexpr std::size_t kManifestLimit = std::size_t{1}
                                       << 30;  // far above the size at which it is replaced
constexpr std::string_view kMagic = "Aurora seal\n";

std::string line_of(const std::string& name, std::string_view content) {
  char figures[64];
  std::snprintf(figures, sizeof figures, " %zu %016llx\n", content.size(),
                static_cast<unsigned long long>(hash64(content)));
  return name + figures;
}

std::string with_check(std::string text) {
  char line[32];
  std::snprintf(line, sizeof line, "check %08x\n", static_cast<unsigned>(checksum32(text)));
  return text + line;
}

// A line for each table of the directory.
using Lines = std::set<std::string, std::less<>>;
Result<Lines> table_lines(const std::string& directory) {
  Lines lines;
  std::error_code error;
  std::filesystem::directory_iterator entries(directory, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    if (entries->path().extension() != ".sst") continue;
    std::error_code gone;  // a reader may meet a writer's removals
    const std::uint64_t size = entries->file_size(gone);
    if (!gone)
      lines.insert(entries->path().filename().string() + " " + std::to_string(size) + "\n");
  }
  if (error) return system_error(error.value(), "reading directory '" + directory + "'");
  return lines;
}

Error damaged(const std::string& path, std::string_view how) {
  return Error(ErrorCode::kCorruption, "'" + path + "' " + std::string(how));
}

// CURRENT holds the manifest's name and a newline.
Result<std::string> manifest_name(const std::string& directory, const std::string& current) {
  const std::string_view wanted = "MANIFEST-";
  const bool is_name = current.size() > wanted.size() && current.starts_with(wanted) &&
                       current.ends_with('\n') && current.find('/') == std::string::npos;
  if (!is_name) return damaged(directory + "/CURRENT", "is damaged: it names no manifest");
  return current.substr(0, current.size() - 1);
}

// Tables that came to be later are none of the seal's business: RocksDB ignores what no manifest
// names.
Status verify_tables(const std::string& directory, std::string_view seal) {
  AURORA_ASSIGN(const Lines present, table_lines(directory));
  for (std::size_t at = 0; at < seal.size();) {
    const std::size_t end = seal.find('\n', at);
    const std::string_view line = seal.substr(at, end + 1 - at);
    at = end + 1;
    const std::string_view name = line.substr(0, line.find(' '));
    if (name.ends_with(".sst") && !present.contains(line))
      return damaged(directory + "/" + std::string(name),
                     "went missing or changed its size after the database was closed");
  }
  return {};
}

Status verify_against(const std::string& directory, const std::string& seal) {
  AURORA_ASSIGN(const std::string current, read_file(directory + "/CURRENT", kCurrentLimit));
  if (seal.find("\n" + line_of("CURRENT", current)) == std::string::npos)
    return damaged(directory + "/CURRENT", "changed after the database was closed");
  AURORA_ASSIGN(const std::string name, manifest_name(directory, current));
  const std::string path = directory + "/" + name;
  AURORA_ASSIGN(const bool is_there, exists(path));
  if (!is_there) return damaged(path, "is missing");
  AURORA_ASSIGN(const std::string manifest, read_file(path, kManifestLimit));
  if (seal.find("\n" + line_of(name, manifest)) == std::string::npos)
    return damaged(path, "changed after the database was closed");
  return verify_tables(directory, seal);
}

bool is_intact(const std::string& seal) {
  const std::size_t check = seal.rfind("check ");
  return seal.starts_with(kMagic) && check != std::string::npos &&
         with_check(seal.substr(0, check)) == seal;
}

}  // namespace

Status write_seal(const std::string& directory) {
  AURORA_ASSIGN(const std::string current, read_file(directory + "/CURRENT", kCurrentLimit));
  AURORA_ASSIGN(const std::string name, manifest_name(directory, current));
  AURORA_ASSIGN(const std::string manifest, read_file(directory + "/" + name, kManifestLimit));
  AURORA_ASSIGN(const Lines tables, table_lines(directory));
  std::string text = std::string(kMagic) + line_of("CURRENT", current) + line_of(name, manifest);
  for (const std::string& line : tables) text += line;
  return replace_file(directory, kSealFileName, with_check(std::move(text)));
}

Status verify_seal(const std::string& directory) {
  const std::string path = directory + "/" + kSealFileName;
  AURORA_ASSIGN(const bool is_sealed, exists(path));
  if (!is_sealed) return {};
  Result<std::string> seal = read_file(path, kSealLimit);
  Status verdict;
  if (!seal)
    verdict = seal.error();
  else if (!is_intact(*seal))
    verdict = damaged(path, "is damaged");
  else
    verdict = verify_against(directory, *seal);
  if (verdict) return verdict;
  // A reader may look while a writer opens: the writer breaks the seal before it changes anything.
  AURORA_ASSIGN(const bool still_sealed, exists(path));
  if (!still_sealed) return {};
  return verdict;
}

Status break_seal(const std::string& directory) { return remove_file(directory, kSealFileName); }

}  // namespace aurora::storage
