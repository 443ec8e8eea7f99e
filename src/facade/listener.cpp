// Body of listeners and streams. Called by users and the line protocol; calls feeds and subscriptions.
#include <aurora/listener.hpp>

#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>
#include <aurora/database.hpp>
#include <aurora/reactive/subscription.hpp>

#include "announcer.hpp"
#include "feed.hpp"
#include "listen_consumer.hpp"
#include "listener_state.hpp"
#include "once_consumer.hpp"
#include "runner.hpp"

#include <utility>

namespace aurora::facade {

/// Does not move: the subscription borrows what stands here.
class StreamState {
 public:
  StreamState(std::shared_ptr<State> state, std::shared_ptr<const ParsedText> parsed, Object variables,
              std::string role, const aql::Operation& operation, DateTime now)
      : state_(std::move(state)), parsed_(std::move(parsed)), variables_(std::move(variables)),
        role_(std::move(role)), operation_(operation) {
    bindings_.text = parsed_->text;
    bindings_.variables = &variables_;
    bindings_.now = now;
    bindings_.limits = state_->limits();
    bindings_.role = role_;
  }
  StreamState(const StreamState&) = delete;
  StreamState& operator=(const StreamState&) = delete;

  /// Requires: an engine entry is held.
  Status open() {
    const auto view = state_->engine().view();
    AURORA_ASSIGN(auto compiled, reactive::Subscription::compile(
                                     {operation_, parsed_->document.fragments, bindings_, state_->settings()},
                                     view.catalog(), view.sequence()));
    subscription_.emplace(std::move(compiled));
    feed_.emplace(state_, subscription_->after());
    return feed_->check_start();
  }

  Result<std::optional<StreamEvent>> poll(std::chrono::milliseconds timeout) {
    if (!failed_) return failed_.error();
    if (ready_.empty()) {
      const auto follow = [&](const commit::Commit& commit) { return failed_ = subscription_->follow(commit); };
      const auto take = [&](const commit::Commit& commit, std::uint32_t place) -> Result<bool> {
        sequence_ = commit.sequence;
        AURORA_TRY(subscription_->append_events(commit, commit.changes[place], state_->engine(), ready_));
        return !ready_.empty();
      };
      auto looked = feed_->next(timeout, follow, take);
      if (!looked) return looked.error();
    }
    if (ready_.empty()) return std::optional<StreamEvent>();
    StreamEvent event{std::move(ready_.front()), sequence_};
    ready_.erase(ready_.begin());
    return std::optional(std::move(event));
  }

  [[nodiscard]] Sequence resume_after() const { return ready_.empty() ? feed_->resume_after() : sequence_ - 1; }
  [[nodiscard]] Lag lag() const { return feed_->lag(); }

 private:
  const std::shared_ptr<State> state_;
  const std::shared_ptr<const ParsedText> parsed_;
  const Object variables_;
  const std::string role_;
  const aql::Operation& operation_;               // in parsed_
  plan::Bindings bindings_;
  std::optional<reactive::Subscription> subscription_;
  std::optional<Feed> feed_;
  std::vector<std::string> ready_;                // of one change, for the root fields after the first
  Sequence sequence_ = 0;
  Status failed_;                                 // the subscription no longer fits the schema
};

namespace {

void append_document(std::string& out, const Document& document) {
  out += document ? document.to_json() : "null";
}

Error not_one_subscription(const ParsedText& parsed, const aql::Operation& operation) {
  plan::Bindings bindings;
  bindings.text = parsed.text;
  return bindings.error(operation.at, ErrorCode::kInvalidOperation,
                        "a stream is made of one subscription { … } and its fragments, nothing else");
}

}  // namespace

}  // namespace aurora::facade

namespace aurora {

std::string_view to_string(ChangeType type) noexcept {
  switch (type) {
    case ChangeType::kInsert: return "INSERT";
    case ChangeType::kUpdate: return "UPDATE";
    case ChangeType::kDelete: return "DELETE";
  }
  return "UPDATE";
}

std::string ChangeEvent::to_json() const {
  std::string out = "{\"mutation\":\"" + std::string(to_string(type)) + "\",\"collection\":";
  append_json_string(out, collection);
  out += ",\"id\":";
  append_json(out, id);
  out += ",\"old\":";
  facade::append_document(out, before);
  out += ",\"new\":";
  facade::append_document(out, after);
  return out + ",\"sequence\":" + std::to_string(sequence) + "}";
}

Result<std::optional<ChangeEvent>> Listener::poll(std::chrono::milliseconds timeout) { return state_->poll(timeout); }
std::uint64_t Listener::resume_after() const { return state_->feed().resume_after(); }
Lag Listener::lag() const { return state_->feed().lag(); }

Result<ChangeBatch> Listener::poll_batch(std::chrono::milliseconds timeout, std::size_t most) {
  return state_->poll_batch(timeout, most);
}

Following Listener::on_event(std::function<void(const ChangeEvent&)> callback, DeliveryOptions options) && {
  const auto each = std::make_shared<const std::function<void(const ChangeEvent&)>>(std::move(callback));
  return std::move(*this).follow({each, nullptr}, std::move(options));
}

Following Listener::on_batch(std::function<void(const ChangeBatch&)> callback, DeliveryOptions options) && {
  const auto all = std::make_shared<const std::function<void(const ChangeBatch&)>>(std::move(callback));
  return std::move(*this).follow({nullptr, all}, std::move(options));
}

Following Listener::follow(facade::ListenCalls calls, DeliveryOptions options) && {
  const auto listener = std::exchange(state_, nullptr);
  const auto state = listener->feed().state().shared_from_this();
  auto consumer = std::make_shared<facade::ListenConsumer>(listener, std::move(calls), std::move(options),
                                                           state->engine().options().log);
  state->announcer().add(consumer).value();
  return Following(state, std::move(consumer));
}

Following Listener::when_next(std::function<void(Result<ChangeEvent>)> done) {
  const auto state = state_->feed().state().shared_from_this();
  auto consumer = std::make_shared<facade::OnceConsumer<ChangeEvent>>(
      state->engine().options().log, [listener = state_] { return listener->poll({}); }, std::move(done));
  state->announcer().add(consumer).value();
  return Following(state, std::move(consumer));
}

std::size_t Database::listener_count(std::string_view collection) const {
  return state_->listener_counts().of(collection);
}

std::size_t Database::total_listeners() const { return state_->listener_counts().total(); }

Value StreamEvent::data() const {
  // Our own text: deeper than a stored value can be, with the event around it.
  constexpr std::uint32_t kDeepest = 500;
  return parse_json(text, kDeepest).value();
}

Result<std::optional<StreamEvent>> Stream::poll(std::chrono::milliseconds timeout) { return state_->poll(timeout); }
std::uint64_t Stream::resume_after() const { return state_->resume_after(); }
Lag Stream::lag() const { return state_->lag(); }

Result<Listener> Database::try_listen(const std::optional<std::string>& collection, const ListenOptions& options) {
  return within_memory([&]() -> Result<Listener> {
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    const auto view = state_->engine().view();
    if (collection) {
      AURORA_ASSIGN(const auto definition, view.catalog().require(*collection));
      if (definition->id == kChangesCollection)
        return Error(ErrorCode::kInvalidOperation, "'_changes' is the log of changes and has none itself; use listen_all");
    }
    const auto after = options.after.value_or(view.sequence());
    if (after > view.sequence())
      return Error(ErrorCode::kInvalidInput, "there is no commit " + std::to_string(after) + " yet; the newest is " +
                                                 std::to_string(view.sequence()));
    auto listener = std::make_shared<facade::ListenerState>(state_, after, collection, options.filter);
    if (options.after) AURORA_TRY(listener->feed().check_start());
    return Listener(std::move(listener));
  });
}

Result<Stream> Database::try_stream(std::string_view subscription, const Object& variables,
                                    const ExecuteOptions& options) {
  return within_memory([&]() -> Result<Stream> {
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    AURORA_ASSIGN(auto parsed, state_->parse(subscription));
    for (const auto& operation : parsed->document.operations)
      if (operation.kind != aql::Operation::Kind::kSubscription || &operation != &parsed->document.operations.front())
        return facade::not_one_subscription(*parsed, operation);
    AURORA_TRY(facade::check_supplied(parsed->document, variables));
    const auto& operation = parsed->document.operations.front();
    const auto now = state_->engine().now();
    AURORA_ASSIGN(auto bound, plan::bind_variables(operation.variables, variables, parsed->text, now));
    auto stream = std::make_shared<facade::StreamState>(state_, std::move(parsed), std::move(bound), options.role,
                                                        operation, now);
    AURORA_TRY(stream->open());
    return Stream(std::move(stream));
  });
}

}  // namespace aurora
