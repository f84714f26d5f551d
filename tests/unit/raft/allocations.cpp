#include "hamok/tests/unit/raft/allocations.hpp"

#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t allocated = 0;

} // namespace

namespace hamok::raft::test {

std::size_t allocated_bytes() noexcept {
  return allocated;
}

} // namespace hamok::raft::test

// The sanitizers bring their own, and watch that allocations and releases are of one kind.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

void* operator new(std::size_t size) {
  allocated += size;
  if (auto* result = std::malloc(size == 0 ? 1 : size))
    return result;
  throw std::bad_alloc{};
}

void operator delete(void* pointer) noexcept {
  std::free(pointer);
}

void operator delete(void* pointer, std::size_t) noexcept {
  std::free(pointer);
}

#endif
