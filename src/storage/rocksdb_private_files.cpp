// Body of rocksdb_private_files.hpp. Called by the engine.
#include "storage/rocksdb_private_files.hpp"

#include <rocksdb/file_system.h>

#include <sys/stat.h>

namespace aurora::storage {

namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// The directory has mode 0700 from the start, so that nobody else can open a file before its mode is set.
class PrivateFiles final : public rocksdb::FileSystemWrapper {
 public:
  PrivateFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "AuroraPrivateFiles"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* context) override {
    return made_private(target()->NewWritableFile(name, options, file, context), name);
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
    return made_private(target()->NewLogger(name, options, logger, context), name);
  }
  IOStatus LockFile(const std::string& name, const IOOptions& options, rocksdb::FileLock** lock,
                    IODebugContext* context) override {
    return made_private(target()->LockFile(name, options, lock, context), name);
  }

 private:
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
