// One thread's writes: mixed operations on keys that belong to it alone, reported before and after.
// Used by the children of the crash and fault tests; calls the public API only.
#pragma once

#include <aurora/aurora.hpp>

#include <random>
#include <set>
#include <string>

#include "crash/operation.hpp"

namespace aurora::testing {

/// Makes the collection that writers write, unless it is there.
void make_collection(Database& database);

/// Owns nothing; database and log outlive it. One thread at a time.
class Writer {
 public:
  /// `beside`: files it makes begin with that; empty: nothing but commits of documents and one of the schema.
  Writer(Database& database, AckLog& log, unsigned thread, std::uint64_t seed, std::string beside = {});

  /// One commit. Throws the Error of what may leave something behind (input and output, corruption).
  void step();

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  Step random_step(std::uint64_t slot);
  template <class Work>
  void perform(const CrashOperation& operation, Work work);
  Status run(const std::string& text, const Object& variables = {});
  Status change_schema();
  Status change_index();
  void work_beside(std::uint64_t kind);
  CrashOperation fresh_documents();
  Status import(const CrashOperation& operation, bool from_file);
  Status write_one(const Step& step);
  Status write_block(const CrashOperation& operation, bool spoiled);
  Status write_handle(const CrashOperation& operation);

  Database& database_;
  AckLog& log_;
  const unsigned thread_;
  std::mt19937_64 random_;
  std::set<std::string> present_;
  const std::string beside_;
  bool has_extra_ = false;
  bool has_index_ = false;
  std::int64_t next_value_ = 1;
  std::uint64_t id_ = 0;
};

}  // namespace aurora::testing
