#pragma once

// A long load on three members whose logs are compacted: does their memory stay where it is?

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hamok::bench {

struct soak_options {
  std::uint64_t sets = 20'000'000;
  std::uint64_t keys = 100'000;
  std::size_t log_max_bytes = std::size_t{64} << 20;
  std::size_t in_flight = 1024;
  std::chrono::seconds report{60};
};

/// The resident memory of one member, a sample a second, in bytes.
using memory_course = std::vector<double>;

/// What a member may need with that load: 1.5 times its data, twice its log, and 60 MB.
[[nodiscard]] double memory_bound(const soak_options& options);

/// How much it has grown in the second half of the samples, by the line that fits best.
[[nodiscard]] double growth(const memory_course& course);

/// Runs the load, and prints the memory of each member each minute. The program's exit code: 1 when
/// a member has needed more than the bound, or has grown by more than 1 % (and 2 MiB) in the second
/// half, or a set has failed.
int run_soak(const soak_options& options);

} // namespace hamok::bench
