// Bodies of rows and of what collects them. Called by users and by field queries.
#include "row_collector.hpp"

#include <algorithm>
#include <cstring>

namespace aurora {

std::string Rows::Row::to_json() const {
  std::string out = "{";
  for (std::size_t i = 0; i < names_->size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, (*names_)[i]);
    out += ':';
    append_json(out, values_[i]);
  }
  return out + "}";
}

namespace facade {

RowCollector::RowCollector(std::shared_ptr<const std::vector<std::string>> names) : body_(std::make_shared<Rows::Body>()) {
  body_->names = std::move(names);
}

char* RowCollector::room(std::size_t bytes) {
  if (left_ < bytes) {
    constexpr std::size_t kFirst = 512;
    constexpr std::size_t kLargest = std::size_t{64} << 10;
    block_ = std::max(bytes, std::clamp(2 * block_, kFirst, kLargest));
    free_ = body_->bytes.emplace_back(std::make_unique_for_overwrite<char[]>(block_)).get();
    left_ = block_;
  }
  left_ -= bytes;
  return std::exchange(free_, free_ + bytes);
}

void RowCollector::add(std::span<const ValueView> values, std::uint64_t most) {
  if (body_->count++ == 0) body_->values.reserve(values.size() * static_cast<std::size_t>(most));
  for (const auto& value : values) {
    const auto lent = value.encoded();   // of scalars: nothing
    if (lent.empty()) {
      body_->values.push_back(value.type() == Type::kString ? ValueView::of(std::string_view("")) : value);
      continue;
    }
    char* const copy = room(lent.size());
    std::memcpy(copy, lent.data(), lent.size());
    body_->values.push_back(ValueView::of_encoded(value.type(), copy, static_cast<std::uint32_t>(lent.size())));
  }
}

Rows RowCollector::take() {
  Rows rows;
  rows.body_ = std::move(body_);
  return rows;
}

}  // namespace facade

}  // namespace aurora
