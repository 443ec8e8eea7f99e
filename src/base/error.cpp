// Body of Error: an immutable, shared payload whose text is made once, so that what() cannot fail.
// Called by everything that can go wrong; calls nothing.
#include <aurora/base/out_of_memory.hpp>
#include <aurora/error.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace aurora {

namespace {

struct CodeText {
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array kCodes{
#define AURORA_ERROR(enumerator, name, meaning) CodeText{name, meaning},
#include <aurora/error_codes.def>
#undef AURORA_ERROR
};

// A code read from elsewhere may be out of range: that is a defect of ours, and says so.
const CodeText& text_of(ErrorCode code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return kCodes[index < kCodes.size() ? index : static_cast<std::size_t>(ErrorCode::kInternal)];
}

}  // namespace

std::string_view to_string(ErrorCode code) noexcept { return text_of(code).name; }
std::string_view describe(ErrorCode code) noexcept { return text_of(code).meaning; }

struct Error::Payload {
  ErrorCode code;
  std::string message;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::vector<std::string> path;
  std::string what;

  void compose() {
    what.assign(to_string(code)).append(": ").append(message);
    if (line == 0) return;
    what.append(" (line ").append(std::to_string(line));
    what.append(", column ").append(std::to_string(column)).append(")");
  }
};

namespace {
const Error kOutOfMemory(ErrorCode::kLimitExceeded, "out of memory; ask for less at once");
const Error kAnswerLost(ErrorCode::kLimitExceeded,
                        "out of memory while the answer was made: what the text wrote until then stays");
}  // namespace

const Error& out_of_memory() noexcept { return kOutOfMemory; }
const Error& answer_lost() noexcept { return kAnswerLost; }

Error::Error(ErrorCode code, std::string message) {
  auto payload = std::make_shared<Payload>(Payload{code, std::move(message), 0, 0, {}, {}});
  payload->compose();
  payload_ = std::move(payload);
}

ErrorCode Error::code() const noexcept { return payload_->code; }
const std::string& Error::message() const noexcept { return payload_->message; }
std::uint32_t Error::line() const noexcept { return payload_->line; }
std::uint32_t Error::column() const noexcept { return payload_->column; }
const std::vector<std::string>& Error::path() const noexcept { return payload_->path; }
const char* Error::what() const noexcept { return payload_->what.c_str(); }

Error Error::at(std::uint32_t line, std::uint32_t column) const {
  if (payload_->line != 0) return *this;
  auto payload = std::make_shared<Payload>(*payload_);
  payload->line = line;
  payload->column = column;
  payload->compose();
  Error placed(*this);
  placed.payload_ = std::move(payload);
  return placed;
}

Error Error::under(std::string key) const {
  auto payload = std::make_shared<Payload>(*payload_);
  payload->path.insert(payload->path.begin(), std::move(key));
  Error nested(*this);
  nested.payload_ = std::move(payload);
  return nested;
}

Error Error::with_prefix(std::string_view text) const {
  auto payload = std::make_shared<Payload>(*payload_);
  payload->message.insert(0, text);
  payload->compose();
  Error prefixed(*this);
  prefixed.payload_ = std::move(payload);
  return prefixed;
}

}  // namespace aurora
