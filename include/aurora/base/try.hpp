// Early return from a function that gives a Result: the two macros of the house.
#pragma once

#include <aurora/result.hpp>

#define AURORA_CONCAT_(a, b) a##b
#define AURORA_CONCAT(a, b) AURORA_CONCAT_(a, b)

/// Returns the error of `expression` (a Result or Status) from the enclosing function, if it has
/// one.
#define AURORA_TRY(expression)                             \
  do {                                                     \
    if (auto aurora_status = (expression); !aurora_status) \
      return ::aurora::Error(aurora_status.error());       \
  } while (false)

/// Declares or assigns `target` from the value of `expression`, or returns its error.
#define AURORA_ASSIGN(target, expression)                                    \
  auto AURORA_CONCAT(aurora_result_, __LINE__) = (expression);               \
  if (!AURORA_CONCAT(aurora_result_, __LINE__))                              \
    return ::aurora::Error(AURORA_CONCAT(aurora_result_, __LINE__).error()); \
  target = *std::move(AURORA_CONCAT(aurora_result_, __LINE__))
