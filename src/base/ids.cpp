// Body of the UUIDv7 generator: one 60-bit stamp (milliseconds and counter) that only ever rises.
// Called where documents, jobs and keys get ids; calls getrandom(2).
#include <aurora/base/bytes.hpp>
#include <aurora/base/ids.hpp>

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace aurora {

namespace {

constexpr unsigned kCounterBits = 12;
constexpr std::uint64_t kCounterMask = (1u << kCounterBits) - 1;
constexpr std::uint64_t kMaxMillis = (std::uint64_t{1} << 48) - 1;

void fill_random(char* out, std::size_t size) {
  while (size > 0) {
    const auto got = ::getrandom(out, size, 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw Error(ErrorCode::kIoError, "the system gives no random bytes (getrandom failed)");
    }
    out += got;
    size -= static_cast<std::size_t>(got);
  }
}

}  // namespace

DateTime system_now() noexcept { return DateTime(std::chrono::system_clock::now()); }

Uuid7Generator::Uuid7Generator(Clock clock) : clock_(std::move(clock)) {}

Uuid Uuid7Generator::next() {
  const std::lock_guard lock(mutex_);
  if (random_left_ == 0) {
    fill_random(random_.data(), random_.size());
    random_left_ = random_.size();
  }
  random_left_ -= sizeof(std::uint64_t);
  const auto random = load_le<std::uint64_t>(random_.data() + random_left_);

  const std::int64_t now = std::max<std::int64_t>(clock_().micros, 0) / 1000;
  const std::uint64_t millis = std::min(static_cast<std::uint64_t>(now), kMaxMillis);
  // A full counter runs into the milliseconds: the id is then a little ahead of the clock.
  last_stamp_ = std::max(millis << kCounterBits, last_stamp_ + 1);

  constexpr std::uint64_t kVersion = 7;
  constexpr std::uint64_t kVariant = 2;
  const std::uint64_t high = (last_stamp_ >> kCounterBits << 16) | (kVersion << kCounterBits) |
                             (last_stamp_ & kCounterMask);
  const std::uint64_t low = (kVariant << 62) | (random >> 2);
  Uuid id;
  auto* bytes = reinterpret_cast<char*>(id.bytes.data());
  store_be(bytes, high);
  store_be(bytes + 8, low);
  return id;
}

void Uuid7Generator::advance_past(const Uuid& last) {
  const auto high = load_be<std::uint64_t>(reinterpret_cast<const char*>(last.bytes.data()));
  const std::uint64_t millis = high >> 16;
  const std::uint64_t version = (high >> kCounterBits) & 0xF;
  // An id of a later version sorts after every v7 of its millisecond, one of an earlier version
  // before.
  std::uint64_t counter = high & kCounterMask;
  if (version != 7) counter = version > 7 ? kCounterMask : 0;
  const std::lock_guard lock(mutex_);
  last_stamp_ = std::max(last_stamp_, millis << kCounterBits | counter);
}

}  // namespace aurora
