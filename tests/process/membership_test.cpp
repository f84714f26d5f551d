// Members that come, go, and come back while four clients write through all of them. Afterwards
// every acknowledged write has to be there exactly once, and nobody may have waited longer than a
// second.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/process/process_cluster.hpp"
#include "hamok/tests/process/writers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

using namespace hamok::process_test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr std::size_t writer_count = 4;
constexpr std::uint64_t some = 50; ///< writes of each client between two steps
constexpr auto longest_refusal = 1s;

using members = std::vector<std::size_t>;

members without(members all, std::size_t one) {
  std::erase(all, one);
  return all;
}

/// A client that knows where all are, and how long a change may take.
hamok::client operator_of(const process_cluster& cluster, std::size_t first) {
  auto result = cluster.patient_client(first);
  result.timeout(30s);
  return result;
}

/// Removes a member; `first` is the one that is asked first.
void remove(const process_cluster& cluster, std::size_t member, std::size_t first = 0) {
  const auto failed = operator_of(cluster, first).remove_member(process_cluster::name(member));
  INFO(process_cluster::name(member) << ": " << hamok::text_of(failed));
  REQUIRE(!failed);
}

/// Removes a member and ends its process.
void retire(process_cluster& cluster, std::size_t member) {
  remove(cluster, member);
  CHECK(cluster.stop(member));
}

void check_all(const process_cluster& cluster, writers& writing, const members& among) {
  const auto records = writing.finish();
  REQUIRE(cluster.await_equal(writers::map_name, among));
  for (const auto member : among)
    for (const auto& wrong : discrepancies(cluster, member, records))
      FAIL_CHECK(wrong);
  for (const auto& gap : long_gaps(records, longest_refusal))
    FAIL_CHECK(gap);
  for (const auto& record : records) {
    CHECK(record.acknowledged.size() >= some);
    CHECK(record.unknown.empty());
  }
}

/// What the program prints about this member, as `member list` of another one shows it.
json listed(const process_cluster& cluster, std::size_t at, std::size_t member) {
  const auto run = run_hamok({"member", "list", "--json", "--connect=" + cluster.endpoint(at)});
  REQUIRE(run.code == 0);
  for (const auto& each : json::parse(run.output))
    if (each["peer_id"] == process_cluster::name(member))
      return each;
  return nullptr;
}

} // namespace

TEST_CASE("a cluster grows from one to three to five and shrinks to three under writers",
          "[timed]") {
  process_cluster cluster{process_cluster::empty, 5};
  cluster.start_with(0, {});
  REQUIRE(cluster.await_members({0}));
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  for (const std::size_t added : {1, 2}) { // at the same time, by one seed
    cluster.start_with(added, {cluster.endpoint(0)});
  }
  REQUIRE(cluster.await_members({0, 1, 2}));
  REQUIRE(writing.await_progress(some));
  for (const std::size_t added : {3, 4}) // each by another seed
    cluster.start_with(added, {cluster.endpoint(added - 2)});
  REQUIRE(cluster.await_members({0, 1, 2, 3, 4}));
  REQUIRE(writing.await_progress(some));

  members left{0, 1, 2, 3, 4};
  const auto leader = cluster.await_leader(left);
  left = without(left, leader);
  retire(cluster, leader);
  REQUIRE(cluster.await_members(left));
  REQUIRE(writing.await_progress(some));
  const auto last = left.back();
  left = without(left, last);
  retire(cluster, last);
  REQUIRE(cluster.await_members(left));
  REQUIRE(writing.await_progress(some));
  check_all(cluster, writing, left);
}

TEST_CASE("every member is replaced by another one, one after the other, under writers",
          "[timed]") {
  process_cluster cluster{process_cluster::empty, 6};
  cluster.start_with(0, {});
  cluster.start_with(1, {cluster.endpoint(0)});
  cluster.start_with(2, {cluster.endpoint(0)});
  members present{0, 1, 2};
  REQUIRE(cluster.await_members(present));
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  for (std::size_t old = 0; old < 3; ++old) {
    const auto successor = old + 3;
    cluster.start_with(successor, {cluster.endpoint(present.back())});
    present.push_back(successor);
    REQUIRE(cluster.await_members(present));
    REQUIRE(writing.await_progress(some));
    retire(cluster, old);
    present = without(present, old);
    REQUIRE(cluster.await_members(present));
    REQUIRE(writing.await_progress(some));
  }
  CHECK(present == members{3, 4, 5});
  check_all(cluster, writing, present);
}

TEST_CASE("each member in turn is killed and started again under writers, as another life",
          "[timed]") {
  process_cluster cluster;
  REQUIRE(cluster.await_members(cluster.all()));
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  for (const auto victim : cluster.all()) {
    const auto before = cluster.incarnation(victim);
    cluster.kill(victim);
    REQUIRE(writing.await_progress(some));
    cluster.start(victim);
    REQUIRE(cluster.await_members(cluster.all()));
    CHECK(cluster.incarnation(victim) != before);
    REQUIRE(writing.await_progress(some));
  }
  check_all(cluster, writing, cluster.all());
}

TEST_CASE("the leader in turn is killed and started again under writers", "[timed]") {
  process_cluster cluster;
  REQUIRE(cluster.await_members(cluster.all()));
  writers writing{cluster, writer_count};
  for (int i = 0; i < 3; ++i) {
    REQUIRE(writing.await_progress(some));
    const auto leader = cluster.await_leader(cluster.all());
    cluster.kill(leader);
    cluster.start(leader); // at once: the others may still have its old link
    REQUIRE(cluster.await_members(cluster.all()));
  }
  REQUIRE(writing.await_progress(some));
  check_all(cluster, writing, cluster.all());
}

TEST_CASE("a leader that is removed is told so and takes no part any more", "[timed]") {
  process_cluster cluster;
  const auto leader = cluster.await_leader(cluster.all());
  const auto others = cluster.all_but(leader);
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  const auto asked = run_hamok({"member", "remove", process_cluster::name(leader),
                                "--connect=" + cluster.endpoint(others.front())});
  INFO(asked.errors);
  CHECK(asked.code == 0);
  REQUIRE(cluster.await_members(others));
  REQUIRE(writing.await_progress(some));
  CHECK(eventually([&] {
    const auto status = cluster.client_of(leader).status();
    return status && status->standing == hamok::raft::standing::removed && !status->view.leader;
  }));
  CHECK(listed(cluster, others.front(), leader) == nullptr);
  CHECK(cluster.stop(leader));
  check_all(cluster, writing, others);
}

TEST_CASE("a member that is removed while it is cut off hears of it when it is back", "[timed]") {
  process_cluster cluster{3, process_cluster::links::proxied};
  const auto leader = cluster.await_leader(cluster.all());
  const auto removed = cluster.all_but(leader).front();
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  for (const auto other : cluster.all_but(removed))
    cluster.proxy().cut(process_cluster::name(removed), process_cluster::name(other),
                        cut_kind::broken);
  remove(cluster, removed, leader);
  REQUIRE(cluster.await_members(cluster.all_but(removed)));
  cluster.proxy().heal();
  CHECK(eventually([&] {
    const auto status = cluster.client_of(removed).status();
    return status && status->standing == hamok::raft::standing::removed;
  }));
  REQUIRE(writing.await_progress(some));
  check_all(cluster, writing, cluster.all_but(removed));
}

TEST_CASE("a member that is down is removed, and another one takes its place", "[timed]") {
  process_cluster cluster{process_cluster::empty, 4};
  cluster.start_with(0, {});
  cluster.start_with(1, {cluster.endpoint(0)});
  cluster.start_with(2, {cluster.endpoint(0)});
  REQUIRE(cluster.await_members({0, 1, 2}));
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  cluster.kill(0);
  remove(cluster, 0);
  REQUIRE(cluster.await_members({1, 2}));
  cluster.start_with(3, {cluster.endpoint(0), cluster.endpoint(2)}); // one of them is dead
  REQUIRE(cluster.await_members({1, 2, 3}));
  REQUIRE(writing.await_progress(some));
  check_all(cluster, writing, {1, 2, 3});
}

TEST_CASE("a node without seeds is added at its endpoint") {
  process_cluster cluster{process_cluster::empty, 2};
  cluster.start_with(0, {});
  REQUIRE(cluster.await_members({0}));
  cluster.start_with(1, {}, 2); // waits for a second one, so it has founded nothing
  const auto added = run_hamok({"member", "add", process_cluster::name(1), cluster.endpoint(1),
                                "--connect=" + cluster.endpoint(0), "--timeout=20000"});
  INFO(added.errors);
  CHECK(added.code == 0);
  REQUIRE(cluster.await_members({0, 1}));
  const auto shown = listed(cluster, 0, 1);
  REQUIRE(shown.is_object());
  CHECK(shown["voter"] == true);
  CHECK(shown["incarnation"] == cluster.incarnation(1));
}

TEST_CASE("what cannot be changed is refused with the reason") {
  process_cluster cluster{process_cluster::empty, 1};
  cluster.start_with(0, {});
  REQUIRE(cluster.await_members({0}));
  const auto connect = "--connect=" + cluster.endpoint(0);
  const auto refused = [&](std::vector<std::string> words, const char* why) {
    words.push_back(connect);
    const auto run = run_hamok(words);
    INFO(run.output << run.errors);
    CHECK(run.code == 1);
    CHECK(run.errors.find("membership_refused") != std::string::npos);
    CHECK(run.errors.find(why) != std::string::npos);
  };
  refused({"member", "remove", process_cluster::name(0)}, "last_voter");
  refused({"member", "remove", "nobody"}, "no_such_member");
  refused({"member", "add", "nobody", "--timeout=1500"}, "");
  for (const auto& wrong : std::vector<std::vector<std::string>>{{"member"},
                                                                 {"member", "change", "a"},
                                                                 {"member", "add"},
                                                                 {"member", "add", "a", "nowhere"},
                                                                 {"member", "list", "a"}}) {
    auto words = wrong;
    words.push_back(connect);
    CHECK(run_hamok(words).code == 2);
  }
}

TEST_CASE("a newcomer catches up with 50 MB while others write", "[timed]") {
  process_cluster cluster{process_cluster::empty, 4};
  cluster.start_with(0, {});
  cluster.start_with(1, {cluster.endpoint(0)});
  cluster.start_with(2, {cluster.endpoint(0)});
  REQUIRE(cluster.await_members({0, 1, 2}));
  auto via = cluster.patient_client(0);
  hamok::cli::map_client large{via, "large"};
  REQUIRE(large.open());
  const std::string value(256'000, 'x');
  for (int i = 0; i < 200; ++i)
    REQUIRE(large.set("key-" + std::to_string(i), value));
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  cluster.start_with(3, {cluster.endpoint(1)});
  REQUIRE(cluster.await_members({0, 1, 2, 3}));
  REQUIRE(cluster.await_equal("large", {0, 1, 2, 3}));
  REQUIRE(writing.await_progress(some));
  check_all(cluster, writing, {0, 1, 2, 3});
}

// -- founding -------------------------------------------------------------------------------------

TEST_CASE("three that expect each other found one cluster in any start order, by partial seeds") {
  std::array<std::size_t, 3> order{0, 1, 2};
  do {
    INFO("started in the order " << order[0] << order[1] << order[2]);
    process_cluster cluster{process_cluster::empty, 3};
    for (const auto i : order) // each knows only the next one
      cluster.start_with(i, {cluster.endpoint((i + 1) % 3)}, 3);
    REQUIRE(cluster.await_members({0, 1, 2}));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("three that expect each other found one cluster by wrong seeds and one right one") {
  process_cluster cluster{process_cluster::empty, 4};
  const auto nobody = cluster.endpoint(3);
  cluster.start_with(0, {nobody, cluster.endpoint(0)}, 3); // nobody, and itself
  cluster.start_with(1, {"no-such-host.invalid:7000", cluster.endpoint(0)}, 3);
  cluster.start_with(2, {nobody, cluster.endpoint(1)}, 3);
  REQUIRE(cluster.await_members({0, 1, 2}));
}

TEST_CASE("founders that start one after the other wait for each other, and late ones join") {
  process_cluster cluster{process_cluster::empty, 4};
  cluster.start_with(0, {cluster.endpoint(1)}, 3);
  std::this_thread::sleep_for(1s);
  cluster.start_with(1, {cluster.endpoint(0)}, 3);
  std::this_thread::sleep_for(1s);
  for (const std::size_t early : {0, 1}) {
    const auto status = cluster.client_of(early).status();
    REQUIRE(status);
    CHECK(status->cluster_id.none()); // two are not enough
  }
  cluster.start_with(2, {cluster.endpoint(0)}, 3);
  REQUIRE(cluster.await_members({0, 1, 2}));
  cluster.start_with(3, {cluster.endpoint(2)}, 3); // would found as well, and meets a cluster
  REQUIRE(cluster.await_members({0, 1, 2, 3}));
}

TEST_CASE("a node with seeds that are all dead founds nothing") {
  process_cluster cluster{process_cluster::empty, 2};
  cluster.start_with(0, {cluster.endpoint(1)});
  CHECK_FALSE(eventually(
      [&] {
        const auto status = cluster.client_of(0).status();
        return status && (!status->cluster_id.none() || status->view.leader);
      },
      3s));
  cluster.start_with(1, {}); // the cluster that it has waited for
  REQUIRE(cluster.await_members({0, 1}));
}

TEST_CASE("the second living member under one name is refused by name, and the first goes on",
          "[timed]") {
  process_cluster cluster;
  REQUIRE(cluster.await_members(cluster.all()));
  writers writing{cluster, writer_count};
  REQUIRE(writing.await_progress(some));
  const auto leader = cluster.await_leader(cluster.all());
  const auto first = cluster.all_but(leader).front();
  const auto before = cluster.incarnation(first);
  const auto twin = cluster.start_twin(first);
  CHECK(eventually(
      [&] { return cluster.log_of_twin(first).find("refused_name_taken") != std::string::npos; }));
  REQUIRE(writing.await_progress(some));
  REQUIRE(cluster.await_members(cluster.all()));
  CHECK(cluster.incarnation(first) == before);
  check_all(cluster, writing, cluster.all());
}
