// Body of the translation of statuses.
#include "storage/rocksdb_status.hpp"

#include <algorithm>

namespace aurora::storage {

namespace {

// RocksDB reports a lost race for its own LOCK as a plain IOError; only the file's name tells.
bool is_lock_failure(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  return status.IsIOError() && text.find("/LOCK") != std::string::npos &&
         text.find("lock") != std::string::npos && !status.IsNoSpace() && !status.IsPathNotFound();
}

ErrorCode code_of(const rocksdb::Status& status) {
  if (status.IsNoSpace() || status.subcode() == rocksdb::Status::kSpaceLimit)
    return ErrorCode::kStorageFull;
  switch (status.code()) {
    case rocksdb::Status::kCorruption:
      return ErrorCode::kCorruption;
    case rocksdb::Status::kIOError:
      return is_lock_failure(status) ? ErrorCode::kBusy : ErrorCode::kIoError;
    case rocksdb::Status::kBusy:
    case rocksdb::Status::kTryAgain:
      return ErrorCode::kBusy;
    case rocksdb::Status::kTimedOut:
      return ErrorCode::kTimeout;
    case rocksdb::Status::kNotFound:
      return ErrorCode::kNotFound;
    case rocksdb::Status::kNotSupported:
      return ErrorCode::kInvalidOperation;
    case rocksdb::Status::kInvalidArgument:
      return ErrorCode::kInvalidInput;
    case rocksdb::Status::kShutdownInProgress:
    case rocksdb::Status::kAborted:
      return ErrorCode::kClosed;
    default:
      return ErrorCode::kInternal;
  }
}

}  // namespace

Error translate(const rocksdb::Status& status, std::string_view doing) {
  return Error(code_of(status), std::string(doing) + ": " + status.ToString());
}

Error translate_open(const rocksdb::Status& status, const std::string& path) {
  const std::string doing = "opening '" + path + "'";
  // The directory was inspected before: a file it misses now is one that CURRENT or the MANIFEST
  // promises, and families RocksDB does not know or does not expect are not of this format.
  const bool is_damage =
      status.IsPathNotFound() || status.IsNotFound() || status.IsInvalidArgument();
  if (is_damage)
    return Error(ErrorCode::kCorruption, doing + ": the database is damaged: " + status.ToString());
  return translate(status, doing);
}

std::string show_key(std::string_view key) {
  constexpr std::size_t kShown = 32;
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "0x";
  for (const char c : key.substr(0, std::min(kShown, key.size()))) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  if (key.size() > kShown) text += "… (" + std::to_string(key.size()) + " bytes)";
  return text;
}

}  // namespace aurora::storage
