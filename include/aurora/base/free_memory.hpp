// Memory that was freed, back to the system. Called by background upkeep once writing has paused.
#pragma once

namespace aurora {

/// Gives back what the process's allocator keeps of freed memory, as far as the system has a way. Takes milliseconds for
/// some hundred MiB, during which other threads may wait for memory: for moments of calm.
void return_free_memory() noexcept;

}  // namespace aurora
