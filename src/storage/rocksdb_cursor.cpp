// Body of the RocksDB cursor.
#include "storage/rocksdb_cursor.hpp"

#include "storage/rocksdb_status.hpp"

#include <rocksdb/options.h>

namespace aurora::storage {

RocksCursor::RocksCursor(const Engine& engine, Family family, const CursorOptions& options)
    : engine_(engine),
      family_(family),
      lower_(options.lower),
      upper_(options.upper),
      lower_slice_(lower_),
      upper_slice_(upper_) {
  rocksdb::ReadOptions read;
  read.fill_cache = options.fill_cache;
  if (!lower_.empty()) read.iterate_lower_bound = &lower_slice_;
  if (!upper_.empty()) read.iterate_upper_bound = &upper_slice_;
  iterator_.reset(engine.db().NewIterator(read, engine.handle(family)));
}

Status RocksCursor::status() const {
  const rocksdb::Status status = iterator_->status();
  if (status.ok()) return {};
  const Error error = translate(status, "iterating over " + std::string(to_string(family_)));
  if (error.code() == ErrorCode::kIoError) engine_.health().fail(error);
  return error;
}

}  // namespace aurora::storage
