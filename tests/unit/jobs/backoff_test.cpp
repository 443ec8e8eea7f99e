// How long a failed job waits.
#include <aurora/jobs/backoff.hpp>

#include <catch2/catch_test_macros.hpp>

using aurora::WorkerConfig;
using aurora::jobs::backoff_micros;
using namespace std::chrono_literals;

TEST_CASE("waits double from the base up to the cap", "[jobs]") {
  WorkerConfig config;
  CHECK(backoff_micros(config, 0, 0) == 5'000'000);
  CHECK(backoff_micros(config, 1, 0) == 10'000'000);
  CHECK(backoff_micros(config, 4, 0) == 80'000'000);
  CHECK(backoff_micros(config, 20, 0) == 3'600'000'000);
  CHECK(backoff_micros(config, 5'000'000, 0) == 3'600'000'000);   // beyond all numbers
}

TEST_CASE("chance makes a wait longer, never shorter", "[jobs]") {
  WorkerConfig config;
  config.backoff_jitter = 0.5;
  CHECK(backoff_micros(config, 0, 0) == 5'000'000);
  CHECK(backoff_micros(config, 0, 0.5) == 6'250'000);
  CHECK(backoff_micros(config, 0, 0.999) < 7'500'000);
  config.backoff_base = 0ms;
  CHECK(backoff_micros(config, 3, 0.9) == 0);
}
