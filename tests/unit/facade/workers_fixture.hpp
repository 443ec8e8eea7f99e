// What the tests of workers share: waiting for a job to come to a state, and a clock that they move.
#pragma once

#include <aurora/aurora.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

namespace aurora::testing {

// Sanitizers and busy machines are slow.
inline constexpr auto kLong = std::chrono::seconds(30);

inline std::string field(Database& db, const Uuid& id, const char* name) {
  return aurora::to_json((*db.workers().job(id))[name]);
}

template <class Condition>
bool comes_true(const Condition& condition) {
  for (const auto until = std::chrono::steady_clock::now() + kLong; std::chrono::steady_clock::now() < until;
       std::this_thread::sleep_for(std::chrono::milliseconds(1)))
    if (condition()) return true;
  return false;
}

inline bool becomes(Database& db, const Uuid& id, const std::string& status) {
  return comes_true([&] { return field(db, id, "status") == "\"" + status + "\""; });
}

// A clock that tests move.
struct Moved {
  std::shared_ptr<std::atomic<std::int64_t>> micros = std::make_shared<std::atomic<std::int64_t>>(1'800'000'000'000'000);
  Config config() const {
    Config config;
    config.clock = [clock = micros] { return clock->load(); };
    config.workers.backoff_jitter = 0;
    return config;
  }
  void forward(std::chrono::microseconds by) { micros->fetch_add(by.count()); }
};

}  // namespace aurora::testing
