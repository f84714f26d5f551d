#pragma once

// The writer of the demonstration: one write after the other, and when each was acknowledged.

#include "hamok/cli/demo_cluster.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hamok::cli {

/// Writes "key-0", "key-1" ... into a map, as fast as they are acknowledged, in a thread of its
/// own.
class demo_writer {
public:
  static constexpr const char* map_name = "written";

  using time_point = std::chrono::steady_clock::time_point;

  /// One write that was acknowledged.
  struct written {
    std::uint64_t number = 0;
    time_point begun;
    time_point acknowledged;
  };

  /// Creates the map and begins; throws `std::runtime_error` when that fails.
  explicit demo_writer(const demo_cluster& cluster);
  ~demo_writer();
  demo_writer(const demo_writer&) = delete;
  demo_writer& operator=(const demo_writer&) = delete;

  /// Waits for `count` acknowledged writes more than now; false: not in time.
  bool await(std::uint64_t count) const;

  /// Ends the writer.
  void stop();

  /// Waits for the write that is under way, and begins no other until `go_on`.
  void pause();
  void go_on() { paused_ = false; }

  /// Time from `since` to the acknowledgement of the first write that was begun after it; negative:
  /// there was none. Only after `stop`.
  [[nodiscard]] std::chrono::nanoseconds first_after(time_point since) const;

  /// The longest time from `since` on in which nothing was acknowledged.
  [[nodiscard]] std::chrono::nanoseconds longest_gap(time_point since) const;

  /// Acknowledged writes that a member does not hold, and entries that it holds and that were never
  /// written. Only after `stop`.
  [[nodiscard]] std::vector<std::string> mismatches(client& member) const;

  [[nodiscard]] const std::vector<written>& acknowledged() const noexcept { return acknowledged_; }

  /// Errors that the writer was told. Only after `stop`.
  [[nodiscard]] const std::vector<std::string>& errors() const noexcept { return errors_; }

private:
  void run();

  client via_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> paused_{false};
  std::atomic<bool> rests_{false}; ///< it has seen that it is to pause
  std::atomic<std::uint64_t> count_{0};
  mutable std::mutex mutex_;
  std::vector<written> acknowledged_;
  std::uint64_t begun_ = 0; ///< writes that were tried
  std::vector<std::string> errors_;
  std::thread thread_;
};

} // namespace hamok::cli
