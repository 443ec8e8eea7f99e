// A search: its query text understood, what it finds in an index, and where it found it in a document.
// Made by exec/search from the argument `search`; evaluated once a query, asked by highlights.
//
//   query text ─parse─► clauses ─expand (prefix, fuzzy)─► keys ─► sets ∩ / ∪ ─► phrases read ─► BM25 ─► hits
#pragma once

#include <aurora/index/ordered_index.hpp>
#include <aurora/schema/definition.hpp>
#include <aurora/text/analyser.hpp>
#include <aurora/text/lengths.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::text {

/// A term looked for in one field.
struct Word {
  std::string term;            ///< of a prefix: not stemmed
  std::uint32_t offset = 0;    ///< position in its phrase
  bool prefix = false;

  [[nodiscard]] bool matches(const Token& token) const noexcept {
    return prefix ? token.plain.starts_with(term) : token.term == term;
  }
};

/// One part of a query: a word, a prefix, a phrase. Empty `words` in a field: it cannot match there.
struct Clause {
  std::vector<std::vector<Word>> words;   ///< by field, as Search::fields; more than one word: a phrase
  bool excluded = false;
  bool optional = false;                  ///< a stop word in some field: counts, but is not asked for
  bool fuzzy = false;                     ///< a plain word, open to misspelling
};

struct SearchField {
  FieldPath path;
  const IndexDef* index = nullptr;
  SearchOptions options;
};

struct SearchRequest {
  std::string query;
  std::vector<FieldPath> fields;           ///< each with a full-text index
  int fuzzy = 0;                           ///< edits a word may be away, 0 to 2
  bool all_words = true;                   ///< AND
  std::optional<double> min_score;
};

/// Immutable. Threads: const use from any thread.
class Search {
 public:
  Search(std::shared_ptr<const CollectionDef> collection, SearchRequest request);

  [[nodiscard]] const SearchRequest& request() const noexcept { return request_; }
  /// The fields looked into: those asked for, then those that the query names itself.
  [[nodiscard]] const std::vector<SearchField>& fields() const noexcept { return fields_; }
  [[nodiscard]] const std::vector<Clause>& clauses() const noexcept { return clauses_; }
  [[nodiscard]] const CollectionDef& collection() const noexcept { return *collection_; }
  /// The place of `path` among fields(); nullopt when it is not looked into.
  [[nodiscard]] std::optional<std::size_t> field_at(const FieldPath& path) const noexcept;
  /// As explain shows it.
  [[nodiscard]] std::string description() const;

 private:
  std::shared_ptr<const CollectionDef> collection_;
  SearchRequest request_;
  std::vector<SearchField> fields_;
  std::vector<Clause> clauses_;
};

/// One field's index as a view sees it: the committed one, less what uncommitted changes touched, and theirs.
struct FieldIndex {
  const IndexVersion* base = nullptr;
  const Lengths* base_lengths = nullptr;
  const OrdinalSet* hidden = nullptr;      ///< of `base`; null: nothing
  const IndexVersion* own = nullptr;       ///< null: nothing uncommitted
  const Lengths* own_lengths = nullptr;
};

/// What a search is evaluated on.
struct Corpus {
  std::uint64_t documents = 0;             ///< all of the collection
  std::vector<FieldIndex> fields;          ///< as Search::fields
  /// Reads documents for phrases, rising.
  std::function<Status(const OrdinalSet&, const std::function<bool(Ordinal, const RecordRef&)>&)> read;
};

struct Hit {
  Ordinal ordinal = 0;
  double score = 0;
};

/// The documents that match, rising, with their scores; only those of `allowed`, if given. Scores do not depend on
/// `allowed`, but for what keeps fuzzy matches behind exact ones. Errors: those of reading documents.
[[nodiscard]] Result<std::vector<Hit>> evaluate(const Search& search, const Corpus& corpus, const OrdinalSet* allowed);

struct HighlightOptions {
  std::string pre = "<em>";
  std::string post = "</em>";
  std::optional<std::uint64_t> length;     ///< code points of the excerpt; absent: the whole text
};
/// `text`, a value of the search's field `field`, with what was found put between marks.
[[nodiscard]] std::string highlight(const Search& search, std::size_t field, std::string_view text,
                                    const HighlightOptions& options);

}  // namespace aurora::text
