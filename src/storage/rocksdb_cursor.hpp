// The cursor over a RocksDB iterator.
// Made by the RocksDB store.
#pragma once

#include "storage/rocksdb_engine.hpp"

#include <rocksdb/iterator.h>

namespace aurora::storage {

class RocksCursor final : public Cursor {
 public:
  RocksCursor(const Engine& engine, Family family, const CursorOptions& options);

  void seek(std::string_view key) override { iterator_->Seek(key); }
  void seek_for_prev(std::string_view key) override { iterator_->SeekForPrev(key); }
  // RocksDB aborts on a step from nowhere; here it stays nowhere.
  void next() override {
    if (iterator_->Valid()) iterator_->Next();
  }
  void prev() override {
    if (iterator_->Valid()) iterator_->Prev();
  }
  [[nodiscard]] bool valid() const override { return iterator_->Valid(); }
  [[nodiscard]] std::string_view key() const override { return iterator_->key().ToStringView(); }
  [[nodiscard]] std::string_view value() const override {
    return iterator_->value().ToStringView();
  }
  [[nodiscard]] Status status() const override;

 private:
  const Engine& engine_;
  const Family family_;
  const std::string lower_;
  const std::string upper_;
  // RocksDB keeps pointers to the bounds: slices of the strings above, declared before the
  // iterator.
  const rocksdb::Slice lower_slice_;
  const rocksdb::Slice upper_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

}  // namespace aurora::storage
