// The stop words of the languages that have a list: words that hold sentences together and say nothing. Called by the
// analyser. Written for Aurora; each list is sorted.
#include "text/fold.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace aurora::text {

namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 88> kEnglish{
    "a",     "about", "after", "all",   "also",  "am",    "an",    "and",   "any",   "are",   "as",    "at",
    "be",    "been",  "but",   "by",    "can",   "could", "did",   "do",    "does",  "for",   "from",  "had",
    "has",   "have",  "he",    "her",   "his",   "how",   "i",     "if",    "in",    "into",  "is",    "it",
    "its",   "just",  "may",   "me",    "my",    "no",    "nor",   "not",   "of",    "on",    "or",    "our",
    "shall", "she",   "should", "so",   "some",  "such",  "than",  "that",  "the",   "their", "them",  "then",
    "there", "these", "they",  "this",  "those", "to",    "too",   "under", "up",    "us",    "very",  "was",
    "we",    "were",  "what",  "when",  "where", "which", "while", "who",   "whom",  "why",   "will",  "with",
    "would", "yet",   "you",   "your"};
constexpr std::array<std::string_view, 60> kGerman{
    "aber", "als",  "am",   "an",   "auch", "auf",  "aus",  "bei",  "bin",  "bis",  "das",  "dass",
    "dem",  "den",  "der",  "des",  "die",  "doch", "du",   "durch", "ein", "eine", "einem", "einen",
    "einer", "eines", "er", "es",   "für",  "hat",  "ich",  "ihr",  "im",   "in",   "ist",  "kein",
    "mit",  "nach", "nicht", "noch", "nur", "ob",   "oder", "sich", "sie",  "sind", "so",   "um",
    "und",  "uns",  "unter", "vom", "von",  "vor",  "war",  "wie",  "wir",  "zu",   "zum",  "zur"};
constexpr std::array<std::string_view, 54> kFrench{
    "a",   "au",  "aux",  "avec", "ce",   "ces",  "cette", "dans", "de",   "des", "du",
    "elle", "en", "est",  "et",   "eux",  "il",   "ils",  "je",    "la",   "le",  "les",
    "leur", "lui", "ma",  "mais", "me",   "mes",  "moi",  "mon",   "ne",   "nos", "notre",
    "nous", "on", "ou",   "par",  "pas",  "plus", "pour", "qu",    "que",  "qui", "sa",
    "se",  "ses", "son",  "sur",  "tu",   "un",   "une",  "vos",   "vous", "à"};
constexpr std::array<std::string_view, 52> kSpanish{
    "a",   "al",  "como", "con", "de",  "del", "desde", "donde", "el",  "ella", "ellos", "en",  "entre",
    "era", "es",  "esta", "este", "esto", "fue", "ha",  "hasta", "hay", "la",   "las",   "le",  "les",
    "lo",  "los", "me",   "mi",  "muy", "más", "nada", "ni",    "no",  "nos",  "o",     "para", "pero",
    "por", "que", "se",   "sin", "sobre", "son", "su", "sus",   "también", "un", "una",  "y",   "ya"};
constexpr std::array<std::string_view, 50> kItalian{
    "a",   "ad",  "al",   "alla", "anche", "che", "chi", "ci",  "come", "con", "cui", "da",  "dal",
    "dei", "del", "della", "delle", "di",  "dove", "e",  "ed",  "era",  "gli", "ha",  "i",   "il",
    "in",  "io",  "la",   "le",   "lo",   "ma",  "mi",  "nei", "nel",  "nella", "noi", "non", "o",
    "per", "più", "se",   "si",   "sono", "su",  "sul", "tra", "un",   "una", "è"};
constexpr std::array<std::string_view, 44> kPortuguese{
    "a",   "ao",  "aos", "as",  "com", "como", "da",  "das", "de",  "do",  "dos", "e",   "ela", "ele", "em",
    "entre", "era", "essa", "esse", "foi", "há", "isso", "já", "mais", "mas", "muito", "na", "nas", "no", "nos",
    "não", "o",   "os",  "ou",  "para", "pela", "pelo", "por", "que", "se", "sem", "seu", "um",  "uma"};
constexpr std::array<std::string_view, 42> kDutch{
    "aan", "al",  "als", "bij", "dan", "dat", "de",  "den",  "der", "die", "dit",  "door", "een", "en",
    "er",  "had", "heb", "het", "hij", "hoe", "ik",  "in",   "is",  "je",  "maar", "met",  "na",  "naar",
    "niet", "nog", "of", "om",  "onder", "ook", "op", "over", "te", "uit", "van",  "voor", "was", "zijn"};
constexpr std::array<std::string_view, 40> kSwedish{
    "att", "av",  "de",  "den", "det", "dig", "du",  "där", "efter", "eller", "en",  "ett",  "från", "för",
    "han", "har", "hon", "i",   "inte", "jag", "kan", "med", "men",  "mig",   "mot", "ni",   "nu",   "när",
    "och", "om",  "oss", "på",  "sig", "sin", "som", "till", "under", "upp",  "var", "är"};
constexpr std::array<std::string_view, 38> kDanish{
    "af",  "at",  "da",  "de",  "dem", "den", "der", "det", "du",   "efter", "eller", "en",  "er",
    "et",  "for", "fra", "han", "har", "hun", "i",   "ikke", "jeg", "kan",   "med",   "men", "mig",
    "mod", "når", "og",  "om",  "op",  "os",  "på",  "som", "til",  "under", "var",   "vi"};
constexpr std::array<std::string_view, 38> kNorwegian{
    "alle", "at", "av",  "da",  "de",  "dem", "den", "det", "du",   "eller", "en",   "er",  "et",
    "for", "fra", "han", "har", "hun", "hva", "i",   "ikke", "jeg", "kan",   "med",  "meg", "men",
    "når", "og",  "om",  "opp", "oss", "på",  "seg", "som", "til",  "under", "var",  "vi"};
constexpr std::array<std::string_view, 40> kRussian{
    "а",   "без", "был", "была", "были", "было", "быть", "в",   "во",  "вот", "все", "вы",  "да",  "для",
    "до",  "его", "ее",  "если", "есть", "же",   "за",   "и",   "из",  "или", "их",  "к",   "как", "на",
    "не",  "но",  "о",   "от",   "по",   "с",    "так",  "то",  "у",   "что", "это", "я"};

struct List {
  std::string_view language;
  Words words;
};
constexpr std::array<List, 12> kLists{{{"english", kEnglish},
                                       {"porter", kEnglish},
                                       {"german", kGerman},
                                       {"french", kFrench},
                                       {"spanish", kSpanish},
                                       {"italian", kItalian},
                                       {"portuguese", kPortuguese},
                                       {"dutch", kDutch},
                                       {"swedish", kSwedish},
                                       {"danish", kDanish},
                                       {"norwegian", kNorwegian},
                                       {"russian", kRussian}}};

constexpr bool all_sorted() {
  for (const auto& list : kLists)
    if (!std::is_sorted(list.words.begin(), list.words.end())) return false;
  return true;
}
static_assert(all_sorted());

const List* list_of(std::string_view language) {
  if (language.empty()) language = "english";
  for (const auto& list : kLists)
    if (list.language == language) return &list;
  return nullptr;
}

}  // namespace

bool has_stop_words(std::string_view language) { return list_of(language) != nullptr; }

bool is_stop_word(std::string_view word, std::string_view language) {
  const auto* list = list_of(language);
  return list != nullptr && std::binary_search(list->words.begin(), list->words.end(), word);
}

}  // namespace aurora::text
