// What RocksDB tells us on its own: background errors, stalls, and its log.
// Its callbacks run on RocksDB's threads, which do not survive an exception: all of them are
// noexcept.
#pragma once

#include "storage/health.hpp"
#include "storage/log_losses.hpp"

#include <rocksdb/env.h>
#include <rocksdb/listener.h>

#include <memory>
#include <string>
#include <vector>

namespace aurora::storage {

/// Turns every background error into the end of writing, and forbids RocksDB to recover by itself:
/// after a failed flush or sync only a reopen knows what is on disk.
class StoreListener final : public rocksdb::EventListener {
 public:
  StoreListener(std::shared_ptr<Health> health, std::shared_ptr<MessageSink> messages)
      : health_(std::move(health)), messages_(std::move(messages)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                         rocksdb::Status* status) noexcept override;
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status status,
                            bool* auto_recovery) noexcept override;
  void OnStallConditionsChanged(const rocksdb::WriteStallInfo& info) noexcept override;

 private:
  const std::shared_ptr<Health> health_;
  const std::shared_ptr<MessageSink> messages_;
};

/// RocksDB's log: passed on to its file (when there is one) and read for what Aurora wants to know.
/// Threads: any.
class StoreLogger final : public rocksdb::Logger {
 public:
  /// `file` may be null: a read-only store writes no log.
  /// `losses`, which may be null, hears the warnings until take_opening_warnings is called.
  StoreLogger(std::shared_ptr<rocksdb::Logger> file, std::shared_ptr<LogLosses> losses)
      : file_(std::move(file)), losses_(std::move(losses)) {}

  using rocksdb::Logger::Logv;
  void LogHeader(const char* format, va_list arguments) override;
  void Logv(const char* format, va_list arguments) override;
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override;
  size_t GetLogFileSize() const override;
  void Flush() override;

  /// True when RocksDB said that it computes CRC32C in software.
  [[nodiscard]] bool has_slow_crc() const noexcept { return slow_crc_; }
  /// The warnings logged until now (recovery's above all: bytes dropped from a torn log); later
  /// ones stay in the log file, as they may come while RocksDB holds its mutex.
  [[nodiscard]] std::vector<std::string> take_opening_warnings();

 private:
  void inspect(rocksdb::InfoLogLevel level, const char* format, va_list arguments) noexcept;

  const std::shared_ptr<rocksdb::Logger> file_;
  const std::shared_ptr<LogLosses> losses_;   // used under mutex_
  std::atomic<bool> slow_crc_{false};
  std::atomic<bool> opening_{true};
  std::mutex mutex_;
  std::vector<std::string> warnings_;  // guarded by mutex_
};

/// True when RocksDB was built with assertions or computes checksums in software: figures measured
/// on it are not Aurora's.
[[nodiscard]] bool is_slow_build(const StoreLogger& logger);

}  // namespace aurora::storage
