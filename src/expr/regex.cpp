// Body of user regular expressions over RE2. Called by filters.
#include <aurora/expr/regex.hpp>

#include <re2/re2.h>

namespace aurora {

namespace {
constexpr std::int64_t kMaxProgramBytes = 8 << 20;
}

struct Regex::State {
  State(std::string_view pattern, const RE2::Options& options)
      : re(std::string(pattern), options) {}
  RE2 re;
};

Regex::Regex(std::unique_ptr<State> state) : state_(std::move(state)) {}
Regex::~Regex() = default;

Result<std::shared_ptr<const Regex>> Regex::compile(std::string_view pattern,
                                                    std::size_t max_bytes) {
  if (pattern.size() > max_bytes)
    return Error(ErrorCode::kLimitExceeded, "a regular expression may be at most " +
                                                std::to_string(max_bytes) +
                                                " bytes long (limit regex_bytes)");
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxProgramBytes);
  auto state = std::make_unique<State>(pattern, options);
  if (!state->re.ok())
    return Error(ErrorCode::kInvalidQuery,
                 "'" + std::string(pattern) + "' is not an RE2 expression: " + state->re.error());
  return std::shared_ptr<const Regex>(new Regex(std::move(state)));
}

bool Regex::found_in(std::string_view text) const {
  return RE2::PartialMatch({text.data(), text.size()}, state_->re);
}

}  // namespace aurora
