// Five members on five hosts with addresses of their own, and a network between them that is cut,
// cut in one direction only, slow, or loses packets.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/process/packet_network.hpp"
#include "hamok/tests/process/process_cluster.hpp"
#include "hamok/tests/process/writers.hpp"

#include <iostream>
#include <optional>

using namespace hamok::process_test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t writer_count = 4;
constexpr std::uint64_t some = 20; ///< writes of each client between two steps
constexpr std::uint64_t few = 5;   ///< the same where each takes long
constexpr path_quality nothing_comes_through{.cut = true};

/// Five hosts, or nothing, said with the reason, where this machine does not allow them.
class hosts {
public:
  hosts() {
    if (const auto obstacle = packet_network::obstacle(); !obstacle.empty())
      std::cout << "SKIPPED on this machine: network namespaces and devices need CAP_NET_ADMIN, "
                   "CAP_SYS_ADMIN and /dev/net/tun: "
                << obstacle << '\n';
    else
      network_.emplace(5);
  }

  [[nodiscard]] packet_network* get() { return network_ ? &*network_ : nullptr; }

private:
  std::optional<packet_network> network_;
};

void check_all(const process_cluster& cluster, writers& writing) {
  const auto records = writing.finish();
  REQUIRE(cluster.await_equal(writers::map_name, cluster.all()));
  for (const auto member : cluster.all())
    for (const auto& wrong : discrepancies(cluster, member, records))
      FAIL_CHECK(wrong);
  for (const auto& record : records) {
    CHECK(record.acknowledged.size() >= some);
    CHECK(record.unknown.empty());
  }
}

/// This host is not heard by any other, or hears none.
void cut_one_way(packet_network& network, std::size_t host, bool its_words) {
  for (std::size_t i = 0; i < network.size(); ++i)
    if (i != host)
      network.set(its_words ? host : i, its_words ? i : host, nothing_comes_through);
}

/// Cuts, goes on without `away`, heals, and goes on with all.
void go_through(process_cluster& cluster, packet_network& network, writers& writing,
                std::size_t away) {
  cluster.await_leader(cluster.all_but(away));
  REQUIRE(writing.await_progress(some));
  network.heal();
  REQUIRE(cluster.await_members(cluster.all()));
  REQUIRE(writing.await_progress(some));
}

} // namespace

TEST_CASE("five hosts: a follower and then the leader are cut off, and come back") {
  hosts all;
  if (!all.get())
    return;
  auto& network = *all.get();
  process_cluster cluster{network};
  REQUIRE(cluster.await_members(cluster.all()));
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  for (const auto leads : {false, true}) {
    const auto leader = cluster.await_leader(cluster.all());
    const auto away = leads ? leader : cluster.all_but(leader).front();
    network.set_all_of(away, nothing_comes_through);
    go_through(cluster, network, writing, away);
  }
  CHECK(network.lost() > 0);
  check_all(cluster, writing);
}

TEST_CASE("five hosts: two of them together are cut off, and nothing is split") {
  hosts all;
  if (!all.get())
    return;
  auto& network = *all.get();
  process_cluster cluster{network};
  const auto leader = cluster.await_leader(cluster.all());
  const auto friend_of_it = cluster.all_but(leader).front();
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  std::vector<std::size_t> majority;
  for (const auto i : cluster.all())
    if (i != leader && i != friend_of_it) {
      majority.push_back(i);
      for (const auto one : {leader, friend_of_it}) {
        network.set(one, i, nothing_comes_through);
        network.set(i, one, nothing_comes_through);
      }
    }
  cluster.await_leader(majority);
  REQUIRE(writing.await_progress(some));
  network.heal();
  REQUIRE(cluster.await_members(cluster.all()));
  check_all(cluster, writing);
}

TEST_CASE("five hosts: the leader is not heard any more, or hears nobody any more") {
  hosts all;
  if (!all.get())
    return;
  auto& network = *all.get();
  process_cluster cluster{network};
  REQUIRE(cluster.await_members(cluster.all()));
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  for (const auto its_words : {true, false}) {
    const auto leader = cluster.await_leader(cluster.all());
    cut_one_way(network, leader, its_words);
    go_through(cluster, network, writing, leader);
  }
  check_all(cluster, writing);
}

TEST_CASE("five hosts: a follower that hears nobody, or is not heard, disturbs nobody") {
  hosts all;
  if (!all.get())
    return;
  auto& network = *all.get();
  process_cluster cluster{network};
  REQUIRE(cluster.await_members(cluster.all()));
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  for (const auto its_words : {true, false}) {
    const auto leader = cluster.await_leader(cluster.all());
    const auto away = cluster.all_but(leader).back();
    cut_one_way(network, away, its_words);
    std::this_thread::sleep_for(3s); // as long as it would take to stand as a candidate
    CHECK(cluster.await_leader(cluster.all_but(away)) == leader);
    go_through(cluster, network, writing, away);
    CHECK(cluster.await_leader(cluster.all()) == leader);
  }
  check_all(cluster, writing);
}

TEST_CASE("five hosts: slow links slow down, and change nothing else") {
  hosts all;
  if (!all.get())
    return;
  auto& network = *all.get();
  process_cluster cluster{network};
  const auto leader = cluster.await_leader(cluster.all());
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  const auto term = cluster.client_of(leader).status()->view.term;
  network.set_all_of(cluster.all_but(leader).front(), {.delay = 200ms}); // one far away
  REQUIRE(writing.await_progress(few));
  for (const auto i : cluster.all())
    network.set_all_of(i, {.delay = 50ms}); // everybody far away
  REQUIRE(writing.await_progress(few));
  CHECK(cluster.client_of(leader).status()->view.term == term);
  network.heal();
  REQUIRE(writing.await_progress(some));
  check_all(cluster, writing);
  CHECK(cluster.await_leader(cluster.all()) == leader);
}

TEST_CASE("five hosts: links that lose packets cost time, and nothing else") {
  hosts all;
  if (!all.get())
    return;
  auto& network = *all.get();
  process_cluster cluster{network};
  const auto leader = cluster.await_leader(cluster.all());
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  network.set_all_of(cluster.all_but(leader).front(), {.loss = 0.2}); // a follower's
  REQUIRE(writing.await_progress(few));
  network.heal();
  network.set_all_of(leader, {.loss = 0.2}); // the leader's
  REQUIRE(writing.await_progress(few));
  for (const auto i : cluster.all())
    network.set_all_of(i, {.loss = 0.05}); // all
  REQUIRE(writing.await_progress(few));
  CHECK(network.lost() > 0);
  network.heal();
  REQUIRE(cluster.await_members(cluster.all()));
  check_all(cluster, writing);
}
