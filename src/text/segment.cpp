// Body of segmentation. Called by the analyser; calls ICU for text beyond ASCII.
//
// Most text is ASCII, whose rules are few: they are written out here, twenty times faster than ICU's tables. Text is
// looked at in stretches between ASCII white space, so that one foreign word does not slow the rest down.
#include "text/segment.hpp"

#include "text/code_points.hpp"

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <memory>

namespace aurora::text {

namespace {

using Visit = std::function<void(const Segment&)>;

// UAX 29 word break classes of ASCII; the colon and the at sign are breaks.
enum class Class : std::uint8_t { kOther, kLetter, kDigit, kJoiner, kMiddleAny, kMiddleNumber };

constexpr std::array<Class, 128> make_classes() {
  std::array<Class, 128> classes{};
  for (int c = '0'; c <= '9'; ++c) classes[static_cast<std::size_t>(c)] = Class::kDigit;
  for (int c = 'a'; c <= 'z'; ++c) classes[static_cast<std::size_t>(c)] = Class::kLetter;
  for (int c = 'A'; c <= 'Z'; ++c) classes[static_cast<std::size_t>(c)] = Class::kLetter;
  classes['_'] = Class::kJoiner;
  classes['.'] = Class::kMiddleAny;
  classes['\''] = Class::kMiddleAny;
  classes[','] = Class::kMiddleNumber;
  classes[';'] = Class::kMiddleNumber;
  return classes;
}
constexpr auto kClasses = make_classes();

Class class_of(char c) { return kClasses[static_cast<unsigned char>(c) & 0x7F]; }
bool is_inner(Class c) { return c == Class::kLetter || c == Class::kDigit || c == Class::kJoiner; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_cjk(UChar32 c) {
  if (c < 0x2E80) return false;
  UErrorCode error = U_ZERO_ERROR;
  const auto script = uscript_getScript(c, &error);
  if (U_FAILURE(error)) return false;
  if (script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA) return u_isalnum(c) != 0;
  return c == 0x30FC || c == 0xFF70;   // the long vowel mark stands in both kinds of kana
}

// ICU's rule status also calls some signs words.
bool holds_word(std::string_view text) {
  for (std::size_t at = 0; at < text.size();)
    if (u_isalnum(static_cast<UChar32>(next_code_point(text, at)))) return true;
  return false;
}

// A run of CJK characters, given by where each begins and where the last one ends.
class Run {
 public:
  bool empty() const { return count_ == 0; }
  void add(std::uint32_t begin, std::uint32_t end, const Visit& visit) {
    if (count_ > 0) visit({last_begin_, end, Segment::Kind::kBigram});
    if (count_ == 1) visit({last_begin_, last_end_, Segment::Kind::kCharacter});
    if (count_ > 0) visit({begin, end, Segment::Kind::kCharacter});
    ++count_;
    last_begin_ = begin;
    last_end_ = end;
  }
  void close(const Visit& visit) {
    if (count_ == 1) visit({last_begin_, last_end_, Segment::Kind::kBigram});
    count_ = 0;
  }

 private:
  std::uint32_t count_ = 0;
  std::uint32_t last_begin_ = 0;
  std::uint32_t last_end_ = 0;
};

// A stretch without white space that is not all ASCII.
void segment_stretch(std::string_view text, std::uint32_t offset, const Visit& visit) {
  Run run;
  std::size_t plain = 0;   // begin of what is not CJK and not given out yet
  const auto flush = [&](std::size_t upto) {
    // ICU's versions differ on these two; here they are breaks, as in ASCII text.
    while (plain < upto) {
      const auto end = std::min(text.find_first_of(":@", plain), upto);
      segment_by_icu(text.substr(plain, end - plain), offset + static_cast<std::uint32_t>(plain), visit);
      plain = end + 1;
    }
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    if (is_cjk(static_cast<UChar32>(next_code_point(text, at)))) {
      if (run.empty()) flush(begin);
      run.add(offset + static_cast<std::uint32_t>(begin), offset + static_cast<std::uint32_t>(at), visit);
      plain = at;
    } else if (!run.empty()) {
      run.close(visit);
    }
  }
  run.close(visit);
  flush(text.size());
}

struct CloseIterator {
  void operator()(UBreakIterator* iterator) const { ubrk_close(iterator); }
};

UBreakIterator* word_iterator() {
  thread_local std::unique_ptr<UBreakIterator, CloseIterator> iterator;
  if (!iterator) {
    UErrorCode error = U_ZERO_ERROR;
    iterator.reset(ubrk_open(UBRK_WORD, "", nullptr, 0, &error));
    if (U_FAILURE(error)) iterator.reset();
  }
  return iterator.get();
}

}  // namespace

void segment_ascii(std::string_view text, std::uint32_t offset, const Visit& visit) {
  std::size_t at = 0;
  while (at < text.size()) {
    auto c = class_of(text[at]);
    if (!is_inner(c)) {
      ++at;
      continue;
    }
    const auto begin = at;
    bool holds_any = c != Class::kJoiner;
    for (++at; at < text.size(); ++at) {
      const auto next = class_of(text[at]);
      if (is_inner(next)) {
        holds_any = holds_any || next != Class::kJoiner;
        c = next;
        continue;
      }
      // A middle character joins two of a kind.
      if (at + 1 == text.size() || next == Class::kOther) break;
      const auto after = class_of(text[at + 1]);
      const bool joins = c == after && ((c == Class::kDigit) || (c == Class::kLetter && next == Class::kMiddleAny));
      if (!joins) break;
    }
    if (holds_any)
      visit({offset + static_cast<std::uint32_t>(begin), offset + static_cast<std::uint32_t>(at), Segment::Kind::kWord});
  }
}

void segment_by_icu(std::string_view text, std::uint32_t offset, const Visit& visit) {
  auto* iterator = word_iterator();
  if (iterator == nullptr) return segment_ascii(text, offset, visit);   // no ICU data: only a broken installation
  UErrorCode error = U_ZERO_ERROR;
  UText source = UTEXT_INITIALIZER;
  utext_openUTF8(&source, text.data(), static_cast<std::int64_t>(text.size()), &error);
  ubrk_setUText(iterator, &source, &error);
  if (U_SUCCESS(error)) {
    auto begin = ubrk_first(iterator);
    for (auto end = ubrk_next(iterator); end != UBRK_DONE; begin = end, end = ubrk_next(iterator))
      if (holds_word(text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin))))
        visit({offset + static_cast<std::uint32_t>(begin), offset + static_cast<std::uint32_t>(end), Segment::Kind::kWord});
  }
  utext_close(&source);
}

void segment(std::string_view text, const Visit& visit) {
  // `begin` … is a stretch of ASCII so far, white space included.
  std::size_t begin = 0;
  std::size_t stretch = 0;   // begin of the current run without white space
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      stretch = ++at;
      continue;
    }
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    segment_ascii(text.substr(begin, stretch - begin), static_cast<std::uint32_t>(begin), visit);
    auto end = at;
    while (end < text.size() && !is_space(text[end])) ++end;
    segment_stretch(text.substr(stretch, end - stretch), static_cast<std::uint32_t>(stretch), visit);
    begin = stretch = at = end;
  }
  segment_ascii(text.substr(begin), static_cast<std::uint32_t>(begin), visit);
}

}  // namespace aurora::text
