// Body of the RocksDB batch.
#include "storage/rocksdb_batch.hpp"

#include "storage/rocksdb_status.hpp"

namespace aurora::storage {

void RocksBatch::put(Family family, std::string_view key, std::string_view value) {
  keep(batch_.Put(engine_.handle(family), key, value), family, key);
}

void RocksBatch::remove(Family family, std::string_view key) {
  keep(batch_.Delete(engine_.handle(family), key), family, key);
}

void RocksBatch::clear() {
  batch_.Clear();
  status_ = {};
}

void RocksBatch::keep(const rocksdb::Status& status, Family family, std::string_view key) {
  if (status.ok() || !status_) return;
  status_ =
      translate(status, "batching " + std::string(to_string(family)) + " key " + show_key(key));
}

}  // namespace aurora::storage
