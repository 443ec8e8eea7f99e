// Handlers of jobs that are coroutines of Asio. Opt-in: the only header for workers that includes Asio.
//
//     asio::thread_pool pool(1);
//     aurora::register_handler(db.workers(), "fetch", pool.get_executor(),
//                              [](std::shared_ptr<aurora::Job> job) -> asio::awaitable<void> { co_await …; });
//
// The coroutine runs on that executor and holds no thread of the workers while it waits; WorkerConfig::coroutines bounds how
// many of one type are under way. The executor's context must run until the workers have stopped, or what it still holds is
// destroyed with it, and those attempts fail.
#pragma once

#include <aurora/workers.hpp>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>

#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace aurora {

namespace detail {

/// What the coroutine threw, as the error of its attempt.
inline Error error_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& error) {
    return Error(ErrorCode::kInternal, error.what());
  } catch (...) {
    return Error(ErrorCode::kInternal, "the handler threw what is no exception of the standard library");
  }
}

template <class Handler>
asio::awaitable<Value> run_coroutine(std::shared_ptr<Handler> handler, std::shared_ptr<Job> job) {
  if constexpr (std::is_same_v<std::invoke_result_t<Handler&, std::shared_ptr<Job>>, asio::awaitable<void>>) {
    co_await (*handler)(std::move(job));
    co_return Value();
  } else {
    co_return Value(co_await (*handler)(std::move(job)));
  }
}

}  // namespace detail

/// `handler` takes the job and returns an asio::awaitable of nothing or of the job's result.
template <class Executor, class Handler>
void register_handler(Workers& workers, std::string type, Executor executor, Handler handler) {
  workers.register_async_handler(
      std::move(type), [executor, shared = std::make_shared<Handler>(std::move(handler))](std::shared_ptr<Job> job, JobDone done) {
        asio::co_spawn(executor, detail::run_coroutine(shared, std::move(job)),
                       [done = std::move(done)](const std::exception_ptr& thrown, Value result) {
                         if (thrown)
                           done(detail::error_of(thrown));
                         else
                           done(std::move(result));
                       });
      });
}

}  // namespace aurora
