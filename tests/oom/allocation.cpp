// Body of allocation.hpp, with the replaced operators.
#include "allocation.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace aurora::testing {
namespace {

struct State {
  bool on = false;
  bool lasting = false;
  bool came = false;
  int plenty = 0;
  long left = 0;
};
constinit thread_local State state;

bool is_short() noexcept {
  if (!state.on || state.plenty > 0) return false;
  if (state.left > 0) {
    --state.left;
    return false;
  }
  if (state.left < 0 && !state.lasting) return false;
  state.left = -1;
  state.came = true;
  return true;
}

void* allocate(std::size_t size) {
  void* const memory = is_short() ? nullptr : std::malloc(size > 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* allocate(std::size_t size, std::align_val_t alignment) {
  const auto step = static_cast<std::size_t>(alignment);
  void* const memory = is_short() ? nullptr : std::aligned_alloc(step, (size + step - 1) / step * step);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

Shortage::Shortage(long nth, bool lasting) noexcept {
  state.came = false;
  state.left = nth;
  state.lasting = lasting;
  state.on = true;
}
Shortage::~Shortage() { state.on = false; }
bool Shortage::came() const noexcept { return state.came; }

Plenty::Plenty() noexcept { ++state.plenty; }
Plenty::~Plenty() { --state.plenty; }

}  // namespace aurora::testing

void* operator new(std::size_t size) { return aurora::testing::allocate(size); }
void* operator new[](std::size_t size) { return aurora::testing::allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) { return aurora::testing::allocate(size, alignment); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return aurora::testing::allocate(size, alignment); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
