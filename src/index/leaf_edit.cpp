// Leaf: changes in place, copies and assembly of pages from parts of others.
// Called by tree_edit and tree_build, which see to room and to who may change what.

#include <algorithm>
#include <cassert>
#include <cstring>

#include "index/leaf.hpp"

namespace aurora::index {
namespace {

template <class T>
void open_gap(T* array, std::uint32_t at, std::uint32_t size) noexcept {
  std::memmove(array + at + 1, array + at, (size - at) * sizeof(T));
}

template <class T>
void close_gap(T* array, std::uint32_t at, std::uint32_t size) noexcept {
  std::memmove(array + at, array + at + 1, (size - at - 1) * sizeof(T));
}

}  // namespace

Leaf::Room Leaf::room_for_key(std::string_view key) const noexcept {
  return {1, record_bytes(static_cast<std::uint32_t>(key.size() - prefix_size_), 1)};
}

Leaf::Room Leaf::room_for_ordinal(std::uint32_t at) const noexcept {
  const std::uint32_t n = code(at);
  if (n == kMaxInline || inline_capacity(n) > n) return {0, 0};
  return {0, record_bytes(suffix_size(at), n + 1) + kPadding};
}

Leaf::Room Leaf::room_for_inline(std::uint32_t at) const noexcept {
  return {0, record_bytes(suffix_size(at), kPostingBecomesInline) + kPadding};
}

void Leaf::set_code(std::uint32_t at, std::uint32_t code) noexcept {
  store_le(heap() + offsets()[at],
           static_cast<std::uint16_t>(suffix_size(at) | code << kCodeShift));
}

Ordinal* Leaf::inline_begin(std::uint32_t at) noexcept {
  return reinterpret_cast<Ordinal*>(heap() + offsets()[at] - 4 * inline_capacity(code(at)));
}

/// Writes a record at the end of the heap; gives the offset of its header.
std::uint32_t Leaf::append_record(std::uint32_t suffix_size, std::string_view tail,
                                  std::span<const Ordinal> listed, std::uint32_t code) {
  std::uint32_t at = heap_used_;
  if (code >= 2) {
    at = (at + kPadding) & ~kPadding;
    std::memcpy(heap() + at, listed.data(), listed.size_bytes());
    at += 4 * inline_capacity(code);
  }
  const std::uint32_t offset = at;
  store_le(heap() + at, static_cast<std::uint16_t>(suffix_size | code << kCodeShift));
  at += kHeaderBytes;
  if (!tail.empty())
    std::memmove(heap() + at, tail.data(), tail.size());  // may come from this very heap
  at += static_cast<std::uint32_t>(tail.size());
  assert(at <= heap_size_);
  heap_used_ = static_cast<std::uint16_t>(at);
  heap_live_ = static_cast<std::uint16_t>(heap_live_ + record_bytes(suffix_size, code));
  return offset;
}

/// Writes the record of `at` anew with other inline ordinals, leaving the old one dead.
void Leaf::move_record(std::uint32_t at, std::span<const Ordinal> listed) {
  const std::uint32_t size = suffix_size(at);
  heap_live_ = static_cast<std::uint16_t>(heap_live_ - record_bytes(size, code(at)));
  offsets()[at] = static_cast<std::uint16_t>(
      append_record(size, tail(at), listed, static_cast<std::uint32_t>(listed.size())));
}

/// Gives the posting an index: one given up, once there must be some. So the indexes are at most as
/// many as the keys that have had other than one ordinal at a time.
std::uint32_t Leaf::hold(Ref<Posting> posting) {
  const auto held = static_cast<std::uint32_t>(postings_.size());
  if (held > plural_) {
    for (std::uint32_t i = 0; i < held; ++i) {
      if (postings_[i]) continue;
      postings_[i] = std::move(posting);
      return i;
    }
  }
  postings_.push_back(std::move(posting));
  return held;
}

void Leaf::insert(std::uint32_t at, std::string_view key, std::span<const Ordinal> listed,
                  Ref<Posting> posting) {
  assert(key.starts_with(prefix()) && size_ < slots_ && at <= size_);
  const std::string_view suffix = key.substr(prefix_size_);
  const auto suffix_size = static_cast<std::uint32_t>(suffix.size());
  const std::uint32_t code = posting ? 0 : static_cast<std::uint32_t>(listed.size());
  entries_ += posting ? posting->count() : listed.size();
  Ordinal value = code == 1 ? listed[0] : 0;
  if (posting) value = hold(std::move(posting));
  open_gap(values(), at, size_);
  open_gap(heads(), at, size_);
  open_gap(offsets(), at, size_);
  char padded[2] = {0, 0};
  suffix.copy(padded, 2);
  heads()[at] = load_be<std::uint16_t>(padded);
  values()[at] = value;
  offsets()[at] = static_cast<std::uint16_t>(append_record(
      suffix_size, suffix_size > 2 ? suffix.substr(2) : std::string_view(), listed, code));
  ++size_;
  if (code != 1) ++plural_;
  run_ = at == last_insert_ + 1u ? static_cast<std::uint8_t>(std::min<int>(run_ + 1, kRun))
                                 : std::uint8_t{0};
  last_insert_ = static_cast<std::uint16_t>(at);
}

void Leaf::erase(std::uint32_t at) {
  const std::uint32_t n = code(at);
  entries_ -= count(at);
  if (n == 0) postings_[values()[at]] = {};
  if (n != 1) --plural_;
  heap_live_ = static_cast<std::uint16_t>(heap_live_ - record_bytes(suffix_size(at), n));
  close_gap(values(), at, size_);
  close_gap(heads(), at, size_);
  close_gap(offsets(), at, size_);
  --size_;
  run_ = 0;
}

void Leaf::add_listed(std::uint32_t at, Ordinal ordinal) {
  const std::span<const Ordinal> old = ordinals(at).listed;
  const auto n = static_cast<std::uint32_t>(old.size());
  Ordinal grown[kMaxInline + 1];
  const auto place = std::lower_bound(old.begin(), old.end(), ordinal);
  Ordinal* to = std::copy(old.begin(), place, grown);
  *to++ = ordinal;
  std::copy(place, old.end(), to);
  if (n == kMaxInline) {
    const std::uint32_t size = suffix_size(at);
    Ref<Posting> posting(new Posting(std::span<const Ordinal>(grown), changed_at));
    values()[at] = hold(std::move(posting));
    heap_live_ =
        static_cast<std::uint16_t>(heap_live_ - record_bytes(size, n) + record_bytes(size, 0));
    set_code(at, 0);
  } else if (inline_capacity(n) > n) {
    std::copy(grown, grown + n + 1, inline_begin(at));
    set_code(at, n + 1);
  } else {
    if (n == 1) ++plural_;
    move_record(at, {grown, n + 1});
  }
  ++entries_;
}

/// The array ends at the header, so when its capacity shrinks its start moves up.
void Leaf::remove_listed(std::uint32_t at, Ordinal ordinal) {
  const std::span<const Ordinal> old = ordinals(at).listed;
  const auto n = static_cast<std::uint32_t>(old.size());
  Ordinal rest[kMaxInline];
  const auto end = std::remove_copy(old.begin(), old.end(), rest, ordinal);
  assert(end - rest == static_cast<std::ptrdiff_t>(n) - 1);
  const std::uint32_t size = suffix_size(at);
  heap_live_ =
      static_cast<std::uint16_t>(heap_live_ - record_bytes(size, n) + record_bytes(size, n - 1));
  set_code(at, n - 1);
  if (n - 1 == 1) {
    values()[at] = rest[0];
    --plural_;
  } else {
    std::copy(rest, end, inline_begin(at));
  }
  --entries_;
}

Posting& Leaf::writable_posting(std::uint32_t at, Sequence sequence, Sequence newest_reader) {
  Ref<Posting>& posting = postings_[values()[at]];
  if (posting->made_at <= newest_reader) posting = Ref<Posting>(new Posting(*posting, sequence));
  return *posting;
}

void Leaf::inline_posting(std::uint32_t at) {
  Ref<Posting> posting = std::exchange(postings_[values()[at]], {});
  const std::span<const Ordinal> listed = posting->list();
  assert(!listed.empty() && listed.size() <= kMaxInline);
  move_record(at, listed);
  if (listed.size() == 1) {
    values()[at] = listed[0];
    --plural_;
  }
}

Ref<Leaf> Leaf::copy(const Identity& identity, Room extra) const {
  // An eighth of slack where room was asked for: seldom moved, and pages of any filling stay small.
  const auto grown = [](std::uint32_t used, std::uint32_t extra_room, std::uint32_t slack) {
    return extra_room == 0 ? used : used + extra_room + slack;
  };
  const std::uint32_t slack_slots = std::max<std::uint32_t>(size_ / 8, 8);
  const std::uint32_t slack_bytes = std::max<std::uint32_t>(heap_live_ / 8, 64);
  if (heap_used_ - heap_live_ > heap_live_ / 4 + 64) {
    const Part all{this, 0, size_};
    Ref<Leaf> leaf =
        assemble(identity, {&all, 1}, prefix_size_,
                 {grown(0, extra.slots, slack_slots), grown(0, extra.heap_bytes, slack_bytes)});
    leaf->entries_ =
        entries_;  // a posting may have changed already, and note_entries still be to come
    return leaf;
  }
  const bool slots_do = size_ + extra.slots <= slots_;
  const bool heap_does = heap_used_ + extra.heap_bytes <= heap_size_;
  Ref<Leaf> leaf =
      make(identity, prefix(),
           {slots_do ? slots_ : grown(size_, extra.slots, slack_slots),
            heap_does ? heap_size_ : grown(heap_used_, extra.heap_bytes, slack_bytes)});
  std::memcpy(leaf->values(), values(), size_ * sizeof(Ordinal));
  std::memcpy(leaf->heads(), heads(), size_ * sizeof(std::uint16_t));
  std::memcpy(leaf->offsets(), offsets(), size_ * sizeof(std::uint16_t));
  std::memcpy(leaf->heap(), heap(), heap_used_);
  leaf->entries_ = entries_;
  leaf->postings_ = postings_;
  leaf->size_ = size_;
  leaf->heap_used_ = heap_used_;
  leaf->heap_live_ = heap_live_;
  leaf->plural_ = plural_;
  leaf->last_insert_ = last_insert_;
  leaf->run_ = run_;
  return leaf;
}

Ref<Leaf> Leaf::assemble(const Identity& identity, std::span<const Part> parts,
                         std::uint32_t prefix_size, Room extra) {
  assert(!parts.empty() && parts[0].begin < parts[0].end);
  Room room{extra.slots, extra.heap_bytes + prefix_size};
  for (const Part& part : parts) {
    const std::uint32_t slots = part.end - part.begin;
    room.slots += slots;
    room.heap_bytes += part.leaf->bytes_between(part.begin, part.end, prefix_size) - prefix_size -
                       slots * kSlotBytes;
  }
  std::string key;
  parts[0].leaf->append_key(parts[0].begin, key);
  Ref<Leaf> leaf = make(identity, std::string_view(key).substr(0, prefix_size), room);
  for (const Part& part : parts) {
    for (std::uint32_t at = part.begin; at < part.end; ++at) {
      key.clear();
      part.leaf->append_key(at, key);
      Ref<Posting> posting;
      if (part.leaf->code(at) == 0) posting = part.leaf->postings_[part.leaf->values()[at]];
      leaf->insert(leaf->size_, key, part.leaf->ordinals(at).listed, std::move(posting));
    }
  }
  leaf->run_ = 0;
  return leaf;
}

}  // namespace aurora::index
