// Whether the words of a phrase stand in a text side by side, and where. Private to the text room.
#pragma once

#include <aurora/text/analyser.hpp>
#include <aurora/text/search.hpp>

#include <vector>

namespace aurora::text {

/// Collects the places of a phrase's words while a text is analysed.
class PhraseFinder {
 public:
  explicit PhraseFinder(const std::vector<Word>& words) : words_(words), places_(words.size()) {}

  /// `tag` comes back from `find`: which token it was.
  void add(const Token& token, std::uint32_t position, std::uint32_t tag);
  [[nodiscard]] bool found() const;
  /// Tags of the tokens of every occurrence, in no order, maybe repeated.
  [[nodiscard]] std::vector<std::uint32_t> find() const;
  void clear();

 private:
  struct Place {
    std::uint32_t position;
    std::uint32_t tag;
  };
  [[nodiscard]] const Place* at(std::size_t word, std::uint32_t position) const;

  const std::vector<Word>& words_;
  std::vector<std::vector<Place>> places_;   // by word; rising position
};

}  // namespace aurora::text
