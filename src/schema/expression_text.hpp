// What the schema room does to the text of computed fields. Private to it; evaluation is in expr.
#pragma once

#include <string>
#include <string_view>

namespace aurora {

/// `text`, an expression or a template, with the field `from` called `to` wherever it is read.
[[nodiscard]] std::string rename_in_expression(std::string_view text, std::string_view from,
                                               std::string_view to);

}  // namespace aurora
