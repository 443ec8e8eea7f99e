// Scanning a committed state with other documents laid over it. Shared by the views that do so.
#pragma once

#include <aurora/base/try.hpp>
#include <aurora/exec/view.hpp>

namespace aurora {

/// Visits `ordinals` in rising order until `visit` returns false: those of `pending` (may be null) from there, all others
/// through `scan_base(ordinals, visit)`. Errors: those of `scan_base`.
template <class ScanBase>
[[nodiscard]] Status scan_with_pending(const PendingDocuments* pending, const OrdinalSet& ordinals,
                                       const std::function<bool(Ordinal, const RecordRef&)>& visit,
                                       const ScanBase& scan_base) {
  if (pending == nullptr) return scan_base(ordinals, visit);
  auto next = pending->documents.begin();
  bool stopped = false;
  const auto visit_pending_before = [&](std::uint64_t limit) {
    for (; !stopped && next != pending->documents.end() && next->first < limit; ++next)
      if (ordinals.contains(next->first)) stopped = !visit(next->first, next->second);
  };
  if (const auto untouched = ordinals - pending->touched; !untouched.empty()) {
    AURORA_TRY(scan_base(untouched, [&](Ordinal ordinal, const RecordRef& record) {
      visit_pending_before(ordinal);
      if (!stopped) stopped = !visit(ordinal, record);
      return !stopped;
    }));
  }
  visit_pending_before(UINT64_MAX);
  return {};
}

}  // namespace aurora
