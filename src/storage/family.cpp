// The names of the key spaces.
// They are the column family names on disk: changing one makes existing databases unreadable.
#include <aurora/storage/store.hpp>

namespace aurora::storage {

std::string_view to_string(Family family) noexcept {
  switch (family) {
    case Family::kMeta:
      return "meta";
    case Family::kDocs:
      return "docs";
    case Family::kLog:
      return "log";
    case Family::kPages:
      return "pages";
    case Family::kKv:
      return "kv";
  }
  return "unknown";
}

}  // namespace aurora::storage
