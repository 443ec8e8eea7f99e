// Finding and ranking: clauses to sets of documents, sets to matches, matches to BM25 scores. Called once a query by
// the executor; reads documents only for phrases.
//
//   score = Σ clauses Σ fields weight · idf · tf (k1 + 1) / (tf + k1 (1 − b + b · length / mean length))
//   idf = ln(1 + (N − n + 0.5) / (n + 0.5)); N all documents of the collection, n those with the term in the field
// A prefix counts as one term that stands wherever one of its terms does; a phrase scores as its words do; of the
// terms a misspelled word may mean, the best one counts, halved for each edit.
#include <aurora/base/try.hpp>
#include <aurora/index/extract.hpp>
#include <aurora/text/analyser.hpp>
#include <aurora/text/fuzzy.hpp>
#include <aurora/text/search.hpp>

#include "text/field_reader.hpp"
#include "text/phrase.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace aurora::text {

namespace {

constexpr double kK1 = 1.2;
constexpr double kB = 0.75;
// Terms that one misspelled word may stand for; the nearest are kept.
constexpr std::size_t kMaxExpansions = 1000;

// Keys that count as one term.
struct Group {
  KeyRange keys;
  bool one_term = true;
  int distance = 0;
  OrdinalSet documents;
};

// A clause in one field.
struct FieldMatch {
  std::vector<std::vector<Group>> words;
  OrdinalSet documents;
};

struct ClauseMatch {
  const Clause* clause = nullptr;
  std::vector<FieldMatch> fields;
  OrdinalSet documents;

  [[nodiscard]] bool has_phrase() const {
    return std::any_of(fields.begin(), fields.end(), [](const FieldMatch& field) { return field.words.size() > 1; });
  }
};

class Evaluation {
 public:
  Evaluation(const Search& search, const Corpus& corpus, const OrdinalSet* allowed)
      : search_(search), corpus_(corpus), allowed_(allowed) {
    readers_.reserve(corpus.fields.size());
    for (const auto& field : corpus.fields) readers_.emplace_back(field, corpus.documents);
  }

  Result<std::vector<Hit>> run() {
    for (const auto& clause : search_.clauses())
      (clause.excluded ? excluded_ : wanted_).push_back(find(clause));
    AURORA_ASSIGN(auto found, search_.request().all_words && any_required() ? all_of() : any_of());
    for (auto& clause : excluded_) {
      AURORA_TRY(verify(clause, &found));
      found -= clause.documents;
    }
    found.append_to(matches_);
    score();
    return take();
  }

 private:
  [[nodiscard]] bool any_required() const {
    return std::any_of(wanted_.begin(), wanted_.end(), [](const auto& match) { return !match.clause->optional; });
  }

  std::vector<Group> expand(const Clause& clause, const Word& word, std::size_t field) const {
    std::vector<Group> groups;
    if (clause.fuzzy && clause.words[field].size() == 1) {
      std::vector<std::pair<int, std::string>> terms;
      const auto add = [&](std::string_view term, int distance) { terms.emplace_back(distance, term); };
      visit_fuzzy(*readers_[field].index().base, word.term, search_.request().fuzzy, add);
      if (const auto* own = readers_[field].index().own) visit_fuzzy(*own, word.term, search_.request().fuzzy, add);
      std::sort(terms.begin(), terms.end());
      terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
      if (terms.size() > kMaxExpansions) terms.resize(kMaxExpansions);
      for (const auto& [distance, term] : terms) groups.push_back({term_range(term), true, distance, {}});
    } else if (word.prefix) {
      const bool stemmed = !search_.fields()[field].options.language.empty();
      groups.push_back({prefix_range(word.term, stemmed), false, 0, {}});
    } else {
      groups.push_back({term_range(word.term), true, 0, {}});
    }
    for (auto& group : groups) group.documents = readers_[field].find(group.keys);
    return groups;
  }

  static OrdinalSet union_of(const std::vector<Group>& groups) {
    if (groups.size() == 1) return groups.front().documents;
    std::vector<const OrdinalSet*> sets;
    for (const auto& group : groups) sets.push_back(&group.documents);
    return OrdinalSet::union_of(sets);
  }

  // The documents that hold the clause's words; for a phrase, those that may hold it.
  ClauseMatch find(const Clause& clause) const {
    ClauseMatch match;
    match.clause = &clause;
    match.fields.resize(clause.words.size());
    for (std::size_t i = 0; i < clause.words.size(); ++i) {
      auto& field = match.fields[i];
      for (const auto& word : clause.words[i]) {
        auto& groups = field.words.emplace_back(expand(clause, word, i));
        if (field.words.size() == 1)
          field.documents = union_of(groups);
        else
          field.documents &= union_of(groups);
      }
      match.documents |= field.documents;
    }
    return match;
  }

  // Leaves the documents of `within` that hold the clause's phrases indeed.
  Status verify(ClauseMatch& match, const OrdinalSet* within) const {
    if (!match.has_phrase()) return {};
    OrdinalSet single;
    OrdinalSet candidates;
    for (auto& field : match.fields) {
      if (within != nullptr) field.documents &= *within;
      (field.words.size() > 1 ? candidates : single) |= field.documents;
    }
    std::vector<std::vector<Ordinal>> holding(match.fields.size());
    AURORA_TRY(corpus_.read(candidates, [&](Ordinal ordinal, const RecordRef& record) {
      for (std::size_t i = 0; i < match.fields.size(); ++i)
        if (match.fields[i].words.size() > 1 && match.fields[i].documents.contains(ordinal) &&
            holds_phrase(match.clause->words[i], i, record.view()))
          holding[i].push_back(ordinal);
      return true;
    }));
    match.documents = std::move(single);
    for (std::size_t i = 0; i < match.fields.size(); ++i) {
      if (match.fields[i].words.size() < 2) continue;
      match.fields[i].documents = OrdinalSet::of_sorted(holding[i]);
      match.documents |= match.fields[i].documents;
    }
    return {};
  }

  bool holds_phrase(const std::vector<Word>& words, std::size_t field, RecordView record) const {
    PhraseFinder finder(words);
    std::uint32_t base = 0;
    const auto& analyser = Analyser::of(search_.fields()[field].options);
    visit_values(search_.collection(), search_.fields()[field].path, record, [&](ValueView value) {
      if (value.type() != Type::kString) return true;
      std::uint32_t last = base;
      analyser.analyse(value.string_value(), [&](const Token& token) {
        last = base + token.position;
        finder.add(token, last, 0);
      });
      base = last + kPositionGap;
      return true;
    });
    return finder.found();
  }

  // Each set narrows the next; phrases, which must be read, come last.
  Result<OrdinalSet> all_of() {
    std::optional<OrdinalSet> found;
    if (allowed_ != nullptr) found = *allowed_;
    for (auto& match : wanted_) {
      if (match.clause->optional || match.has_phrase()) continue;
      if (found)
        *found &= match.documents;
      else
        found = match.documents;
    }
    for (auto& match : wanted_) {
      if (!match.has_phrase()) continue;
      AURORA_TRY(verify(match, found ? &*found : nullptr));
      if (match.clause->optional) continue;
      if (found)
        *found &= match.documents;
      else
        found = match.documents;
    }
    return *std::move(found);
  }

  Result<OrdinalSet> any_of() {
    OrdinalSet found;
    for (auto& match : wanted_) {
      AURORA_TRY(verify(match, allowed_));
      found |= match.documents;
    }
    if (allowed_ != nullptr) found &= *allowed_;
    return found;
  }

  [[nodiscard]] double idf(std::uint64_t holding) const {
    const auto n = static_cast<double>(holding);
    return std::log(1 + (static_cast<double>(corpus_.documents) - n + 0.5) / (n + 0.5));
  }

  // Calls `visit(place, score)` for each match that holds the group in the field.
  template <class Visit>
  void score_group(const Group& group, std::size_t field, const Visit& visit) {
    const auto& reader = readers_[field];
    const auto weight = search_.fields()[field].options.weight * idf(group.documents.size()) * (kK1 + 1);
    const auto slope = reader.mean_length() > 0 ? kK1 * kB / reader.mean_length() : 0;
    const auto score = [&](std::size_t place, std::uint32_t frequency) {
      const auto tf = static_cast<double>(frequency);
      const auto length = static_cast<double>(reader.length(matches_[place]));
      visit(place, weight * tf / (tf + kK1 * (1 - kB) + slope * length));
    };
    if (group.one_term) return reader.visit_matches(group.keys, matches_, score);
    // Several terms as one: their frequencies add up.
    std::vector<std::uint32_t> frequencies(matches_.size());
    reader.visit_matches(group.keys, matches_, [&](std::size_t place, std::uint32_t frequency) {
      frequencies[place] += frequency;
    });
    for (std::size_t place = 0; place < frequencies.size(); ++place)
      if (frequencies[place] > 0) score(place, frequencies[place]);
  }

  void score() {
    scores_.resize(matches_.size());
    for (const auto& match : wanted_)
      match.clause->fuzzy ? score_fuzzy(match) : score_exact(match);
    if (search_.request().fuzzy > 0) put_exact_first();
  }

  void score_exact(const ClauseMatch& match) {
    std::vector<bool> holds(matches_.size());
    for (std::size_t i = 0; i < match.fields.size(); ++i) {
      const auto& field = match.fields[i];
      const bool phrase = field.words.size() > 1;
      for (const auto& groups : field.words)
        for (const auto& group : groups)
          score_group(group, i, [&](std::size_t place, double score) {
            if (phrase && !field.documents.contains(matches_[place])) return;
            scores_[place] += score;
            holds[place] = true;
          });
    }
    if (search_.request().fuzzy == 0) return;
    for (std::size_t place = 0; place < holds.size(); ++place) note(place, holds[place] ? 0 : -1);
  }

  void score_fuzzy(const ClauseMatch& match) {
    constexpr std::array kFactors{1.0, 0.5, 0.25};
    std::vector<int> nearest(matches_.size(), -1);
    for (std::size_t i = 0; i < match.fields.size(); ++i) {
      const auto& field = match.fields[i];
      const bool phrase = field.words.size() > 1;
      std::vector<double> best(matches_.size());
      for (const auto& groups : field.words)
        for (const auto& group : groups)
          score_group(group, i, [&](std::size_t place, double score) {
            if (phrase && !field.documents.contains(matches_[place])) return;
            best[place] = std::max(best[place], score * kFactors[static_cast<std::size_t>(group.distance)]);
            if (nearest[place] < 0 || group.distance < nearest[place]) nearest[place] = group.distance;
          });
      for (std::size_t place = 0; place < best.size(); ++place) scores_[place] += best[place];
    }
    for (std::size_t place = 0; place < nearest.size(); ++place) note(place, nearest[place]);
  }

  // How near a match came to one clause; -1: it does not hold it.
  void note(std::size_t place, int distance) {
    if (exact_.empty()) {
      exact_.resize(matches_.size());
      inexact_.resize(matches_.size());
    }
    if (distance == 0) exact_[place] = true;
    if (distance > 0) inexact_[place] = true;
  }

  // Asked for all words, a match is exact when each is there as written; asked for any, when one is. Matches that
  // are not stay behind all that are: their scores are scaled down as far as that takes.
  void put_exact_first() {
    double least_exact = INFINITY;
    double most_inexact = 0;
    const auto is_exact = [&](std::size_t place) {
      return search_.request().all_words ? !inexact_[place] : static_cast<bool>(exact_[place]);
    };
    for (std::size_t place = 0; place < scores_.size(); ++place) {
      if (is_exact(place))
        least_exact = std::min(least_exact, scores_[place]);
      else
        most_inexact = std::max(most_inexact, scores_[place]);
    }
    if (!(most_inexact >= least_exact)) return;
    const auto factor = least_exact / most_inexact * 0.99;
    for (std::size_t place = 0; place < scores_.size(); ++place)
      if (!is_exact(place)) scores_[place] *= factor;
  }

  std::vector<Hit> take() const {
    std::vector<Hit> hits;
    hits.reserve(matches_.size());
    const auto least = search_.request().min_score.value_or(-INFINITY);
    for (std::size_t place = 0; place < matches_.size(); ++place)
      if (scores_[place] >= least) hits.push_back({matches_[place], scores_[place]});
    return hits;
  }

  const Search& search_;
  const Corpus& corpus_;
  const OrdinalSet* allowed_;
  std::vector<FieldReader> readers_;
  std::vector<ClauseMatch> wanted_;
  std::vector<ClauseMatch> excluded_;
  std::vector<Ordinal> matches_;
  std::vector<double> scores_;             // as matches_
  std::vector<bool> exact_;                // holds some clause as written; as matches_ when fuzzy
  std::vector<bool> inexact_;              // holds some clause only misspelled
};

}  // namespace

Result<std::vector<Hit>> evaluate(const Search& search, const Corpus& corpus, const OrdinalSet* allowed) {
  const bool any = std::any_of(search.clauses().begin(), search.clauses().end(),
                               [](const Clause& clause) { return !clause.excluded; });
  if (!any) return std::vector<Hit>();
  return Evaluation(search, corpus, allowed).run();
}

}  // namespace aurora::text
