// Work in a process of its own: one that is killed while it writes, and one whose memory is looked
// at. The program starts itself again for that. Called by main.cpp and by workloads/upkeep.cpp.
#pragma once

#include "peers/store.hpp"

#include <optional>
#include <span>

namespace aurora::bench {

/// What the child does when `arguments` are those of a child: its exit status, else nothing.
[[nodiscard]] std::optional<int> run_as_child(std::span<char*> arguments);

/// Starts a child that opens the peer's store and inserts documents from number `first` on, kills
/// it in the middle of that when `count` or more are there, and waits for its end.
void write_until_killed(const Peer& peer, const Place& place, std::uint64_t first,
                        std::uint64_t count);

/// Starts a child that makes a new store of `documents`, reads each of them twice, and gives the
/// bytes of memory that the process then has.
[[nodiscard]] double memory_after_load(const Peer& peer, const Place& place,
                                       std::uint64_t documents);

}  // namespace aurora::bench
