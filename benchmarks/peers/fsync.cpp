// The limit of durable writing: the bytes of a document appended to a file, then fdatasync.
#include "peers/packed.hpp"
#include "peers/store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace aurora::bench {

namespace {

class FsyncSession final : public Session {
 public:
  FsyncSession(int file, const Mode& mode) : file_(file), mode_(mode) {}

  Ask ask(Operation operation) override {
    if (operation != Operation::kInsert || mode_ != Mode::kSynced) return {};
    return [this](const Question& q) {
      const std::string bytes = packed(q.rows[0]);
      if (::write(file_, bytes.data(), bytes.size()) != static_cast<::ssize_t>(bytes.size()) ||
          ::fdatasync(file_) != 0)
        throw std::system_error(errno, std::generic_category(), "fsync");
      return std::uint64_t{0};
    };
  }

 private:
  int file_;
  const Mode& mode_;
};

class FsyncStore final : public Store {
 public:
  explicit FsyncStore(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600)) {
    if (file_ < 0) throw std::system_error(errno, std::generic_category(), path.string());
  }
  ~FsyncStore() override { ::close(file_); }

  std::unique_ptr<Session> session() override {
    return std::make_unique<FsyncSession>(file_, mode_);
  }
  void close() override {}
  bool open(Mode mode) override {
    mode_ = mode;
    return true;
  }

 private:
  int file_;
  Mode mode_ = Mode::kPlain;
};

}  // namespace

Peer fsync_peer() {
  return {"fsync", "", "limit: append and fdatasync, a call each", false,
          [](const Place& place) -> std::unique_ptr<Store> {
            return std::make_unique<FsyncStore>(place.directory / "fsync");
          }};
}

}  // namespace aurora::bench
