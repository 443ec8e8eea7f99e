// Which indexes recorded reads lacked, and which they never used. Private to the facade; its body is index_advice.cpp.
#pragma once

#include <aurora/exec/read_shapes.hpp>
#include <aurora/optimize.hpp>
#include <aurora/schema/catalog.hpp>

namespace aurora::facade {

/// Every proposed text was tried on the definition. Cost: O(shapes² × fields), whatever the collection holds.
[[nodiscard]] IndexAdvice advise(const Catalog& catalog, const CollectionDef& collection,
                                 const exec::CollectionReads& reads);

}  // namespace aurora::facade
