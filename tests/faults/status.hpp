// How the children of the fault test end. Read by their parent.
#pragma once

namespace aurora::testing {

inline constexpr int kAsAllowed = 0;       ///< something failed, and every error was one that a fault may give
inline constexpr int kWrong = 3;           ///< something else happened; said on standard error
inline constexpr int kNothingFailed = 10;  ///< all was done before the operation that would have failed
inline constexpr int kPowerCut = 40;       ///< the power was cut, and what was synced is in the report
inline constexpr int kCannotReport = 41;

}  // namespace aurora::testing
