// Bodies of the listener and the logger.
#include "storage/rocksdb_events.hpp"

#include "storage/rocksdb_build.hpp"
#include "storage/rocksdb_status.hpp"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace aurora::storage {

namespace {

constexpr std::size_t kWarningsKept = 16;

std::string_view name_of(rocksdb::BackgroundErrorReason reason) noexcept {
  switch (reason) {
    case rocksdb::BackgroundErrorReason::kFlush:
    case rocksdb::BackgroundErrorReason::kFlushNoWAL:
      return "flushing a memtable";
    case rocksdb::BackgroundErrorReason::kCompaction:
      return "compacting";
    case rocksdb::BackgroundErrorReason::kWriteCallback:
      return "writing the log";
    case rocksdb::BackgroundErrorReason::kMemTable:
      return "writing to a memtable";
    default:
      return "writing the manifest";
  }
}

std::string formatted(const char* format, va_list arguments) {
  std::array<char, 512> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  return text.data();
}

}  // namespace

// Any severity counts. RocksDB calls some failures soft, meaning that it will try again; with
// automatic recovery off (a retried fsync can succeed falsely) a soft error would instead stop
// compaction for ever and let writers run into an endless stall.
void StoreListener::OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                                      rocksdb::Status* status) noexcept {
  try {
    const Error error = translate(*status, name_of(reason));
    health_->fail(error);
    messages_->say("storage: writes stopped: " + error.message());
  } catch (
      ...) {  // out of memory while saying so; RocksDB itself has stopped and fails the next write
  }
}

void StoreListener::OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status status,
                                         bool* auto_recovery) noexcept {
  status.PermitUncheckedError();
  *auto_recovery = false;
}

void StoreListener::OnStallConditionsChanged(const rocksdb::WriteStallInfo& info) noexcept {
  if (info.condition.cur != rocksdb::WriteStallCondition::kStopped) return;
  try {
    messages_->say("storage: writes wait for flush or compaction of '" + info.cf_name + "'");
  } catch (...) {
  }
}

void StoreLogger::LogHeader(const char* format, va_list arguments) {
  inspect(rocksdb::InfoLogLevel::HEADER_LEVEL, format, arguments);
  if (file_) file_->LogHeader(format, arguments);
}

void StoreLogger::Logv(const char* format, va_list arguments) {
  Logv(rocksdb::InfoLogLevel::INFO_LEVEL, format, arguments);
}

void StoreLogger::Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) {
  inspect(level, format, arguments);
  if (file_) file_->Logv(level, format, arguments);
}

size_t StoreLogger::GetLogFileSize() const {
  return file_ ? file_->GetLogFileSize() : rocksdb::Logger::GetLogFileSize();
}

void StoreLogger::Flush() {
  if (file_) file_->Flush();
}

std::vector<std::string> StoreLogger::take_opening_warnings() {
  opening_ = false;
  const std::lock_guard guard(mutex_);
  return std::exchange(warnings_, {});
}

void StoreLogger::inspect(rocksdb::InfoLogLevel level, const char* format,
                          va_list arguments) noexcept {
  if (!opening_.load(std::memory_order_relaxed)) return;
  const bool tells_crc = std::strstr(format, "Fast CRC32 supported") != nullptr;
  const bool warns = level == rocksdb::InfoLogLevel::WARN_LEVEL ||
                     level == rocksdb::InfoLogLevel::ERROR_LEVEL ||
                     level == rocksdb::InfoLogLevel::FATAL_LEVEL;
  if (!tells_crc && !warns) return;
  va_list copy;
  va_copy(copy, arguments);
  try {
    const std::string text = formatted(format, copy);
    if (tells_crc) slow_crc_ = text.find("Not supported") != std::string::npos;
    const std::lock_guard guard(mutex_);
    if (warns && losses_) losses_->hear(text);
    if (warns && warnings_.size() < kWarningsKept) warnings_.push_back(text);
  } catch (...) {  // a log line lost for want of memory
  }
  va_end(copy);
}

bool is_slow_build(const StoreLogger& logger) {
  return logger.has_slow_crc() || rocksdb_build().assertions;
}

}  // namespace aurora::storage
