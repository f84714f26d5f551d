#pragma once

// Many seeds in several processes, and what came of them.

#include "hamok/tests/sim/world.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace hamok::sim {

struct run_options {
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 100;
  std::size_t jobs = 1;
  bool trace = false;              ///< print the trace of every seed
  bool verbose = false;            ///< a line for each seed
  bool verify_determinism = false; ///< each seed twice, not only some
  bool stop_at_first = false;      ///< at the first violation
};

struct run_summary {
  std::uint64_t seeds = 0;
  std::uint64_t violations = 0;
  counts done;
  std::chrono::milliseconds slowest{0};
  std::uint64_t slowest_seed = 0;
};

/// Runs one seed; with a violation, once more with its trace kept and printed.
/// Nothing but `summary` and what is printed comes out of it.
void run_seed(std::uint64_t seed, const run_options& options, run_summary& summary);

/// Runs all seeds in `jobs` processes, so that a crash ends only one of them; with `trace` in this
/// one.
[[nodiscard]] run_summary run_all(const run_options& options);

} // namespace hamok::sim
