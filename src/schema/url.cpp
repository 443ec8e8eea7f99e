// The one file that knows Boost.URL: is a text an absolute URL? Called by formats and coercion.
#include "schema/formats.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace aurora {

bool is_url(std::string_view text) noexcept {
  const auto url = boost::urls::parse_uri({text.data(), text.size()});
  return url.has_value() && url->has_authority() && !url->encoded_host().empty();
}

}  // namespace aurora
