# The Catch2 tests and their helpers (AURORA_UNIT_TESTS), relative to this directory, by room.
# Tags decide how a case is run: [threads] also under ThreadSanitizer, [long] only with
# `scripts/test --long`. tests/rules fails when a file is missing here.

set(AURORA_UNIT_TESTS
  aql/check_test.cpp
  aql/document_test.cpp
  aql/expression_test.cpp
  aql/lexer_test.cpp
  aql/limits_test.cpp
  aql/literal_test.cpp
  aql/round_trip_test.cpp
  aql/schema_test.cpp
  aql/selection_test.cpp
  base/checksum_test.cpp
  base/error_test.cpp
  base/ids_test.cpp
  base/nearest_test.cpp
  base/utf8_test.cpp
  base/version_test.cpp
  document/compare_test.cpp
  document/json_test.cpp
  document/record_test.cpp
  document/text_forms_test.cpp
  document/value_test.cpp
  facade/bind_members_test.cpp
  facade/document_test.cpp
  index/index_threads_test.cpp
  index/key_test.cpp
  index/ordered_index_test.cpp
  index/ordinal_set_test.cpp
  index/page_test.cpp
  schema/alter_test.cpp
  schema/build_test.cpp
  schema/catalog_test.cpp
  schema/coerce_test.cpp
  schema/definition_test.cpp
  storage/cow_tree_test.cpp
  storage/directory_lock_test.cpp
  storage/faulty_store_test.cpp
  storage/memory_store_threads_test.cpp
  storage/rocksdb_checkpoint_test.cpp
  storage/rocksdb_damage_test.cpp
  storage/rocksdb_failure_test.cpp
  storage/rocksdb_open_test.cpp
  storage/store_contract_test.cpp
  storage/store_fixture.cpp)
