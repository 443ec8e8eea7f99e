// RocksDB's statuses and exceptions in Aurora's words.
// Every file of this room that calls RocksDB goes through here with its failures.
#pragma once

#include <aurora/result.hpp>

#include <rocksdb/status.h>

#include <exception>
#include <new>
#include <string>
#include <string_view>

namespace aurora::storage {

/// The error for a status that is not ok: "`doing`: <RocksDB's text>".
[[nodiscard]] Error translate(const rocksdb::Status& status, std::string_view doing);

/// The same for opening, where a missing file or an unknown family means a damaged directory.
[[nodiscard]] Error translate_open(const rocksdb::Status& status, const std::string& path);

/// Ok, or the translated error.
[[nodiscard]] inline Status check(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok()) return {};
  return translate(status, doing);
}

/// A key for a message: hexadecimal, cut to its first 32 bytes.
[[nodiscard]] std::string show_key(std::string_view key);

/// Runs `function`, which gives a Result, and turns what is thrown inside (no memory, no threads)
/// into an Internal error: nothing may be thrown across the store's boundary.
template <class Function>
[[nodiscard]] auto guarded(std::string_view doing, Function&& function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::kInternal, std::string(doing) + ": out of memory");
  } catch (const std::exception& thrown) {
    return Error(ErrorCode::kInternal, std::string(doing) + ": " + thrown.what());
  }
}

}  // namespace aurora::storage
