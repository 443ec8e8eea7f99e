// Body of rocksdb_private_files.hpp. Called by the engine.
#include "storage/rocksdb_private_files.hpp"

#include <rocksdb/file_system.h>

#include <memory>
#include <string_view>

#include <sys/stat.h>

namespace aurora::storage {

namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// RocksDB's own log is a courtesy: what cannot be written of it, on a full disk above all, is left out. Its writer would
// remember the error, and a RocksDB built with assertions end the process at the next line.
class Courtesy final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  using FSWritableFileOwnerWrapper::FSWritableFileOwnerWrapper;
  using FSWritableFileOwnerWrapper::Append;
  IOStatus Append(const rocksdb::Slice& bytes, const IOOptions& options, IODebugContext* context) override {
    return forgiven(target()->Append(bytes, options, context));
  }
  IOStatus Append(const rocksdb::Slice& bytes, const IOOptions& options, const rocksdb::DataVerificationInfo& info,
                  IODebugContext* context) override {
    return forgiven(target()->Append(bytes, options, info, context));
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* context) override {
    return forgiven(target()->Truncate(size, options, context));
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* context) override {
    return forgiven(target()->Flush(options, context));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* context) override {
    return forgiven(target()->Sync(options, context));
  }
  IOStatus Close(const IOOptions& options, IODebugContext* context) override {
    return forgiven(target()->Close(options, context));
  }

 private:
  static IOStatus forgiven(const IOStatus& status) {
    status.PermitUncheckedError();
    return IOStatus::OK();
  }
};

// The directory has mode 0700 from the start, so that nobody else can open a file before its mode is set.
class PrivateFiles final : public rocksdb::FileSystemWrapper {
 public:
  PrivateFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "AuroraPrivateFiles"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* context) override {
    auto made = target()->NewWritableFile(name, options, file, context);
    if (made.ok() && is_info_log(name)) *file = std::make_unique<Courtesy>(std::move(*file));
    return made_private(std::move(made), name);
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* context) override {
    return made_private(target()->ReopenWritableFile(name, options, file, context), name);
  }
  IOStatus NewRandomRWFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSRandomRWFile>* file, IODebugContext* context) override {
    return made_private(target()->NewRandomRWFile(name, options, file, context), name);
  }
  IOStatus NewLogger(const std::string& name, const IOOptions& options, std::shared_ptr<rocksdb::Logger>* logger,
                     IODebugContext* context) override {
    if (const auto made = rocksdb::FileSystem::NewLogger(name, options, logger, context); !made.ok()) return made;
    return made_private(IOStatus::OK(), name);
  }
  IOStatus LockFile(const std::string& name, const IOOptions& options, rocksdb::FileLock** lock,
                    IODebugContext* context) override {
    return made_private(target()->LockFile(name, options, lock, context), name);
  }

 private:
  static bool is_info_log(std::string_view name) { return name.ends_with("/LOG"); }
  // A file whose mode cannot be set, on a file system without modes, is no reason to fail.
  static IOStatus made_private(IOStatus made, const std::string& name) {
    if (made.ok()) static_cast<void>(::chmod(name.c_str(), 0600));
    return made;
  }
};

}  // namespace

Environment& private_files() {
  // Never destroyed: RocksDB's threads may outlive the statics of this library.
  static Environment& files = *new Environment(std::make_shared<PrivateFiles>());
  return files;
}

}  // namespace aurora::storage
