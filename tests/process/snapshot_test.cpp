// Members that lack what is in no log any more, while four clients write: a snapshot of some 40 MB
// brings them up, over links that are cut in the middle of it, too. Afterwards every acknowledged
// write has to be there exactly once.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/process/event_watch.hpp"
#include "hamok/tests/process/process_cluster.hpp"
#include "hamok/tests/process/writers.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>

using namespace hamok::process_test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;
constexpr std::size_t log_max_entries = 2000;
constexpr auto* short_logs = "  log-max-bytes = 4194304\n  log-max-entries = 2000\n"
                             "  max-subscriber-events = 100000\n";

constexpr auto* large_map = "large";
constexpr int large_values = 160;
constexpr std::size_t value_size = 250'000;
constexpr std::size_t data_size = large_values * value_size;

constexpr std::size_t writer_count = 4;
constexpr std::uint64_t some = 50; ///< writes of each client between two steps
constexpr auto longest_refusal = 1s;

constexpr std::size_t newcomer = 3;

std::string name(std::size_t member) {
  return process_cluster::name(member);
}

/// Three members whose logs are much shorter than what they hold, and a place for a fourth.
class full_cluster : public process_cluster {
public:
  explicit full_cluster(links how = links::direct) : process_cluster(empty, 4, how, short_logs) {
    start_with(0, {});
    start_with(1, {seed_of(0)});
    start_with(2, {seed_of(0)});
    REQUIRE(await_members({0, 1, 2}));
    auto via = patient_client(0);
    hamok::cli::map_client large{via, large_map};
    REQUIRE(large.open());
    const std::string value(value_size, 'x');
    for (int i = 0; i < large_values; ++i)
      REQUIRE(large.set("key-" + std::to_string(i), value));
  }

  void start_newcomer() { start_with(newcomer, {seed_of(0), seed_of(1), seed_of(2)}); }

  /// Lines of the member's log that end so or have it somewhere.
  [[nodiscard]] std::size_t lines_with(std::size_t member, const std::string& text) const {
    const auto all = log(member);
    std::size_t result = 0;
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1))
      ++result;
    return result;
  }

  /// Snapshots that the member has made of its collections so far.
  [[nodiscard]] std::size_t cuts(std::size_t member) const {
    return lines_with(member, "a snapshot at ");
  }

  /// Entries in the member's log.
  [[nodiscard]] std::size_t log_length(std::size_t member) const {
    auto via = client_of(member);
    const auto first = via.compact(1); // which have gone long ago
    const auto status = via.status();
    REQUIRE(first);
    REQUIRE(status);
    return static_cast<std::size_t>(status->view.last_index + 1 - *first);
  }

  [[nodiscard]] std::size_t resident(std::size_t member) {
    std::size_t total = 0;
    std::size_t pages = 0;
    std::ifstream{"/proc/" + std::to_string(process(member).pid()) + "/statm"} >> total >> pages;
    return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  }

  /// Whether the newcomer holds the large map; a part of it is a failure.
  [[nodiscard]] bool has_large_map(std::size_t member) const {
    const auto status = client_of(member).collection(large_map);
    if (!status || status->number == 0)
      return false;
    CHECK(status->size == large_values);
    return true;
  }
};

void check_all(const process_cluster& cluster, writers& writing,
               const std::vector<std::size_t>& among, const std::string& what) {
  const auto records = writing.finish();
  REQUIRE(cluster.await_equal(writers::map_name, among));
  REQUIRE(cluster.await_equal(large_map, among));
  for (const auto member : among)
    for (const auto& wrong : discrepancies(cluster, member, records))
      FAIL_CHECK(wrong);
  for (const auto& gap : long_gaps(records, longest_refusal))
    FAIL_CHECK(gap);
  std::size_t acknowledged = 0;
  std::chrono::nanoseconds longest{0};
  for (const auto& record : records) {
    CHECK(record.acknowledged.size() >= some);
    CHECK(record.unknown.empty());
    acknowledged += record.acknowledged.size() + record.counter;
    longest = std::max(longest, record.longest_gap);
  }
  std::cout << what << ": " << acknowledged
            << " writes were acknowledged, and nobody waited longer "
            << "than " << std::chrono::duration_cast<std::chrono::milliseconds>(longest).count()
            << " ms\n";
}

/// The link between the leader and the newcomer is cut when a third of the snapshot has come.
void cut_in_the_middle(full_cluster& cluster, cut_kind kind) {
  const auto leader = cluster.await_leader({0, 1, 2});
  auto& proxy = cluster.proxy();
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  proxy.cut_after(data_size / 3, name(leader), name(newcomer), kind);
  cluster.start_newcomer();
  REQUIRE(eventually([&] { return proxy.is_cut(name(leader), name(newcomer)); }));
  REQUIRE(writing.await_progress(some));
  CHECK_FALSE(cluster.has_large_map(newcomer));
  proxy.heal();
  REQUIRE(cluster.await_members(cluster.all()));
  REQUIRE(writing.await_progress(some));
  std::cout << "of a snapshot of " << data_size / mib << " MiB, "
            << proxy.passed(name(leader), name(newcomer)) / mib
            << " MiB were sent over a link that "
            << (kind == cut_kind::broken ? "broke" : "fell silent") << ", of "
            << cluster.cuts(leader) << " cuts\n";
  check_all(cluster, writing, cluster.all(), "the link was cut");
}

} // namespace

TEST_CASE("a newcomer, and a member that was killed, are brought up by snapshots under writers",
          "[timed]") {
  full_cluster cluster;
  const auto leader = cluster.await_leader({0, 1, 2});
  const auto victim = (leader + 1) % 3;
  event_watch events{cluster.client_of(leader)};
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  cluster.start_newcomer();
  REQUIRE(cluster.await_members(cluster.all()));
  CHECK(events.saw("unsynced-peer id=\"" + name(newcomer) + "\""));
  CHECK(cluster.lines_with(newcomer, "has been installed") >= 1);
  REQUIRE(writing.await_progress(some));

  cluster.kill(victim);
  REQUIRE(writing.await_progress(some));
  cluster.start(victim);
  REQUIRE(cluster.await_members(cluster.all()));
  CHECK(events.saw("unsynced-peer id=\"" + name(victim) + "\""));
  CHECK(cluster.lines_with(victim, "has been installed") >= 1);
  REQUIRE(writing.await_progress(some));
  check_all(cluster, writing, cluster.all(), "two were brought up");
}

TEST_CASE("a member that was stopped for long goes on from a snapshot, and its users are told",
          "[timed]") {
  full_cluster cluster;
  const auto leader = cluster.await_leader({0, 1, 2});
  const auto away = (leader + 1) % 3;
  event_watch leaders_events{cluster.client_of(leader)};
  event_watch its_events{cluster.client_of(away)};
  const auto life = cluster.incarnation(away);
  cluster.freeze(away);
  auto via = cluster.client_of(leader);
  via.timeout(60s);
  hamok::cli::map_client large{via, large_map};
  for (int i = 0; i < large_values; ++i)
    REQUIRE(large.set("key-" + std::to_string(i), std::string(value_size, 'y')));
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  cluster.thaw(away);
  CHECK(leaders_events.saw("unsynced-peer id=\"" + name(away) + "\""));
  CHECK(its_events.saw("resync collection=\"large\""));
  REQUIRE(cluster.await_members({0, 1, 2}));
  CHECK(cluster.incarnation(away) == life);
  REQUIRE(writing.await_progress(some));
  check_all(cluster, writing, {0, 1, 2}, "one was stopped for long");
}

TEST_CASE("a snapshot goes on, or begins anew, when the link breaks in the middle of it",
          "[timed]") {
  full_cluster cluster{process_cluster::links::proxied};
  cut_in_the_middle(cluster, cut_kind::broken);
}

TEST_CASE("a snapshot goes on, or begins anew, when the link falls silent in the middle of it",
          "[timed]") {
  full_cluster cluster{process_cluster::links::proxied};
  cut_in_the_middle(cluster, cut_kind::silent);
}

TEST_CASE("a newcomer that dies in the middle of its snapshot costs nothing, and may come back",
          "[timed]") {
  full_cluster cluster{process_cluster::links::proxied};
  const auto leader = cluster.await_leader({0, 1, 2});
  auto& proxy = cluster.proxy();
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  proxy.cut_after(data_size / 3, name(leader), name(newcomer), cut_kind::silent);
  cluster.start_newcomer();
  REQUIRE(eventually([&] { return proxy.is_cut(name(leader), name(newcomer)); }));
  cluster.kill(newcomer);
  proxy.heal(); // so that the end of the connection is seen

  // What was being sent is kept for some seconds, and what comes behind it, too. Then it is let go.
  const auto index = [&] { return cluster.client_of(leader).status()->view.last_index; };
  const auto goes_on_to = [&](hamok::raft::index_t last) {
    REQUIRE(eventually([&] { return index() >= last; }));
  };
  goes_on_to(index() + 3 * log_max_entries);
  REQUIRE(eventually([&] { return cluster.log_length(leader) <= 2 * log_max_entries; }));
  const auto cuts = cluster.cuts(leader);
  const auto memory = cluster.resident(leader);
  goes_on_to(index() + 3 * log_max_entries);
  CHECK(cluster.cuts(leader) == cuts);
  CHECK(cluster.log_length(leader) <= 2 * log_max_entries);
  CHECK(cluster.resident(leader) <= memory + 16 * mib);
  std::cout << "the leader has " << cluster.resident(leader) / mib << " MiB (" << memory / mib
            << " MiB before), " << cluster.log_length(leader) << " entries, and made "
            << cluster.cuts(leader) << " cuts\n";

  cluster.start(newcomer);
  REQUIRE(cluster.await_members(cluster.all()));
  REQUIRE(writing.await_progress(some));
  check_all(cluster, writing, cluster.all(), "the newcomer has died and come back");
}
