// Body of the failing file system.
#include "faults/faulty_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "faults/status.hpp"

namespace aurora::testing {

namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class WritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WritableFile(std::string name, std::unique_ptr<rocksdb::FSWritableFile> file, FaultyFiles& files)
      : FSWritableFileOwnerWrapper(std::move(file)), name_(std::move(name)), files_(files) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* context) override {
    return files_.append(name_, data, [&](const Slice& part) { return target()->Append(part, options, context); });
  }
  // The checksum handed over is of the whole data; a part of it is appended without.
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* context) override {
    return Append(data, options, context);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* context) override {
    return sync([&] { return target()->Sync(options, context); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* context) override {
    return sync([&] { return target()->Fsync(options, context); });
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* context) override {
    auto status = target()->Truncate(size, options, context);
    if (status.ok()) files_.note_size(name_, size);
    return status;
  }

 private:
  template <class Work>
  IOStatus sync(Work work) {
    if (auto status = files_.before(Site::kSync); !status.ok()) return status;
    auto status = work();
    if (status.ok()) files_.note_synced(name_);
    return status;
  }

  const std::string name_;
  FaultyFiles& files_;
};

class SequentialFile final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  SequentialFile(std::unique_ptr<rocksdb::FSSequentialFile> file, FaultyFiles& files)
      : FSSequentialFileOwnerWrapper(std::move(file)), files_(files) {}

  IOStatus Read(std::size_t bytes, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* context) override {
    auto status = target()->Read(bytes, options, result, scratch, context);
    return status.ok() ? files_.after_read(*result, scratch, false) : status;
  }

 private:
  FaultyFiles& files_;
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  RandomAccessFile(std::unique_ptr<rocksdb::FSRandomAccessFile> file, FaultyFiles& files)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), files_(files) {}

  IOStatus Read(std::uint64_t offset, std::size_t bytes, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* context) const override {
    auto status = target()->Read(offset, bytes, options, result, scratch, context);
    return status.ok() ? files_.after_read(*result, scratch, true) : status;
  }
  IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count, const IOOptions& options,
                     IODebugContext* context) override {
    for (std::size_t i = 0; i < count; ++i) {
      auto& request = requests[i];
      request.status = Read(request.offset, request.len, options, &request.result, request.scratch, context);
    }
    return IOStatus::OK();
  }

 private:
  FaultyFiles& files_;
};

class Directory final : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(std::unique_ptr<rocksdb::FSDirectory> directory, FaultyFiles& files)
      : FSDirectoryWrapper(std::move(directory)), files_(files) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* context) override {
    if (auto status = files_.before(Site::kSyncDirectory); !status.ok()) return status;
    return FSDirectoryWrapper::Fsync(options, context);
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* context,
                               const rocksdb::DirFsyncOptions& how) override {
    if (auto status = files_.before(Site::kSyncDirectory); !status.ok()) return status;
    return FSDirectoryWrapper::FsyncWithDirOptions(options, context, how);
  }

 private:
  FaultyFiles& files_;
};

}  // namespace

FaultyFiles::FaultyFiles(FaultPlan plan)
    : FileSystemWrapper(rocksdb::FileSystem::Default()), plan_(std::move(plan)) {}

bool FaultyFiles::is_due(Site site) {
  const auto at = [&](Site counted) {
    const auto place = seen_[static_cast<std::size_t>(counted)].fetch_add(1) + 1;
    return plan_.site == counted && plan_.at != 0 && place >= plan_.at && place - plan_.at < plan_.length;
  };
  bool due = at(site);
  if (site != Site::kRead) due = at(Site::kAny) || due;
  if (due && plan_.fault == Fault::kKill) {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  }
  if (due && plan_.fault != Fault::kNone) failed_ = true;
  return due && plan_.fault != Fault::kNone;
}

IOStatus FaultyFiles::failure() const {
  if (plan_.fault == Fault::kNoSpace) return IOStatus::NoSpace("no space left (injected)");
  auto status = IOStatus::IOError("input/output error (injected)");
  status.SetRetryable(plan_.fault == Fault::kRetryable);
  return status;
}

IOStatus FaultyFiles::before(Site site) {
  if (!is_due(site)) return IOStatus::OK();
  if (plan_.fault == Fault::kCut) cut();
  return failure();
}

IOStatus FaultyFiles::after_read(Slice& bytes, char* scratch, bool may_be_short) {
  if (!is_due(Site::kRead)) return IOStatus::OK();
  if (plan_.fault == Fault::kShortRead) {
    if (may_be_short) bytes = Slice(bytes.data(), bytes.size() / 2);
    return IOStatus::OK();
  }
  if (plan_.fault == Fault::kFlippedBit) {
    if (bytes.empty()) return IOStatus::OK();
    if (bytes.data() != scratch) std::copy(bytes.data(), bytes.data() + bytes.size(), scratch);
    const auto bit = plan_.seed % (bytes.size() * 8);
    scratch[bit / 8] = static_cast<char>(scratch[bit / 8] ^ (1 << (bit % 8)));
    bytes = Slice(scratch, bytes.size());
    return IOStatus::OK();
  }
  return failure();
}

template <class Append>
IOStatus FaultyFiles::append(const std::string& name, const Slice& data, Append append) {
  if (is_due(Site::kAppend)) {
    // A part reaches the file before the disk gives up.
    const Slice part(data.data(), data.empty() ? 0 : plan_.seed % data.size());
    if (append(part).ok()) note_written(name, part.size());
    if (plan_.fault == Fault::kCut) cut();
    return failure();
  }
  auto status = append(data);
  if (status.ok()) note_written(name, data.size());
  return status;
}

void FaultyFiles::note_written(const std::string& name, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  files_[name].written += bytes;
}

void FaultyFiles::note_synced(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto& file = files_[name];
  file.synced = file.written;
}

void FaultyFiles::note_size(const std::string& name, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  auto& file = files_[name];
  file.written = bytes;
  file.synced = std::min(file.synced, bytes);
}

// Under the lock, which is never freed: no other thread may write any more.
void FaultyFiles::cut() {
  mutex_.lock();
  std::string text;
  for (const auto& [name, file] : files_)
    text += std::to_string(file.synced) + ' ' + std::to_string(file.written) + ' ' + name + '\n';
  const int out = ::open(plan_.report.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool good = out >= 0 && ::write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::_exit(good ? kPowerCut : kCannotReport);
}

IOStatus FaultyFiles::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* context) {
  if (auto status = before(Site::kCreate); !status.ok()) return status;
  auto status = target()->NewWritableFile(name, options, file, context);
  if (!status.ok()) return status;
  {
    const std::lock_guard lock(mutex_);
    files_[name] = Extent();
  }
  *file = std::make_unique<WritableFile>(name, std::move(*file), *this);
  return status;
}

IOStatus FaultyFiles::ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                         std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* context) {
  if (auto status = before(Site::kCreate); !status.ok()) return status;
  auto status = target()->ReopenWritableFile(name, options, file, context);
  if (!status.ok()) return status;
  const auto size = (*file)->GetFileSize(options.io_options, context);
  {
    const std::lock_guard lock(mutex_);
    files_[name] = Extent{size, size};
  }
  *file = std::make_unique<WritableFile>(name, std::move(*file), *this);
  return status;
}

IOStatus FaultyFiles::NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSSequentialFile>* file, IODebugContext* context) {
  auto status = target()->NewSequentialFile(name, options, file, context);
  if (status.ok()) *file = std::make_unique<SequentialFile>(std::move(*file), *this);
  return status;
}

// Never mapped: what is read must pass through here.
IOStatus FaultyFiles::NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                          IODebugContext* context) {
  auto status = target()->NewRandomAccessFile(name, options, file, context);
  if (status.ok()) *file = std::make_unique<RandomAccessFile>(std::move(*file), *this);
  return status;
}

IOStatus FaultyFiles::NewDirectory(const std::string& name, const IOOptions& options,
                                   std::unique_ptr<rocksdb::FSDirectory>* directory, IODebugContext* context) {
  auto status = target()->NewDirectory(name, options, directory, context);
  if (status.ok()) *directory = std::make_unique<Directory>(std::move(*directory), *this);
  return status;
}

IOStatus FaultyFiles::RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                                 IODebugContext* context) {
  if (auto status = before(Site::kRename); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  auto status = target()->RenameFile(from, to, options, context);
  if (!status.ok()) return status;
  if (auto moved = files_.extract(from)) {
    moved.key() = to;
    files_.erase(to);
    files_.insert(std::move(moved));
  }
  return status;
}

IOStatus FaultyFiles::DeleteFile(const std::string& name, const IOOptions& options, IODebugContext* context) {
  if (auto status = before(Site::kRemove); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  auto status = target()->DeleteFile(name, options, context);
  if (status.ok()) files_.erase(name);
  return status;
}

std::uint64_t lose_unsynced(const std::string& report, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::ifstream in(report);
  if (!in) throw std::runtime_error("there is no report of the cut in " + report);
  std::uint64_t losers = 0;
  for (std::uint64_t synced = 0, written = 0; in >> synced >> written;) {
    std::string name;
    std::getline(in >> std::ws, name);
    if (written <= synced || !std::filesystem::exists(name)) continue;
    const auto kept = synced + random() % (written - synced + 1);
    std::filesystem::resize_file(name, kept);
    if (kept < written) ++losers;
    if (random() % 4 != 0 || kept == written || !name.ends_with(".log")) continue;
    // Blocks of the tail that were written in another order: zeros or foreign bytes where the lost ones were. RocksDB
    // refuses them at the end of anything but a log.
    std::string foreign(static_cast<std::size_t>(1 + random() % std::min<std::uint64_t>(written - kept, 512)), '\0');
    if (random() % 2 == 0)
      for (auto& byte : foreign) byte = static_cast<char>(random());
    std::ofstream(name, std::ios::binary | std::ios::app) << foreign;
  }
  return losers;
}

}  // namespace aurora::testing
