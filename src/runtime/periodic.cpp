// Body of periodic tasks over one Asio context and one thread. Started by the engine through StartPeriodic.
#include <aurora/runtime/periodic.hpp>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <atomic>
#include <thread>

namespace aurora::runtime {

namespace {

class AsioPeriodic final : public PeriodicTask {
 public:
  AsioPeriodic(std::chrono::milliseconds interval, std::function<void()> task)
      : interval_(interval), task_(std::move(task)), timer_(context_) {
    arm();
    thread_ = std::thread([this] { context_.run(); });
  }

  ~AsioPeriodic() override {
    stopping_.store(true);
    asio::post(context_, [this] { timer_.cancel(); });
    thread_.join();
  }

  void wake() override {
    if (due_.exchange(true)) return;
    asio::post(context_, [this] { timer_.cancel(); });
  }

 private:
  void arm() {
    timer_.expires_after(interval_);
    timer_.async_wait([this](const auto&) {
      // Also called when `wake` cancelled the wait: either way it is time to run.
      if (stopping_.load()) return;
      due_.store(false);
      task_();
      if (!stopping_.load()) arm();
    });
  }

  const std::chrono::milliseconds interval_;
  const std::function<void()> task_;
  asio::io_context context_;
  asio::steady_timer timer_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> due_{false};
  std::thread thread_;
};

}  // namespace

std::unique_ptr<PeriodicTask> start_periodic(std::chrono::milliseconds interval, std::function<void()> task) {
  return std::make_unique<AsioPeriodic>(interval, std::move(task));
}

}  // namespace aurora::runtime
