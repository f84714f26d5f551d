#pragma once

// Counts what the program takes from the heap, so that a test can say how much hostile bytes cost.

#include <cstddef>

namespace hamok::raft::test {

/// Bytes that this thread has allocated with `new` so far, whether or not they were freed. Always 0
/// under a sanitizer, which counts in its own way.
[[nodiscard]] std::size_t allocated_bytes() noexcept;

} // namespace hamok::raft::test
