// Body of document lengths. Called by loading, the commit pipeline and searches.
#include <aurora/text/lengths.hpp>

#include <aurora/text/entries.hpp>

namespace aurora::text {

namespace {
KeyRange length_keys() { return {std::string(1, kLengthMark), std::string(1, kTermMark)}; }
}  // namespace

std::shared_ptr<const Lengths> Lengths::of(const IndexVersion& index) {
  LengthsEdit edit(nullptr);
  std::vector<Ordinal> ordinals;
  index.scan(length_keys(), IndexVersion::Direction::kForward, [&](const IndexVersion::Entry& entry) {
    const auto key = read_length_key(entry.key);
    if (!key) return true;
    ordinals.assign(entry.inline_ordinals.begin(), entry.inline_ordinals.end());
    if (entry.set != nullptr) entry.set->append_to(ordinals);
    for (const auto ordinal : ordinals) edit.set(ordinal, key->length);
    return true;
  });
  return edit.finish();
}

bool Lengths::is_current(const IndexVersion& index, std::uint32_t fingerprint) {
  bool current = true;
  index.scan(length_keys(), IndexVersion::Direction::kForward, [&](const IndexVersion::Entry& entry) {
    const auto key = read_length_key(entry.key);
    current = key && key->fingerprint == fingerprint;
    return current;
  });
  return current;
}

LengthsEdit::LengthsEdit(const std::shared_ptr<const Lengths>& base)
    : next_(base ? std::make_shared<Lengths>(*base) : std::make_shared<Lengths>()), own_(next_->chunks_.size()) {}

void LengthsEdit::set(Ordinal ordinal, std::uint32_t length) {
  const auto at = ordinal / Lengths::kChunk;
  if (at >= own_.size()) {
    if (length == 0) return;
    own_.resize(at + 1);
    next_->chunks_.resize(at + 1);
  }
  if (own_[at] == nullptr) {
    auto& shared = next_->chunks_[at];
    auto copy = shared ? std::make_shared<Lengths::Chunk>(*shared) : std::make_shared<Lengths::Chunk>();
    own_[at] = copy.get();
    shared = std::move(copy);
  }
  auto& value = (*own_[at])[ordinal % Lengths::kChunk];
  next_->total_ += length;
  next_->total_ -= value;
  value = length;
}

std::shared_ptr<const Lengths> LengthsEdit::finish() { return std::move(next_); }

}  // namespace aurora::text
