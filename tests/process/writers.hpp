#pragma once

// Clients that write while a cluster is hurt, and know afterwards what has to be there.

#include "hamok/tests/process/process_cluster.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace hamok::process_test {

/// What one writer has done. A write is acknowledged when its answer has come; what an answer says
/// must be what is said when each write is applied exactly once.
struct writer_record {
  std::map<std::string, std::string> acknowledged;
  std::map<std::string, std::string> unknown; ///< may be there or not
  std::uint64_t counter = 0;                  ///< value of the writer's counter
  std::vector<std::string> violations;        ///< answers that show a loss or a double application
  std::uint64_t refused = 0;                  ///< operations that cannot have happened
  /// The longest time in which nothing of this writer was acknowledged, and the insert behind it.
  std::chrono::nanoseconds longest_gap{0};
  std::string gap_before;
};

/// Four (or so) threads, each with a client that begins with another member. Each inserts keys of
/// its own and counts up a counter of its own by compare-and-swap.
class writers {
public:
  static constexpr const char* map_name = "written";

  writers(const process_cluster& cluster, std::size_t count);
  ~writers();
  writers(const writers&) = delete;
  writers& operator=(const writers&) = delete;

  /// Waits until every writer has got `count` more acknowledgements than now; false: not in time.
  bool await_progress(std::uint64_t count,
                      std::chrono::milliseconds limit = std::chrono::seconds{60}) const;

  /// Ends them and gives what they have done.
  std::vector<writer_record> finish();

private:
  void run(std::size_t number, client via);

  std::atomic<bool> stopping_{false};
  std::vector<writer_record> records_;
  std::vector<std::atomic<std::uint64_t>> progress_; ///< acknowledged inserts of each
  std::vector<std::thread> threads_;
};

/// Whoever has waited longer than `limit` for an acknowledgement, a line for each.
std::vector<std::string> long_gaps(const std::vector<writer_record>& records,
                                   std::chrono::milliseconds limit);

/// Everything that is wrong with the content of the map on one member, a line for each; empty: each
/// acknowledged write is there exactly once, and nothing is there that was not written.
std::vector<std::string> discrepancies(const process_cluster& cluster, std::size_t member,
                                       const std::vector<writer_record>& records);

} // namespace hamok::process_test
