#pragma once

// The load: an actor that keeps a number of sets in flight, as an application's actor would.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/collections/map.hpp"
#include "hamok/tests/bench/raw_tcp.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <string>

namespace hamok::bench {

using bench_map = map<std::string, std::string>;

/// What a load has come to.
struct load_result {
  std::uint64_t sets = 0;
  std::uint64_t errors = 0;
  double seconds = 0;
  samples latencies;
};

/// What every set of the load writes.
inline constexpr std::size_t key_bytes = 16;
inline constexpr std::size_t value_bytes = 256;

/// Sets `sets` values under `keys` different keys, `in_flight` at a time. Latencies are not kept.
[[nodiscard]] std::future<load_result> generate_sets(caf::actor_system& system,
                                                     const bench_map& target, std::size_t in_flight,
                                                     std::uint64_t sets, std::uint64_t keys);

/// Sets values in the map for `span`, `in_flight` at a time, after a warm-up of a tenth of it that
/// is not counted. The result comes when the last answer is there.
[[nodiscard]] std::future<load_result> generate(caf::actor_system& system, const bench_map& target,
                                                std::size_t in_flight,
                                                std::chrono::milliseconds span);

} // namespace hamok::bench
