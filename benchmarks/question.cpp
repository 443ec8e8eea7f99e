// How documents are chosen, and questions about them.
#include "question.hpp"

#include <algorithm>
#include <cmath>

namespace aurora::bench {

namespace {

constexpr double kTheta = 0.99;
constexpr double kRange = kMostScore / 100;  // 1 % of the scores

double unit(std::uint64_t random) { return static_cast<double>(random >> 11) * 0x1p-53; }

}  // namespace

std::string_view to_string(Keys keys) {
  switch (keys) {
    case Keys::kUniform:
      return "uniform";
    case Keys::kZipf:
      return "zipf";
    case Keys::kOne:
      return "one";
  }
  return "";
}

// Gray et al., "Quickly generating billion-record synthetic databases", section 3.2.
Numbers::Numbers(Keys keys, std::uint64_t bound) : keys_(keys), bound_(bound) {
  if (keys != Keys::kZipf) return;
  for (std::uint64_t i = 1; i <= bound; ++i) zeta_ += 1 / std::pow(static_cast<double>(i), kTheta);
  const double zeta_two = 1 + std::pow(0.5, kTheta);
  alpha_ = 1 / (1 - kTheta);
  eta_ = (1 - std::pow(2 / static_cast<double>(bound), 1 - kTheta)) / (1 - zeta_two / zeta_);
}

std::uint64_t Numbers::operator()(std::uint64_t i) const {
  const std::uint64_t random = mix(i + 7);
  if (keys_ == Keys::kUniform) return random % bound_;
  if (keys_ == Keys::kOne) return bound_ / 2;
  const double point = unit(random);
  std::uint64_t rank = 0;
  if (const double weight = point * zeta_; weight >= 1) {
    rank = weight < 1 + std::pow(0.5, kTheta)
               ? 1
               : static_cast<std::uint64_t>(static_cast<double>(bound_) *
                                            std::pow(eta_ * point - eta_ + 1, alpha_));
  }
  return mix(std::min(rank, bound_ - 1)) % bound_;
}

Questions reads(Numbers numbers) {
  return [numbers](std::uint64_t i) {
    Question question;
    question.number = numbers(i);
    question.id = make_id(question.number);
    const std::uint64_t random = mix(i + 99);
    question.city = static_cast<std::uint32_t>(random % kCities);
    question.low = unit(mix(random)) * (kMostScore - kRange);
    question.high = question.low + kRange;
    question.amount = kMostAmount / 100 + static_cast<std::int64_t>(random % 1'000'000);
    return question;
  };
}

std::string person_name(std::int64_t person) { return "Person " + std::to_string(10'000 + person); }

}  // namespace aurora::bench
