// How this room opens a directory that only names are looked up in.
// Used by file roots, sources and sinks.
#pragma once

#include <fcntl.h>

namespace aurora::io {

// O_PATH asks for no right to list the names; systems without it need that right.
#ifdef O_PATH
inline constexpr int kDirectoryFlags = O_PATH | O_DIRECTORY | O_CLOEXEC;
#else
inline constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
#endif

}  // namespace aurora::io
