// The links of a page: what they point to must be there.
// Used by the reader of pages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aurora::testing {

/// The targets of links in a line of the page at `path` that lead to no file, or to no heading of
/// one. Links to other sites are not followed.
[[nodiscard]] std::vector<std::string> broken_links(const std::string& path, std::string_view line);

}  // namespace aurora::testing
