// Histories with one known anomaly each, which the checker must find before it is trusted.
#pragma once

namespace aurora::testing {

/// Prints what was not found, or found where there is nothing.
[[nodiscard]] bool sees_known_anomalies();

}  // namespace aurora::testing
