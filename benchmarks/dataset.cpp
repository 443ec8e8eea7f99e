// Filling stores and comparing what they answer.
#include "dataset.hpp"

#include <cstdio>

namespace aurora::bench {

namespace {

constexpr std::uint64_t kBatch = 1'000;

std::uint64_t digest_of(const Facts& facts) {
  return digest(customer_name(facts.customer), city_name(facts.city), facts.amount);
}

}  // namespace

Dataset::Dataset(std::uint64_t size, std::vector<Peer> peers, std::filesystem::path directory)
    : size_(size), next_(size), directory_(std::move(directory)), peers_(std::move(peers)) {
  std::filesystem::create_directories(directory_);
  std::vector<std::unique_ptr<Session>> sessions;
  std::vector<Ask> asks;
  for (const auto& peer : peers_) {
    stores_.push_back(peer.open(roomy(directory_, size)));
    sessions.push_back(stores_.back()->session());
    asks.push_back(sessions.back()->ask(Operation::kInsertMany));
  }
  facts_.reserve(size);
  for (std::uint64_t at = 0; at < size; at += kBatch) {
    const auto rows = make_rows(at, std::min(kBatch, size - at));
    Question question;
    question.rows = rows;
    for (const auto& ask : asks) {
      if (ask) ask(question);
    }
    for (std::uint64_t i = 0; i < rows.size(); ++i) facts_.push_back(make_facts(at + i));
  }
  asks.clear();
  sessions.clear();
  for (auto& store : stores_) store->settle();
  usable_.assign(stores_.size(), true);
  warm();
}

void Dataset::warm() {
  for (std::size_t i = 0; i < stores_.size(); ++i)
    if (usable_[i]) stores_[i]->prewarm();
  if (mode_ != Mode::kPlain) return;
  for (auto& contender : contenders(Operation::kGet, 1)) {
    contender.sessions[0]->begin_reads();
    for (std::uint64_t i = 0; i < size_; ++i) {
      Question question;
      question.id = make_id(i);
      keep(contender.asks[0](question));
    }
    contender.sessions[0]->end_reads();
  }
}

void Dataset::open_as(Mode mode) {
  if (mode == mode_) return;
  for (std::size_t i = 0; i < stores_.size(); ++i) {
    stores_[i]->close();
    usable_[i] = stores_[i]->open(mode);
  }
  mode_ = mode;
  if (mode != Mode::kSynced) warm();
}

std::vector<Contender> Dataset::contenders(Operation operation, unsigned threads) {
  std::vector<Contender> result;
  for (std::size_t i = 0; i < stores_.size(); ++i) {
    if (!usable_[i]) continue;
    Contender contender{peers_[i].name, std::string(durability(peers_[i], mode_)), {}, {}};
    for (unsigned thread = 0; thread < threads; ++thread) {
      contender.sessions.push_back(stores_[i]->session());
      contender.asks.push_back(contender.sessions.back()->ask(operation));
      if (!contender.asks.back()) break;
    }
    if (contender.asks.back()) result.push_back(std::move(contender));
  }
  return result;
}

void Dataset::compare(std::span<Contender> contenders, Operation operation,
                      const Questions& questions, std::uint64_t count) {
  std::vector<Ask> answers;
  for (auto& contender : contenders) {
    contender.sessions[0]->begin_reads();
    answers.push_back(contender.sessions[0]->answer(operation));
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    const Question question = questions(i);
    const auto known = written_ ? std::nullopt : expected(operation, question);
    std::uint64_t first = known.value_or(0);
    for (std::size_t at = 0; at < contenders.size(); ++at) {
      if (!answers[at]) continue;
      const std::uint64_t answer = answers[at](question);
      if (at == 0 && !known) first = answer;
      if (answer == first) continue;
      throw std::runtime_error(contenders[at].name + " answers operation " +
                               std::to_string(static_cast<int>(operation)) + " with " +
                               std::to_string(answer) + ", but " +
                               (known ? "the documents say " : contenders[0].name + " says ") +
                               std::to_string(first));
    }
  }
  for (auto& contender : contenders) contender.sessions[0]->end_reads();
}

std::uint64_t Dataset::claim(std::uint64_t count) {
  written_ = true;
  const std::uint64_t first = next_;
  next_ += count;
  return first;
}

std::optional<std::uint64_t> Dataset::expected(Operation operation, const Question& question) {
  const auto sum = [this](const auto& matches, const auto& value) {
    std::uint64_t total = 0;
    for (const auto& facts : facts_) {
      if (matches(facts)) total += value(facts);
    }
    return total;
  };
  const auto one = [](const Facts&) { return std::uint64_t{1}; };
  const auto in_city = [&](const Facts& facts) { return facts.city == question.city; };
  const auto in_range = [&](const Facts& facts) {
    return facts.score >= question.low && facts.score <= question.high;
  };
  switch (operation) {
    case Operation::kGet:
    case Operation::kGetByNumber:
    case Operation::kGetPrepared:
    case Operation::kGetPreparedView:
    case Operation::kGetText:
      return digest_of(facts_[question.number]);
    case Operation::kCity:
    case Operation::kCityDocuments:
      return sum(in_city, digest_of);
    case Operation::kCountTwo:
      return sum([&](const Facts& facts) { return in_city(facts) && facts.active; }, one);
    case Operation::kRangeCount:
      return sum(in_range, one);
    case Operation::kRangeFetch:
    case Operation::kRangeDocuments:
      return sum(in_range, digest_of);
    case Operation::kScan:
      return sum([&](const Facts& facts) { return facts.amount < question.amount; }, one);
    default:
      return std::nullopt;  // the stores are compared with each other
  }
}

}  // namespace aurora::bench
