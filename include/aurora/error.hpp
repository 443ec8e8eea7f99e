// The one error type of Aurora: what calls throw and what Result carries.
// Included by every public header; includes only std.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aurora {

enum class ErrorCode : std::uint8_t {
#define AURORA_ERROR(enumerator, name, meaning) enumerator,
#include <aurora/error_codes.def>
#undef AURORA_ERROR
};

/// The name used in results, e.g. "InvalidQuery".
[[nodiscard]] std::string_view to_string(ErrorCode code) noexcept;
/// One sentence: what the code means and what to do about it.
[[nodiscard]] std::string_view describe(ErrorCode code) noexcept;

/// An error: code, message and, where known, the place in the query text and in the result.
///
/// Cheap to copy (shared, immutable payload); copying never throws.
/// Threads: a const Error may be read from any thread.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message);
  // Copies only: an Error that was moved from would have no text, and what() must always have one.
  Error(const Error&) noexcept = default;
  Error& operator=(const Error&) noexcept = default;
  ~Error() override = default;

  [[nodiscard]] ErrorCode code() const noexcept;
  [[nodiscard]] const std::string& message() const noexcept;
  /// 1-based line in the AQL text; 0 when the error has no place in a text.
  [[nodiscard]] std::uint32_t line() const noexcept;
  /// 1-based column in code points; 0 when the error has no place in a text.
  [[nodiscard]] std::uint32_t column() const noexcept;
  /// Result keys from the root to the failing one; empty when the error belongs to no key.
  [[nodiscard]] const std::vector<std::string>& path() const noexcept;
  /// "Code: message (line L, column C)".
  [[nodiscard]] const char* what() const noexcept override;

  /// The same error with its place in the text set. Keeps an earlier place if there is one.
  [[nodiscard]] Error at(std::uint32_t line, std::uint32_t column) const;
  /// The same error with `key` put before its path.
  [[nodiscard]] Error under(std::string key) const;
  /// The same error with `text` put before its message.
  [[nodiscard]] Error with_prefix(std::string_view text) const;

 private:
  struct Payload;
  std::shared_ptr<const Payload> payload_;
};

}  // namespace aurora
