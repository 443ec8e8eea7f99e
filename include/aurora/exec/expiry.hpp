// Expired documents of a collection with @@ttl: hidden from everything at once, removed soon after.
// Called by selection, introspection, alter and the background removal (commit/expired.cpp).
#pragma once

#include <aurora/exec/write_view.hpp>
#include <aurora/plan/access.hpp>

#include <span>

namespace aurora::exec {

/// The committed documents that are expired at `now`; empty without a rule. Cost: one range of the rule's index, which
/// holds what was not removed yet.
[[nodiscard]] OrdinalSet expired_documents(const CollectionVersion& version, DateTime now);

/// Takes expired documents out of the candidates, so that what is left is as exact as before; the plan shows the set
/// they were found by when there are any.
void hide_expired(plan::Access& access, const CollectionVersion& version, DateTime now, bool explain);

/// The documents of a collection that `view` shows: live, not expired, its own changes included.
[[nodiscard]] std::uint64_t count_documents(View& view, const CollectionVersion& version);

/// Removes those of `ordinals` that are expired, relations following. What RESTRICT holds stays, hidden, until nothing
/// refers to it, and is added to `held`, if that is not null. Errors: those of reading; what was removed is then half done,
/// and the caller's to roll back.
[[nodiscard]] Status remove_expired(WriteView& view, const CollectionDef& collection,
                                    std::span<const Ordinal> ordinals, OrdinalSet* held = nullptr);

}  // namespace aurora::exec
