// Body of ready_queue.hpp: heaps. Called by the dispatcher.
#include <aurora/jobs/ready_queue.hpp>

#include <algorithm>

namespace aurora::jobs {

namespace {

// Whether `a` is to be run after `b`: priority, then time, then age.
bool comes_after(const ReadyQueue::Entry& a, const ReadyQueue::Entry& b) noexcept {
  if (a.priority != b.priority) return a.priority < b.priority;
  return a.run_at != b.run_at ? a.run_at > b.run_at : a.ordinal > b.ordinal;
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
  return !lane.heap.empty() && lane.handler != nullptr && !lane.queue->paused && lane.queue->running < lane.queue->limit;
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
    --size_;
    ++best.queue->running;
    each(best, entry);
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
  size_ = 0;
  for (const auto& [name, queue] : queues_) queue->running = 0;
}

}  // namespace aurora::jobs
