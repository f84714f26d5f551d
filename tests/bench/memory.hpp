#pragma once

// How much memory collections take, empty and full, on a member that is alone.

#include <cstddef>

namespace hamok::bench {

struct memory_options {
  std::size_t maps = 10'000;
  std::size_t entries = 5'000'000;
  bool json = false;
};

/// Measures, prints, and gives the exit code: 1 when something could not be made or was not there
/// afterwards.
[[nodiscard]] int run_memory(const memory_options& options);

} // namespace hamok::bench
