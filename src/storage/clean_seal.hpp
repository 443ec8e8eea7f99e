// The seal of a database that was closed cleanly: what its CURRENT, MANIFEST and tables must look
// like. Written by close and checkpoint, checked and broken by open.
//
// Why: RocksDB takes a MANIFEST that ends early for one torn by a crash. It then opens in an older
// state, without a word, and deletes the tables the missing part named. After a clean close nothing
// can be torn, so a shorter file is damage: the seal says so before RocksDB sees the directory.
// After a crash there is no seal, and RocksDB's own checks are all there is. Tables are sealed by
// size, because RocksDB, which does check them, blames the MANIFEST for one that was cut; their
// bytes have checksums of their own.
#pragma once

#include <aurora/result.hpp>

#include <string>

namespace aurora::storage {

inline constexpr const char* kSealFileName = "AURORA.SEAL";

/// Seals `directory`, durably. Requires: no RocksDB has it open, or it is a finished checkpoint.
[[nodiscard]] Status write_seal(const std::string& directory);

/// Ok when unsealed or intact. Errors: Corruption naming the file that was changed; IoError.
[[nodiscard]] Status verify_seal(const std::string& directory);

/// Removes the seal, durably: the directory is about to change.
[[nodiscard]] Status break_seal(const std::string& directory);

}  // namespace aurora::storage
