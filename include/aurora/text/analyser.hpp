// From text to the terms that are indexed and searched. Called by key extraction, queries and highlighting; calls
// ICU and libstemmer through segment and fold.
//
//   text ─segment─► words (UAX 29), CJK bigrams ─fold─► NFKC, case folded ─stem─► without diacritics ─► terms
//
// A word made of parts (libboost1.83, HttpServer, snake_case) gives itself and, at the same position, its parts; a
// run of CJK characters gives its bigrams and, as parts, its characters.
#pragma once

#include <aurora/schema/definition.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace aurora::text {

/// Longest term in bytes; longer ones are cut, in queries as in documents.
inline constexpr std::size_t kMaxTermBytes = 120;
/// Between the values of a list, so that no phrase spans two of them.
inline constexpr std::uint32_t kPositionGap = 100;

struct Token {
  std::string_view term;       ///< valid during the call it is given to
  std::string_view plain;      ///< the term before stemming: what a prefix is compared with
  std::uint32_t position = 0;  ///< rises by one a word
  std::uint32_t begin = 0;     ///< in the text, in bytes
  std::uint32_t end = 0;
  bool part = false;           ///< of the word before it: counts for its term, not for the text's length
  bool stop = false;           ///< a stop word: keeps its position, is not indexed
};

/// Threads: const use from any thread (the libraries' states are per thread).
class Analyser {
 public:
  explicit Analyser(const SearchOptions& options);
  /// The one for these options, made once a thread.
  [[nodiscard]] static const Analyser& of(const SearchOptions& options);

  using Visit = std::function<void(const Token&)>;
  /// Calls `visit` with each term in order. Requires: valid UTF-8.
  void analyse(std::string_view text, const Visit& visit) const;

  /// Changes whenever the same text may give other terms: other options, another version of this code or of the
  /// libraries. Indexes made under another one are rebuilt.
  [[nodiscard]] std::uint32_t fingerprint() const noexcept { return fingerprint_; }

 private:
  [[nodiscard]] std::uint32_t make_fingerprint() const;
  std::string language_;   // empty: no stemming
  bool stop_words_;
  std::uint32_t fingerprint_;
};

}  // namespace aurora::text
