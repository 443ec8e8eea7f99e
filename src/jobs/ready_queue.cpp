// Body of ready_queue.hpp: heaps. Called by the dispatcher.
#include <aurora/jobs/ready_queue.hpp>

#include <aurora/jobs/attempt.hpp>

#include <algorithm>

namespace aurora::jobs {

namespace {

// Whether `a` is to be run after `b`: priority, then time, then age.
bool comes_after(const ReadyQueue::Entry& a, const ReadyQueue::Entry& b) noexcept {
  if (a.priority != b.priority) return a.priority < b.priority;
  return a.run_at != b.run_at ? a.run_at > b.run_at : a.ordinal > b.ordinal;
}

bool is_parked_after(const ConcurrencyKey::Parked& a, const ConcurrencyKey::Parked& b) noexcept {
  return comes_after(a.entry, b.entry);
}

}  // namespace

Queue& ReadyQueue::queue(std::string_view name) {
  auto& found = queues_[std::string(name)];
  if (!found) {
    found = std::make_unique<Queue>();
    found->name = name;
  }
  return *found;
}

ReadyQueue::Lane& ReadyQueue::lane(std::string_view type, std::string_view queue_name) {
  key_.assign(type).append(1, '\0').append(queue_name);
  auto& found = lanes_[key_];
  if (!found) {
    found = std::make_unique<Lane>();
    found->type = type;
    found->queue = &queue(queue_name);
    found->handler = find_handler_(type);
  }
  return *found;
}

void ReadyQueue::add(std::string_view type, std::string_view queue_name, const Entry& entry, std::int64_t now) {
  auto& place = lane(type, queue_name);
  ++size_;
  if (entry.run_at > now) {
    delayed_.push_back({entry, &place});
    std::push_heap(delayed_.begin(), delayed_.end(),
                   [](const Delayed& a, const Delayed& b) { return a.entry.run_at > b.entry.run_at; });
    return;
  }
  place.heap.push_back(entry);
  std::push_heap(place.heap.begin(), place.heap.end(), comes_after);
}

void ReadyQueue::advance(std::int64_t now, std::vector<Ordinal>& due) {
  while (!delayed_.empty() && delayed_.front().entry.run_at <= now) {
    std::pop_heap(delayed_.begin(), delayed_.end(),
                  [](const Delayed& a, const Delayed& b) { return a.entry.run_at > b.entry.run_at; });
    const auto next = delayed_.back();
    delayed_.pop_back();
    next.lane->heap.push_back(next.entry);
    std::push_heap(next.lane->heap.begin(), next.lane->heap.end(), comes_after);
    due.push_back(next.entry.ordinal);
  }
}

bool ReadyQueue::is_open(const Lane& lane) noexcept {
  return !lane.heap.empty() && lane.handler != nullptr && lane.handler->running < lane.handler->limit &&
         !lane.queue->paused && lane.queue->running < lane.queue->limit && lane.queue->permits > 0;
}

ConcurrencyKey* ReadyQueue::key(std::string_view name) {
  auto& found = keys_[std::string(name)];
  if (!found) {
    found = std::make_unique<ConcurrencyKey>();
    found->name = name;
  }
  ++found->entries;
  return found.get();
}

bool ReadyQueue::release(ConcurrencyKey* key) {
  if (key == nullptr) return false;
  key->busy = false;
  if (!key->parked.empty()) {
    std::pop_heap(key->parked.begin(), key->parked.end(), is_parked_after);
    const auto next = key->parked.back();
    key->parked.pop_back();
    next.lane->heap.push_back(next.entry);
    std::push_heap(next.lane->heap.begin(), next.lane->heap.end(), comes_after);
    return true;
  }
  if (key->entries == 0) keys_.erase(key->name);
  return false;
}

void ReadyQueue::put_back(Lane& lane, const Entry& entry, std::int64_t now) {
  --lane.queue->running;
  --lane.handler->running;
  if (entry.key != nullptr) ++entry.key->entries;
  release(entry.key);
  add(lane.type, lane.queue->name, entry, now);
}

void ReadyQueue::drop(Lane& lane, const Entry& entry) {
  --lane.queue->running;
  --lane.handler->running;
  release(entry.key);
}

void ReadyQueue::set_time(std::chrono::nanoseconds now) {
  now_ = now;
  for (const auto& [name, queue] : queues_) {
    if (queue->per.count() == 0) continue;
    queue->permits = 0;
    const auto size = queue->taken.size();
    while (queue->permits < size && queue->taken[(queue->oldest + queue->permits) % size] + queue->per <= now_) ++queue->permits;
  }
}

std::optional<std::chrono::nanoseconds> ReadyQueue::next_permit() const {
  std::optional<std::chrono::nanoseconds> next;
  for (const auto& [key, lane] : lanes_) {
    const auto& queue = *lane->queue;
    if (lane->heap.empty() || lane->handler == nullptr || queue.per.count() == 0 || queue.permits > 0) continue;
    const auto free = queue.taken[queue.oldest] + queue.per;
    next = next ? std::min(*next, free) : free;
  }
  return next;
}

std::vector<std::string> ReadyQueue::unhandled() const {
  std::vector<std::string> types;
  for (const auto& [key, lane] : lanes_)
    if (lane->handler == nullptr && !lane->heap.empty()) types.push_back(lane->type);
  return types;
}

void ReadyQueue::take(const std::function<bool(const Lane&)>& wants,
                      const std::function<void(Lane&, const Entry&)>& each) {
  std::vector<Lane*> open;
  for (const auto& [key, lane] : lanes_)
    if (is_open(*lane)) open.push_back(lane.get());
  const auto later = [](const Lane* a, const Lane* b) { return comes_after(a->heap.front(), b->heap.front()); };
  std::make_heap(open.begin(), open.end(), later);
  while (!open.empty()) {
    auto& best = *open.front();
    std::pop_heap(open.begin(), open.end(), later);
    open.pop_back();
    // Its queue may have become full through another lane.
    if (!is_open(best)) continue;
    if (!wants(best)) return;
    std::pop_heap(best.heap.begin(), best.heap.end(), comes_after);
    const auto entry = best.heap.back();
    best.heap.pop_back();
    if (entry.key != nullptr && entry.key->busy) {
      entry.key->parked.push_back({entry, &best});
      std::push_heap(entry.key->parked.begin(), entry.key->parked.end(), is_parked_after);
    } else {
      --size_;
      ++best.queue->running;
      ++best.handler->running;
      if (entry.key != nullptr) entry.key->busy = true, --entry.key->entries;
      if (best.queue->per.count() != 0) {
        --best.queue->permits;
        best.queue->taken[best.queue->oldest] = now_;
        best.queue->oldest = (best.queue->oldest + 1) % best.queue->taken.size();
      }
      each(best, entry);
    }
    if (!is_open(best)) continue;
    open.push_back(&best);
    std::push_heap(open.begin(), open.end(), later);
  }
}

std::optional<std::int64_t> ReadyQueue::next_due() const {
  return delayed_.empty() ? std::nullopt : std::optional(delayed_.front().entry.run_at);
}

void ReadyQueue::forget_handlers() {
  for (const auto& [key, lane] : lanes_) lane->handler = find_handler_(lane->type);
}

void ReadyQueue::clear() {
  lanes_.clear();
  delayed_.clear();
  keys_.clear();
  size_ = 0;
  for (const auto& [name, queue] : queues_) queue->running = 0;
}

}  // namespace aurora::jobs
