// Small parts of the plans that selection reports. Private to selection.
#pragma once

#include <aurora/exec/select.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace aurora::exec {

using plan::PlanNode;
using Steady = std::chrono::steady_clock;

inline std::uint64_t micros_since(Steady::time_point start) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start).count());
}

inline PlanNode over(std::string op, std::string condition, PlanNode child) {
  PlanNode node;
  node.op = std::move(op);
  node.condition = std::move(condition);
  node.children.push_back(std::move(child));
  return node;
}

inline std::string order_text(const DocumentQuery& query) {
  std::string text;
  for (const auto& term : query.order) {
    if (!text.empty()) text += ", ";
    text += term.subject == plan::Subject::kSid ? "_sid" : term.path.text();
    text += term.descending ? " DESC" : " ASC";
  }
  return text;
}

inline std::string limit_text(const DocumentQuery& query) {
  std::string text = query.limit ? "limit " + std::to_string(*query.limit) : std::string();
  if (query.offset > 0) text += (text.empty() ? "offset " : " offset ") + std::to_string(query.offset);
  return text;
}

/// Errors: Timeout.
inline Status check_deadline(const ExecSettings& settings) {
  if (!settings.deadline || Steady::now() < *settings.deadline) return {};
  return Error(ErrorCode::kTimeout, "the deadline passed before everything was read; allow more time, or read less by "
                                    "an index or a limit");
}

inline Error too_large_to_sort(std::uint64_t bytes) {
  return Error(ErrorCode::kLimitExceeded, "sorting needs more than " + std::to_string(bytes) +
                                              " bytes (max_sort_bytes); add a limit, a filter or an index");
}

}  // namespace aurora::exec
