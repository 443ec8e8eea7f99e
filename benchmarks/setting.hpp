// What the figures depend on: versions and builds of the libraries, the machine.
// Printed by main.cpp before the first figure.
#pragma once

#include "peers/store.hpp"

#include <iosfwd>
#include <span>

namespace aurora::bench {

void print_setting(std::ostream& out, std::span<const Peer> peers,
                   const std::filesystem::path& directory);

}  // namespace aurora::bench
