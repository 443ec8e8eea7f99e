// Body of topics. Called by Database::publish, by users who listen and by their consumers.
#include "topics.hpp"

#include "once_consumer.hpp"
#include "state.hpp"
#include "topic_consumer.hpp"

#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>
#include <aurora/database.hpp>

#include <algorithm>
#include <utility>

namespace aurora::facade {

namespace {

// Far enough that nobody waits for it, near enough that the clock can count to it.
constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365);

Error closed() { return Error(ErrorCode::kClosed, "the database was closed; open it again"); }

}  // namespace

std::size_t Topic::publish(std::shared_ptr<const std::string> text, std::vector<std::shared_ptr<Consumer>>& woken) {
  std::vector<TopicMessage> dropped;   // released outside the lock
  std::vector<std::weak_ptr<Consumer>> sleeping;
  std::size_t listeners = 0;
  {
    std::lock_guard lock(mutex_);
    messages_.push_back({name_, std::move(text), ++newest_});
    bytes_ += cost(messages_.back());
    while (bytes_ > kMostBytes && messages_.size() > 1) {
      bytes_ -= cost(messages_.front());
      dropped.push_back(std::move(messages_.front()));
      messages_.pop_front();
    }
    sleeping.swap(sleeping_);
    listeners = listeners_;
    grown_.notify_all();
  }
  for (const auto& consumer : sleeping)
    if (auto found = consumer.lock()) woken.push_back(std::move(found));
  return listeners;
}

// Those that are gone or stand there twice go when there are twice as many as were left the last time.
void Topic::put_to_sleep(const std::weak_ptr<Consumer>& consumer) {
  constexpr std::size_t kFew = 16;
  if (sleeping_.size() >= std::max(kFew, 2 * awaited_)) {
    std::erase_if(sleeping_, [](const auto& known) { return known.expired(); });
    std::sort(sleeping_.begin(), sleeping_.end(), std::owner_less<>());
    const auto same = [](const auto& a, const auto& b) { return !a.owner_before(b) && !b.owner_before(a); };
    sleeping_.erase(std::unique(sleeping_.begin(), sleeping_.end(), same), sleeping_.end());
    awaited_ = sleeping_.size();
  }
  sleeping_.push_back(consumer);
}

void Topic::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  grown_.notify_all();
}

std::shared_ptr<Topic> Topics::find(std::string_view name) {
  std::lock_guard lock(mutex_);
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second.lock();
}

Result<std::shared_ptr<Topic>> Topics::open(std::string_view name) {
  std::lock_guard lock(mutex_);
  if (closed_) return closed();
  // Names that nobody listens to any more go when there are as many as of the others.
  if (topics_.size() > 64 && (topics_.size() & (topics_.size() - 1)) == 0)
    std::erase_if(topics_, [](const auto& known) { return known.second.expired(); });
  auto& known = topics_[std::string(name)];
  auto topic = known.lock();
  if (!topic) known = topic = std::make_shared<Topic>(std::string(name));
  return topic;
}

void Topics::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& [name, known] : topics_)
    if (const auto topic = known.lock()) topic->close();
}

bool Topics::is_closed() {
  std::lock_guard lock(mutex_);
  return closed_;
}

TopicState::TopicState(std::shared_ptr<State> state, std::shared_ptr<Topic> topic)
    : state_(std::move(state)), topic_(std::move(topic)) {
  std::lock_guard lock(topic_->mutex_);
  heard_ = topic_->newest_;
  ++topic_->listeners_;
}

TopicState::~TopicState() {
  std::lock_guard lock(topic_->mutex_);
  --topic_->listeners_;
}

Result<std::optional<TopicMessage>> TopicState::look() {
  if (topic_->closed_) return closed();
  if (heard_ == topic_->newest_) return std::optional<TopicMessage>();
  const auto first = topic_->messages_.front().number;
  if (heard_ + 1 < first) {
    const auto missed = first - heard_ - 1;
    lag_.commits += missed;
    lag_.resume = heard_ = first - 1;
    return Error(ErrorCode::kLimitExceeded, std::to_string(missed) + " messages of the topic '" + topic_->name_ +
                                                "' were missed: more came than are kept; it goes on after number " +
                                                std::to_string(heard_));
  }
  return std::optional(topic_->messages_[heard_++ + 1 - first]);
}

Result<std::optional<TopicMessage>> TopicState::poll(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + std::clamp(timeout, std::chrono::milliseconds(0), kLongest);
  std::unique_lock lock(topic_->mutex_);
  if (timeout.count() > 0)
    topic_->grown_.wait_until(lock, deadline, [&] { return topic_->closed_ || heard_ < topic_->newest_; });
  return look();
}

Result<std::optional<TopicMessage>> TopicState::poll_for(const std::weak_ptr<Consumer>& consumer) {
  std::lock_guard lock(topic_->mutex_);
  auto found = look();
  if (found && !*found) topic_->put_to_sleep(consumer);
  return found;
}

}  // namespace aurora::facade

namespace aurora {

namespace {

// Our own text: deeper than a stored value can be, with what stands around it.
constexpr std::uint32_t kDeepest = 500;

Result<std::size_t> publish_text(facade::State& state, std::string_view topic, std::string text) {
  if (topic.empty()) return Error(ErrorCode::kInvalidInput, "a topic has a name; this one is empty");
  if (state.topics().is_closed()) return Error(ErrorCode::kClosed, "the database was closed; open it again");
  const auto found = state.topics().find(topic);
  if (!found) return std::size_t{0};
  std::vector<std::shared_ptr<facade::Consumer>> woken;
  const auto listeners = found->publish(std::make_shared<const std::string>(std::move(text)), woken);
  for (auto& consumer : woken) state.announcer().wake(std::move(consumer));
  return listeners;
}

}  // namespace

Value TopicMessage::data() const { return parse_json(*text, kDeepest).value(); }

std::string TopicMessage::to_json() const {
  std::string out = "{\"topic\":";
  append_json_string(out, topic);
  return out + ",\"payload\":" + *text + ",\"number\":" + std::to_string(number) + "}";
}

Result<std::optional<TopicMessage>> TopicListener::poll(std::chrono::milliseconds timeout) {
  return state_->poll(timeout);
}

Lag TopicListener::lag() const { return state_->lag(); }

Following TopicListener::when_next(std::function<void(Result<TopicMessage>)> done) {
  using Consumer = facade::OnceConsumer<TopicMessage>;
  // The consumer is known to its own poll only once it is made.
  const auto self = std::make_shared<std::weak_ptr<facade::Consumer>>();
  auto consumer = std::make_shared<Consumer>(
      state_->state()->engine().options().log, [topic = state_, self] { return topic->poll_for(*self); },
      std::move(done), Consumer::Source{[] { return std::vector<reactive::Route>(); }});
  *self = consumer;
  state_->state()->announcer().add(consumer).value();
  return Following(state_->state(), std::move(consumer));
}

Following TopicListener::on_message(std::function<void(const TopicMessage&)> callback, DeliveryOptions options) && {
  const auto topic = std::exchange(state_, nullptr);
  const auto& state = topic->state();
  auto consumer = std::make_shared<facade::TopicConsumer>(topic, std::move(callback), std::move(options),
                                                          state->engine().options().log);
  consumer->know(consumer);
  state->announcer().add(consumer).value();
  return Following(state, std::move(consumer));
}

Result<std::size_t> Database::try_publish(std::string_view topic, const Value& payload) {
  return within_memory([&]() -> Result<std::size_t> {
    std::string text;
    append_json(text, payload);
    return publish_text(*state_, topic, std::move(text));
  });
}

Result<std::size_t> Database::try_publish_json(std::string_view topic, std::string_view payload) {
  return within_memory([&]() -> Result<std::size_t> {
    AURORA_TRY(parse_json(payload, kDeepest - 1));
    return publish_text(*state_, topic, std::string(payload));
  });
}

TopicListener Database::listen_topic(std::string_view topic) { return try_listen_topic(topic).value(); }

Result<TopicListener> Database::try_listen_topic(std::string_view topic) {
  return within_memory([&]() -> Result<TopicListener> {
    if (topic.empty()) return Error(ErrorCode::kInvalidInput, "a topic has a name; this one is empty");
    AURORA_ASSIGN(auto opened, state_->topics().open(topic));
    return TopicListener(std::make_shared<facade::TopicState>(state_, std::move(opened)));
  });
}

}  // namespace aurora
