// Body of results and error responses. Called by users and the command line.
#include <aurora/query_result.hpp>

#include <aurora/base/out_of_memory.hpp>

#include "deferred.hpp"

namespace aurora {

std::string QueryResult::dump() const {
  std::string out = "{\"data\":" + data_;
  if (!extensions_.empty()) out += ",\"extensions\":" + extensions_;
  return out + "}";
}

Result<QueryResult> QueryResult::try_deferred() const {
  return within_memory([&]() -> Result<QueryResult> {
    if (!deferred_) return QueryResult();
    return deferred_->fetch();
  });
}

Value QueryResult::data() const {
  // Our own text: deeper than a stored value can be (codec::kMaxDepth) with the result around it.
  constexpr std::uint32_t kDeepest = 500;
  return parse_json(data_, kDeepest).value();
}

std::string error_response(const Error& error, std::string_view data_text) {
  std::string out = "{\"errors\":[{\"code\":";
  append_json_string(out, to_string(error.code()));
  out += ",\"message\":";
  append_json_string(out, error.message());
  if (error.line() != 0) {
    out += ",\"line\":" + std::to_string(error.line());
    out += ",\"column\":" + std::to_string(error.column());
  }
  out += ",\"path\":[";
  for (std::size_t i = 0; i < error.path().size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, error.path()[i]);
  }
  out += "]}]";
  if (!data_text.empty()) out.append(",\"data\":").append(data_text);
  return out + "}";
}

}  // namespace aurora
