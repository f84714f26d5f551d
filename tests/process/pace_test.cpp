// How long writes are refused when the leader ends: at most 20 ms when it is stopped in order, and
// less than 50 ms when it is killed, as medians of ten.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/process/process_cluster.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace hamok::process_test;

namespace {

using std::chrono::steady_clock;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t rounds = 10;

/// One write after the other, each as soon as the one before it was acknowledged.
class steady_writer {
public:
  explicit steady_writer(const process_cluster& cluster)
      : thread_([this, via = cluster.patient_client(0)]() mutable { run(std::move(via)); }) {}
  ~steady_writer() {
    stopping_ = true;
    thread_.join();
  }
  steady_writer(const steady_writer&) = delete;
  steady_writer& operator=(const steady_writer&) = delete;

  /// Waits for so many acknowledgements more; false: not in time.
  [[nodiscard]] bool await(std::size_t count) const {
    const auto wanted = acknowledged() + count;
    return eventually([&] { return acknowledged() >= wanted; });
  }

  /// The longest time from `since` on in which nothing was acknowledged.
  [[nodiscard]] milliseconds longest_gap(steady_clock::time_point since) const {
    const std::lock_guard guard{mutex_};
    milliseconds longest{0};
    for (auto before = since; const auto each : acknowledged_) {
      if (each < since)
        continue;
      longest = std::max<milliseconds>(longest, each - before);
      before = each;
    }
    return longest;
  }

  [[nodiscard]] std::vector<std::string> failures() const {
    const std::lock_guard guard{mutex_};
    return failures_;
  }

private:
  [[nodiscard]] std::size_t acknowledged() const {
    const std::lock_guard guard{mutex_};
    return acknowledged_.size();
  }

  void run(hamok::client via) {
    hamok::cli::map_client map{via, "written"};
    const auto opened = map.open();
    for (std::size_t i = 0; opened && !stopping_; ++i) {
      const auto done = map.set("key" + std::to_string(i % 1000), std::to_string(i));
      const std::lock_guard guard{mutex_};
      if (done)
        acknowledged_.push_back(steady_clock::now());
      else
        failures_.push_back(hamok::text_of(done.error()));
    }
  }

  mutable std::mutex mutex_;
  std::vector<steady_clock::time_point> acknowledged_;
  std::vector<std::string> failures_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

/// Ends the leader ten times, each time another process; the median of how long nothing was
/// acknowledged.
template <class End>
milliseconds median_gap(const End& end) {
  process_cluster cluster;
  REQUIRE(cluster.await_members(cluster.all()));
  const steady_writer writer{cluster};
  std::minstd_rand random{std::random_device{}()};
  std::vector<milliseconds> gaps;
  for (std::size_t round = 0; round < rounds; ++round) {
    REQUIRE(writer.await(100));
    const auto leader = cluster.await_leader(cluster.all());
    // At any moment between two heartbeats, not always at the same one.
    REQUIRE(writer.await(random() % 200));
    const auto since = steady_clock::now();
    end(cluster, leader);
    REQUIRE(writer.await(100));
    gaps.push_back(writer.longest_gap(since));
    UNSCOPED_INFO("nothing was acknowledged for " << gaps.back().count() << " ms");
    cluster.start(leader);
    REQUIRE(cluster.await_members(cluster.all()));
  }
  CHECK(writer.failures() == std::vector<std::string>{});
  std::sort(gaps.begin(), gaps.end());
  return (gaps[rounds / 2 - 1] + gaps[rounds / 2]) / 2;
}

} // namespace

TEST_CASE("writes go on within 20 ms when the leader is stopped in order, median of ten",
          "[timed]") {
  const auto median = median_gap([](process_cluster& cluster, std::size_t leader) {
    cluster.process(leader).signal(SIGTERM);
    CHECK(cluster.process(leader).wait(std::chrono::seconds{10}) == 0);
  });
  CHECK(median.count() <= 20);
}

TEST_CASE("writes go on within 50 ms when the leader is killed, median of ten", "[timed]") {
  const auto median =
      median_gap([](process_cluster& cluster, std::size_t leader) { cluster.kill(leader); });
  CHECK(median.count() < 50);
}
