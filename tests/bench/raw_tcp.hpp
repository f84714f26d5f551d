#pragma once

// What the machine gives without Hamok: the round trip of a request over a TCP connection on
// loopback, between two processes that are pinned to different cores.

#include <chrono>
#include <cstddef>
#include <vector>

namespace hamok::bench {

/// Nanoseconds that each of a number of things took.
class samples {
public:
  void add(std::chrono::nanoseconds span) { values_.push_back(span); }
  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }

  /// The value that `share` (0 to 1) of all are not above, in microseconds; 0: there are none.
  [[nodiscard]] double quantile_us(double share);

private:
  std::vector<std::chrono::nanoseconds> values_;
};

struct round_trip {
  double p50_us = 0;
  double p99_us = 0;
};

/// Sends as many bytes as one set (16-byte key, 256-byte value) and waits for a short answer, again
/// and again for `span`. Throws `std::runtime_error` when the system refuses a socket or process.
[[nodiscard]] round_trip measure_raw_tcp(std::chrono::milliseconds span);

} // namespace hamok::bench
