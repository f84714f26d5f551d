#pragma once

// What was measured, as a table for people and as JSON for machines.

#include "hamok/tests/bench/raw_tcp.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace hamok::bench {

/// What one process has used during a measurement.
struct usage {
  std::string member;
  double cpu_seconds = 0;
  double resident_mib = 0;
};

/// One load, with `in_flight` sets waiting for their answers at any time.
struct measurement {
  std::string through; ///< "leader" or "follower": where the load came from
  std::size_t in_flight = 0;
  std::uint64_t sets = 0;
  std::uint64_t errors = 0;
  double seconds = 0;
  double p50_us = 0;
  double p99_us = 0;
  round_trip raw_tcp;           ///< measured right before
  std::vector<usage> processes; ///< the leader's first

  [[nodiscard]] double sets_per_second() const {
    return seconds > 0 ? static_cast<double>(sets) / seconds : 0;
  }
  /// How many raw round trips one set takes, by the medians.
  [[nodiscard]] double round_trips() const {
    return raw_tcp.p50_us > 0 ? p50_us / raw_tcp.p50_us : 0;
  }
  /// How many sets are acknowledged in the time of one raw round trip.
  [[nodiscard]] double sets_per_round_trip() const {
    return sets_per_second() * raw_tcp.p50_us / 1e6;
  }
};

void print_table(std::ostream& out, const std::vector<measurement>& all);

[[nodiscard]] nlohmann::ordered_json to_json(const std::vector<measurement>& all);

} // namespace hamok::bench
