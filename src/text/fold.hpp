// Words to their searchable form: folded, stemmed, without diacritics; and stop words. Private to the text room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aurora::text {

/// Appends the NFKC case folding of `word` (its first 512 bytes).
void append_folded(std::string& out, std::string_view word);
/// Takes marks off letters: "crème" to "creme", "ł" to "l". Marks that are vowels of their script stay.
void remove_diacritics(std::string& word);
/// The Snowball stem; unchanged for a language libstemmer does not know. Requires: folded.
void stem(std::string& word, std::string_view language);
/// True when `language` is empty or one that libstemmer knows.
[[nodiscard]] bool has_stemmer(std::string_view language);
/// True for a stop word of the language; of English when there is none. Requires: folded.
[[nodiscard]] bool is_stop_word(std::string_view word, std::string_view language);
/// True when there is a list for the language.
[[nodiscard]] bool has_stop_words(std::string_view language);
/// Cuts to at most `bytes`, between code points.
void cut(std::string& word, std::size_t bytes);

}  // namespace aurora::text
