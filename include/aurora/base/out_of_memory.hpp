// The answer of whatever ran out of memory, and the guard that turns running out into it.
// Used by the commit pipeline and by the public calls that promise not to throw.
#pragma once

#include <aurora/result.hpp>

#include <new>
#include <stdexcept>
#include <utility>

namespace aurora {

/// Made when the library is loaded: when memory has run out there is none to make an error of.
[[nodiscard]] const Error& out_of_memory() noexcept;
/// The same when something was written before, and only the answer could not be made.
[[nodiscard]] const Error& answer_lost() noexcept;

/// What `work` gives, a Result; running out of memory becomes its error. Containers say length_error when asked for more
/// than there can ever be. An Error that was thrown (an index page that can be neither read nor made anew) is one, too.
template <class Work>
[[nodiscard]] auto within_memory(Work&& work) -> decltype(std::forward<Work>(work)()) {
  try {
    return std::forward<Work>(work)();
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  } catch (const std::length_error&) {
    return out_of_memory();
  } catch (const Error& error) {
    return error;
  }
}

}  // namespace aurora
