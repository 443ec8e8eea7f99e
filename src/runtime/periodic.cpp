// Body of the periodic task over one Asio context and one thread. Called by the engine.
#include <aurora/runtime/periodic.hpp>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <atomic>
#include <thread>

namespace aurora::runtime {

struct PeriodicTask::State {
  State(std::chrono::milliseconds every, std::function<void()> work)
      : interval(every), task(std::move(work)), timer(context) {
    arm();
    thread = std::thread([this] { context.run(); });
  }
  ~State() {
    stopping.store(true);
    asio::post(context, [this] { timer.cancel(); });
    thread.join();
  }

  void arm() {
    timer.expires_after(interval);
    timer.async_wait([this](const auto&) {
      // Also called when `wake` cancelled the wait: either way it is time to run.
      if (stopping.load()) return;
      due.store(false);
      task();
      if (!stopping.load()) arm();
    });
  }

  const std::chrono::milliseconds interval;
  const std::function<void()> task;
  asio::io_context context;
  asio::steady_timer timer;
  std::atomic<bool> stopping{false};
  std::atomic<bool> due{false};
  std::thread thread;
};

PeriodicTask::PeriodicTask(std::chrono::milliseconds interval, std::function<void()> task)
    : state_(std::make_unique<State>(interval, std::move(task))) {}

PeriodicTask::~PeriodicTask() = default;

void PeriodicTask::wake() {
  if (state_->due.exchange(true)) return;
  asio::post(state_->context, [state = state_.get()] { state->timer.cancel(); });
}

}  // namespace aurora::runtime
