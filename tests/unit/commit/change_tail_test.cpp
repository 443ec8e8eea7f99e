// What the tail of commits keeps: all that an open transaction may ask for, up to its bound; else little.
#include <aurora/commit/change_tail.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>

namespace aurora::commit {

namespace {

constexpr std::uint64_t kMiB = 1u << 20;

// A commit of about a MiB.
std::shared_ptr<const Commit> commit_at(Sequence sequence) {
  auto commit = std::make_shared<Commit>();
  commit->sequence = sequence;
  Change change;
  change.after = RecordRef::copy_of(std::string(kMiB, 'x'));
  commit->changes.push_back(std::move(change));
  return commit;
}

bool is_kept(const ChangeTail& tail, Sequence after) {
  return tail.visit_after(after, [](const Commit&) { return true; });
}

}  // namespace

TEST_CASE("the tail keeps what the oldest reader needs, up to its bound", "[commit]") {
  ChangeTail tail(32 * kMiB, 0);
  for (Sequence i = 1; i <= 30; ++i) tail.append(commit_at(i), 5);
  CHECK(is_kept(tail, 5));
  CHECK_FALSE(is_kept(tail, 4));
  for (Sequence i = 31; i <= 60; ++i) tail.append(commit_at(i), 5);
  CHECK_FALSE(is_kept(tail, 5));
  CHECK(tail.byte_size() <= 32 * kMiB);
  CHECK(tail.byte_size() > 28 * kMiB);
}

TEST_CASE("the tail keeps little when nobody reads an older state", "[commit]") {
  ChangeTail tail(32 * kMiB, 0);
  for (Sequence i = 1; i <= 30; ++i) tail.append(commit_at(i), i - 1);
  CHECK(tail.byte_size() <= 8 * kMiB);
  CHECK(is_kept(tail, 25));
  CHECK_FALSE(is_kept(tail, 10));
}

}  // namespace aurora::commit
