// The stores of a run at one size, filled once with the same documents, and the comparison of their
// answers. Made by main.cpp for each size, used by workloads.
#pragma once

#include "measure.hpp"

#include <optional>

namespace aurora::bench {

struct Settings {
  std::uint64_t rounds = 7;
  std::chrono::milliseconds budget = kFullBudget;  ///< for a round of one store
  std::vector<unsigned> threads{1, 2};
  std::vector<Keys> keys{Keys::kUniform, Keys::kZipf};

  bool processor_time = false;  ///< of one thread, instead of the wall's
  /// Of what has a fixed number of operations in a full round, as many as the budget leaves.
  [[nodiscard]] std::uint64_t scaled(std::uint64_t operations) const {
    const auto part = static_cast<std::uint64_t>(budget.count());
    return std::max<std::uint64_t>(
        operations * part / static_cast<std::uint64_t>(kFullBudget.count()), 1);
  }
  static constexpr std::chrono::milliseconds kFullBudget{150};
};

class Dataset {
 public:
  /// Fills every peer. The first is Aurora.
  Dataset(std::uint64_t size, std::vector<Peer> peers, std::filesystem::path directory);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] std::span<const Peer> peers() const { return peers_; }
  [[nodiscard]] Store& store(std::size_t peer) { return *stores_[peer]; }

  /// Brings indexes into memory and, unless Aurora is without its cache, every document of the start, so that caches are
  /// as full as they get. Called whenever stores were opened.
  void warm();
  /// Opens all stores so, and warm, but for the mode that is only written in. Requires: nobody holds a session.
  void open_as(Mode mode);
  /// Those that can be asked, a session for each thread; Aurora first. The documents themselves are
  /// asked too, by `compare`, until something was written.
  [[nodiscard]] std::vector<Contender> contenders(Operation operation, unsigned threads);

  /// Asks the stores `count` questions and compares the answers.
  /// Errors: throws std::runtime_error naming two that differ.
  void compare(std::span<Contender> contenders, Operation operation, const Questions& questions,
               std::uint64_t count);

  /// Numbers of documents that nobody has yet, `count` of them: the first. From then on answers
  /// are compared with each other only.
  [[nodiscard]] std::uint64_t claim(std::uint64_t count);
  void note_writes() { written_ = true; }

 private:
  /// The answer as the documents themselves give it; nothing when that is not known.
  [[nodiscard]] std::optional<std::uint64_t> expected(Operation operation,
                                                      const Question& question);

  std::uint64_t size_;
  std::uint64_t next_;
  std::filesystem::path directory_;
  std::vector<Peer> peers_;
  std::vector<std::unique_ptr<Store>> stores_;
  std::vector<bool> usable_;
  std::vector<Facts> facts_;
  Mode mode_ = Mode::kPlain;
  bool written_ = false;
};

}  // namespace aurora::bench
