// The query text of a search: words, "phrases", prefix*, -exclude, field:word. Called once a query; calls the analyser.
//
// Every text is a query: quotes that do not close run to the end, a lone sign is nothing. A word that the analyser
// takes apart (std::vector, libboost1.83-dev, 東京都) is looked for as a phrase of its parts.
#include <aurora/text/analyser.hpp>
#include <aurora/text/search.hpp>

#include <algorithm>

namespace aurora::text {

namespace {

// A piece of the query text before analysis.
struct Raw {
  std::string_view text;
  std::string_view field;   // empty: all
  bool excluded = false;
  bool phrase = false;
  bool prefix = false;
};

// Bytes of white space at `at`: ASCII, U+00A0 and U+3000.
std::size_t space_at(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  if (text.substr(at).starts_with("\u00A0")) return 2;
  return text.substr(at).starts_with("\u3000") ? 3 : 0;
}

class Reader {
 public:
  Reader(std::string_view text, const CollectionDef& collection) : text_(text), collection_(collection) {}

  std::vector<Raw> read() {
    std::vector<Raw> pieces;
    while (at_ < text_.size()) {
      if (const auto space = space_at(text_, at_)) {
        at_ += space;
        continue;
      }
      if (auto piece = next(); !piece.text.empty()) pieces.push_back(piece);
    }
    return pieces;
  }

 private:
  Raw next() {
    Raw piece;
    if (text_[at_] == '-') {
      piece.excluded = true;
      ++at_;
    }
    piece.field = field_name();
    if (at_ < text_.size() && text_[at_] == '"') {
      piece.phrase = true;
      const auto end = std::min(text_.find('"', at_ + 1), text_.size());
      piece.text = text_.substr(at_ + 1, end - at_ - 1);
      at_ = std::min(end + 1, text_.size());
      return piece;
    }
    const auto begin = at_;
    while (at_ < text_.size() && text_[at_] != '"' && space_at(text_, at_) == 0) ++at_;
    piece.text = text_.substr(begin, at_ - begin);
    if (piece.text.ends_with('*')) {
      piece.prefix = true;
      while (piece.text.ends_with('*')) piece.text.remove_suffix(1);
    }
    return piece;
  }

  // `name:` before a word, when a field of that name can be searched.
  std::string_view field_name() {
    for (const auto& index : collection_.indexes) {
      if (index.kind != IndexKind::kSearch) continue;
      const auto name = index.paths.front().text();
      const auto rest = text_.substr(at_);
      if (rest.size() <= name.size() || !rest.starts_with(name) || rest[name.size()] != ':') continue;
      // `a::b` is a name of something else.
      if (rest.substr(name.size() + 1).starts_with(':')) continue;
      at_ += name.size() + 1;
      return rest.substr(0, name.size());
    }
    return {};
  }

  std::string_view text_;
  const CollectionDef& collection_;
  std::size_t at_ = 0;
};

struct Analysed {
  std::vector<Word> words;
  bool stopped = false;   // there were only stop words
};

Analysed analyse(const Raw& raw, const Analyser& analyser) {
  Analysed out;
  struct Found {
    std::string term;
    std::string plain;
    std::uint32_t position;
    bool stop;
  };
  std::vector<Found> found;
  analyser.analyse(raw.text, [&](const Token& token) {
    if (!token.part) found.push_back({std::string(token.term), std::string(token.plain), token.position, token.stop});
  });
  for (std::size_t i = 0; i < found.size(); ++i) {
    // Of the last word of a prefix any continuation will do, so it is no stop word yet, and has no stem.
    const bool prefix = raw.prefix && i + 1 == found.size();
    if (found[i].stop && !prefix) continue;
    out.words.push_back({prefix ? found[i].plain : found[i].term, found[i].position, prefix});
  }
  const auto first = out.words.empty() ? 0 : out.words.front().offset;
  for (auto& word : out.words) word.offset -= first;
  out.stopped = out.words.empty() && !found.empty();
  return out;
}

}  // namespace

Search::Search(std::shared_ptr<const CollectionDef> collection, SearchRequest request)
    : collection_(std::move(collection)), request_(std::move(request)) {
  const auto add_field = [&](const FieldPath& path) {
    const auto* options = search_options_at(*collection_, path);
    const auto* index = collection_->search_index_on(path);
    if (options != nullptr && index != nullptr && !field_at(path)) fields_.push_back({path, index, *options});
  };
  for (const auto& path : request_.fields) add_field(path);
  const auto asked = fields_.size();
  const auto pieces = Reader(request_.query, *collection_).read();
  for (const auto& piece : pieces)
    for (const auto& index : collection_->indexes)
      if (index.kind == IndexKind::kSearch && index.paths.front().text() == piece.field) add_field(index.paths.front());

  for (const auto& piece : pieces) {
    Clause clause;
    clause.words.resize(fields_.size());
    clause.excluded = piece.excluded;
    clause.fuzzy = request_.fuzzy > 0 && !piece.phrase && !piece.prefix && !piece.excluded;
    bool any = false;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (piece.field.empty() ? i >= asked : fields_[i].path.text() != piece.field) continue;
      auto analysed = analyse(piece, Analyser::of(fields_[i].options));
      clause.optional = clause.optional || analysed.stopped;
      any = any || !analysed.words.empty();
      clause.words[i] = std::move(analysed.words);
    }
    if (any) clauses_.push_back(std::move(clause));
  }
}

std::optional<std::size_t> Search::field_at(const FieldPath& path) const noexcept {
  for (std::size_t i = 0; i < fields_.size(); ++i)
    if (fields_[i].path.field == path.field && fields_[i].path.rest == path.rest) return i;
  return std::nullopt;
}

std::string Search::description() const {
  std::string text = "'" + request_.query + "' in ";
  for (std::size_t i = 0; i < fields_.size(); ++i) text += (i > 0 ? ", " : "") + fields_[i].path.text();
  if (!request_.all_words) text += ", any word";
  if (request_.fuzzy > 0) text += ", fuzzy " + std::to_string(request_.fuzzy);
  return text;
}

}  // namespace aurora::text
