// What members promise while they are killed, stopped and cut off. Four clients write through
// different members all the time; afterwards every acknowledged write has to be there exactly once.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/process/process_cluster.hpp"
#include "hamok/tests/process/writers.hpp"

using namespace hamok::process_test;

namespace {

constexpr std::size_t writer_count = 4;
constexpr std::uint64_t some = 25; ///< writes of each client between two steps

void check_all(const process_cluster& cluster, writers& writing,
               const std::vector<std::size_t>& among) {
  const auto records = writing.finish();
  REQUIRE(cluster.await_equal(writers::map_name, among));
  for (const auto member : among)
    for (const auto& wrong : discrepancies(cluster, member, records))
      FAIL_CHECK(wrong);
  for (const auto& record : records) {
    CHECK(record.acknowledged.size() >= some);
    CHECK(record.unknown.empty()); // a minute is enough to find out what became of each
  }
}

} // namespace

TEST_CASE("when the leader is killed, every acknowledged write is there exactly once") {
  process_cluster cluster;
  const auto leader = cluster.await_leader(cluster.all());
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  cluster.kill(leader);
  REQUIRE(writing.await_progress(some));
  check_all(cluster, writing, cluster.all_but(leader));
  cluster.await_leader(cluster.all_but(leader));
}

TEST_CASE("a follower that is stopped and continued catches up and nothing is lost") {
  process_cluster cluster;
  const auto leader = cluster.await_leader(cluster.all());
  const auto follower = cluster.all_but(leader).front();
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  cluster.freeze(follower);
  REQUIRE(writing.await_progress(some));
  cluster.thaw(follower);
  REQUIRE(writing.await_progress(some));
  check_all(cluster, writing, cluster.all());
}

TEST_CASE("a leader that is stopped is replaced, and follows when it is continued") {
  process_cluster cluster;
  const auto leader = cluster.await_leader(cluster.all());
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  cluster.freeze(leader);
  cluster.await_leader(cluster.all_but(leader));
  REQUIRE(writing.await_progress(some));
  cluster.thaw(leader);
  REQUIRE(writing.await_progress(some));
  check_all(cluster, writing, cluster.all());
  cluster.await_leader(cluster.all());
}

TEST_CASE("a link that is cut and healed loses nothing, silent or broken, leader or not") {
  process_cluster cluster{3, process_cluster::links::proxied};
  cluster.await_leader(cluster.all());
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  CHECK(cluster.proxy().links_seen() >= 3);
  for (const auto kind : {cut_kind::silent, cut_kind::broken})
    for (std::size_t one = 0; one < 3; ++one) {
      cluster.proxy().cut(process_cluster::name(one), process_cluster::name((one + 1) % 3), kind);
      REQUIRE(writing.await_progress(some));
      cluster.proxy().heal();
      REQUIRE(writing.await_progress(some));
    }
  check_all(cluster, writing, cluster.all());
  cluster.await_leader(cluster.all());
}

TEST_CASE("a leader that is cut off from everybody is replaced, and follows after the healing") {
  process_cluster cluster{3, process_cluster::links::proxied};
  const auto leader = cluster.await_leader(cluster.all());
  const auto others = cluster.all_but(leader);
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  for (const auto other : others)
    cluster.proxy().cut(process_cluster::name(leader), process_cluster::name(other),
                        cut_kind::silent);
  cluster.await_leader(others);
  REQUIRE(writing.await_progress(some));
  cluster.proxy().heal();
  REQUIRE(writing.await_progress(some));
  check_all(cluster, writing, cluster.all());
  cluster.await_leader(cluster.all());
}

TEST_CASE(
    "with a stopped member, a cut link and a killed leader, every acknowledged write is there "
    "exactly once") {
  process_cluster cluster{3, process_cluster::links::proxied};
  cluster.await_leader(cluster.all());
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));

  auto leader = cluster.await_leader(cluster.all());
  const auto stopped = cluster.all_but(leader).front();
  cluster.freeze(stopped);
  REQUIRE(writing.await_progress(some));
  cluster.thaw(stopped);
  REQUIRE(writing.await_progress(some));

  // For a while nobody has a quorum: nothing may be acknowledged, and all goes on afterwards.
  leader = cluster.await_leader(cluster.all());
  const auto followers = cluster.all_but(leader);
  cluster.freeze(followers[0]);
  cluster.proxy().cut(process_cluster::name(leader), process_cluster::name(followers[1]),
                      cut_kind::broken);
  CHECK_FALSE(writing.await_progress(2, std::chrono::seconds{2}));
  cluster.proxy().heal();
  cluster.thaw(followers[0]);
  REQUIRE(writing.await_progress(some));

  leader = cluster.await_leader(cluster.all());
  const auto cut_off = cluster.all_but(leader).front();
  cluster.proxy().cut(process_cluster::name(leader), process_cluster::name(cut_off),
                      cut_kind::silent);
  REQUIRE(writing.await_progress(some));
  cluster.proxy().heal();
  REQUIRE(writing.await_progress(some));

  leader = cluster.await_leader(cluster.all());
  cluster.kill(leader);
  REQUIRE(writing.await_progress(some));
  check_all(cluster, writing, cluster.all_but(leader));
  cluster.await_leader(cluster.all_but(leader));
}
