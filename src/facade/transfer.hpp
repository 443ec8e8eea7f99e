// The mutations `import` and `export`: documents from and to files. Called by the statement runner and, inside a
// transaction block, by the executor; calls the readers and writers of the io room.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/mutate.hpp>
#include <aurora/io/file_roots.hpp>

#include <string>

namespace aurora::facade {

/// Files lie under `roots`, or anywhere when they have no bounds.
/// {"imported","skipped","failed"}, or what of it is selected. A document whose unique value is taken is skipped, one
/// that is refused has failed; neither ends the import.
/// Errors: CollectionNotFound, InvalidQuery (unknown format), IoError, InvalidInput with line and column for a file
/// that cannot be read on; then nothing is imported.
[[nodiscard]] Result<std::string> run_import(WriteView& view, const aql::Selection& field,
                                             const exec::MutationContext& context, const io::FileRoots& roots);

/// {"exported"}. The file is there whole or, after an error, as it was before.
/// Errors: as run_import, and those of `where`; StorageFull.
[[nodiscard]] Result<std::string> run_export(View& view, const aql::Selection& field,
                                             const exec::MutationContext& context, const io::FileRoots& roots);

/// Either, by its name.
[[nodiscard]] Result<std::string> run_transfer(WriteView& view, const aql::Selection& field,
                                               const exec::MutationContext& context, const io::FileRoots& roots);

}  // namespace aurora::facade
