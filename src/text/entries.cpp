// Body of a document's entries. Called once for every document written; calls the analyser.
#include <aurora/text/entries.hpp>

#include <aurora/base/bytes.hpp>
#include <aurora/index/extract.hpp>
#include <aurora/text/analyser.hpp>

#include <algorithm>

namespace aurora::text {

namespace {

constexpr std::size_t kLengthKeyBytes = 9;

void append_frequency(std::string& key, std::uint32_t frequency) {
  if (frequency < 0xFF) {
    key += static_cast<char>(frequency);
    return;
  }
  key += '\xFF';
  append_be<std::uint32_t>(key, frequency);
}

// Words in one buffer, to be sorted and counted.
class Bag {
 public:
  void clear() {
    bytes_.clear();
    words_.clear();
  }
  void add(std::string_view word) {
    words_.emplace_back(static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(word.size()));
    bytes_ += word;
  }
  [[nodiscard]] bool empty() const noexcept { return words_.empty(); }

  // Adds a key for each distinct word, in order.
  void append_keys(char mark, std::vector<std::string>& keys) {
    const auto at = [&](const std::pair<std::uint32_t, std::uint32_t>& word) {
      return std::string_view(bytes_).substr(word.first, word.second);
    };
    std::sort(words_.begin(), words_.end(), [&](const auto& a, const auto& b) { return at(a) < at(b); });
    for (std::size_t i = 0; i < words_.size();) {
      const auto word = at(words_[i]);
      auto next = i + 1;
      while (next < words_.size() && at(words_[next]) == word) ++next;
      auto& key = keys.emplace_back();
      key.reserve(word.size() + 3);
      key += mark;
      key += word;
      key += '\0';
      append_frequency(key, static_cast<std::uint32_t>(next - i));
      i = next;
    }
  }

 private:
  std::string bytes_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> words_;   // where each begins, and its size
};

}  // namespace

void extract_index_keys(const CollectionDef& collection, const IndexDef& index, RecordView record,
                        std::vector<std::string>& keys) {
  if (index.kind != IndexKind::kSearch) return extract_keys(collection, index, record, keys);
  keys.clear();
  const auto* options = search_options_at(collection, index.paths.front());
  if (options == nullptr) return;
  const auto& analyser = Analyser::of(*options);
  const bool stemmed = !options->language.empty();
  thread_local Bag terms;
  thread_local Bag plain;
  terms.clear();
  plain.clear();
  std::uint32_t length = 0;
  visit_values(collection, index.paths.front(), record, [&](ValueView value) {
    if (value.type() != Type::kString) return true;
    analyser.analyse(value.string_value(), [&](const Token& token) {
      if (token.stop) return;
      if (!token.part) ++length;
      terms.add(token.term);
      if (stemmed) plain.add(token.plain);
    });
    return true;
  });
  if (terms.empty()) return;
  std::string key(1, kLengthMark);
  append_be<std::uint32_t>(key, analyser.fingerprint());
  append_be<std::uint32_t>(key, length);
  keys.push_back(std::move(key));
  terms.append_keys(kTermMark, keys);
  plain.append_keys(kPlainMark, keys);
}

std::uint32_t length_of(const std::vector<std::string>& keys) noexcept {
  if (keys.empty()) return 0;
  const auto key = read_length_key(keys.front());
  return key ? key->length : 0;
}

std::optional<LengthKey> read_length_key(std::string_view key) noexcept {
  if (key.size() != kLengthKeyBytes || key.front() != kLengthMark) return std::nullopt;
  return LengthKey{load_be<std::uint32_t>(key.data() + 1), load_be<std::uint32_t>(key.data() + 5)};
}

TermKey read_term_key(std::string_view key) noexcept {
  const auto end = key.find('\0', 1);
  if (end == std::string_view::npos || end + 1 >= key.size()) return {key.substr(1), 0};
  const auto short_form = static_cast<std::uint8_t>(key[end + 1]);
  const bool wide = short_form == 0xFF && key.size() >= end + 6;
  return {key.substr(1, end - 1), wide ? load_be<std::uint32_t>(key.data() + end + 2) : short_form};
}

}  // namespace aurora::text
