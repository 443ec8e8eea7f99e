// SQLite's handles: a connection and its prepared statements. Used by sqlite.cpp.
#pragma once

#include "data.hpp"

#include <sqlite3.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace aurora::bench::sqlite {

struct Closer {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
using Connection = std::unique_ptr<sqlite3, Closer>;

[[noreturn]] inline void fail(sqlite3* db) {
  throw std::runtime_error("sqlite: " + std::string(sqlite3_errmsg(db)));
}

inline void execute(sqlite3* db, const std::string& text) {
  if (sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(db);
}

/// A prepared statement; binding counts from 1. What is bound must live until the run is over.
class Query {
 public:
  Query(sqlite3* db, std::string_view text) : db_(db) {
    if (sqlite3_prepare_v2(db, text.data(), static_cast<int>(text.size()), &statement_, nullptr) !=
        SQLITE_OK)
      fail(db);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query() { sqlite3_finalize(statement_); }

  Query& bind(int at, std::string_view text) {
    sqlite3_bind_text(statement_, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    return *this;
  }
  Query& bind(int at, std::int64_t number) {
    sqlite3_bind_int64(statement_, at, number);
    return *this;
  }
  Query& bind(int at, double number) {
    sqlite3_bind_double(statement_, at, number);
    return *this;
  }
  Query& bind(int at, const Uuid& id) {
    sqlite3_bind_blob(statement_, at, id.bytes.data(), 16, SQLITE_STATIC);
    return *this;
  }
  /// True when there is a row; after the last the statement is ready for another run.
  bool step() {
    const int status = sqlite3_step(statement_);
    if (status == SQLITE_ROW) return true;
    sqlite3_reset(statement_);
    if (status != SQLITE_DONE) fail(db_);
    return false;
  }
  std::uint64_t run() {
    while (step()) {
    }
    return 0;
  }
  void reset() { sqlite3_reset(statement_); }
  [[nodiscard]] std::string_view text(int column) {
    const auto* const data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  [[nodiscard]] std::int64_t number(int column) { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] double real(int column) { return sqlite3_column_double(statement_, column); }

  // ---- runs that give one number
  /// Of the first row: customer, city, amount. 0 without one.
  std::uint64_t first_digest() {
    const std::uint64_t found = step() ? row_digest() : 0;
    reset();
    return found;
  }
  std::uint64_t digests() {
    std::uint64_t sum = 0;
    while (step()) sum += row_digest();
    return sum;
  }
  std::uint64_t count() {
    std::uint64_t found = 0;
    while (step()) found = static_cast<std::uint64_t>(number(0));
    return found;
  }
  std::uint64_t group_digests() {
    std::uint64_t sum = 0;
    while (step()) sum += group_digest(text(0), number(1), real(2));
    return sum;
  }

 private:
  std::uint64_t row_digest() { return digest(text(0), text(1), number(2)); }

  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace aurora::bench::sqlite
