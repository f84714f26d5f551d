#include "hamok/tests/cluster/cluster.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace hamok::test {

namespace {

map<std::string, int> numbers_of(cluster& all, const std::string& name) {
  return must(all.at(name).get_or_create_map<std::string, int>("numbers"));
}

std::string other_than(const cluster& all, const std::string& name) {
  for (const auto& other : all.names())
    if (other != name)
      return other;
  return {};
}

void check_handover(transport kind) {
  cluster all{kind, 3};
  all.start_all();
  for (int round = 0; round < 5; ++round) {
    const auto leader = all.agreed_leader();
    REQUIRE(!leader.empty());
    const auto next = other_than(all, leader);
    CHECK(all.at(leader).transfer_leadership(next) == caf::error{});
    CHECK(all.at(leader).leader_id() == next); // known when the call returns
    CHECK(all.agreed_leader() == next);
    must(numbers_of(all, leader).set("x", round, deadline).get());
  }
  CHECK(all.converge("numbers"));
}

} // namespace

TEST_CASE("a leader hands over to the member that is named, over local links") {
  check_handover(transport::local);
}

TEST_CASE("a leader hands over to the member that is named, over broker links") {
  check_handover(transport::broker);
}

TEST_CASE("without a name the leadership goes to a member that has the log") {
  cluster all{transport::local, 3};
  all.start_all();
  const auto leader = all.agreed_leader();
  REQUIRE(!leader.empty());
  must(numbers_of(all, leader).set("x", 1).get());
  CHECK(all.at(leader).transfer_leadership() == caf::error{});
  CHECK(all.agreed_leader() != leader);
}

TEST_CASE("only the leader hands over, and what cannot be is told") {
  cluster all{transport::local, 3};
  all.start_all();
  const auto leader = all.agreed_leader();
  REQUIRE(!leader.empty());
  const auto follower = other_than(all, leader);
  CHECK(all.at(follower).transfer_leadership() == errc::not_leader);
  CHECK(all.at(follower).transfer_leadership(leader) == caf::error{}); // it is so
  CHECK(all.at(leader).transfer_leadership(leader) == caf::error{});
  CHECK(all.at(leader).transfer_leadership("nobody") == errc::transfer_failed);
  CHECK(all.agreed_leader() == leader);

  cluster alone{transport::local, 1};
  alone.start_all();
  REQUIRE(!alone.agreed_leader().empty());
  CHECK(alone.at("a").transfer_leadership() == errc::transfer_failed);
}

TEST_CASE("whoever waits for a transfer that comes to nothing is told in time") {
  cluster all{transport::local, 3, [](node_config& config) {
                config.follower_max_idle = std::chrono::seconds{3};
                config.request_timeout = std::chrono::milliseconds{300};
              }};
  all.start_all();
  const auto leader = all.agreed_leader();
  REQUIRE(!leader.empty());
  const auto deaf = other_than(all, leader);
  all.network()->cut_both(leader, deaf); // the leader has yet to notice
  const auto begin = std::chrono::steady_clock::now();
  CHECK(all.at(leader).transfer_leadership(deaf) == errc::transfer_failed);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::milliseconds{1500});
}

TEST_CASE("a leader that stops finishes what its callers wait for") {
  cluster all{transport::broker, 3};
  all.start_all();
  const auto leader = all.agreed_leader();
  REQUIRE(!leader.empty());
  const auto numbers = numbers_of(all, leader);
  must(numbers.set("start", 0).get());

  std::atomic<bool> refused{false};
  std::atomic<int> written{0};
  std::vector<std::thread> writers;
  std::vector<caf::error> ends(4);
  for (std::size_t w = 0; w < ends.size(); ++w)
    writers.emplace_back([&, w] {
      for (int i = 0; !ends[w]; ++i) {
        if (const auto done = numbers.set(std::to_string(w), i, deadline).get(); !done)
          ends[w] = done.error();
        else
          ++written;
      }
      refused = true;
    });
  REQUIRE(eventually([&] { return written > 200; }));
  CHECK(all.at(leader).stop() == caf::error{});
  for (auto& writer : writers)
    writer.join();
  // Each of them was refused at last, and none had to be left in doubt.
  for (const auto& end : ends)
    CHECK(end == errc::stopped);
  const auto survivor = other_than(all, leader);
  CHECK(all.at(survivor).wait_until_leader(deadline));
  CHECK(all.at(survivor).leader_id() != leader);
  must(all.at(survivor).wait_until_commit_head(deadline));
  CHECK(numbers_of(all, survivor).size() == ends.size() + 1); // a key each, and the first one
}

TEST_CASE("a member that has stopped in order can start again and take part") {
  cluster all{transport::broker, 3};
  all.start_all();
  for (int round = 0; round < 3; ++round) {
    const auto leader = all.agreed_leader();
    REQUIRE(!leader.empty());
    must(numbers_of(all, leader).set("x", round, deadline).get());
    CHECK(all.at(leader).stop() == caf::error{});
    CHECK(all.at(leader).start() == caf::error{});
    must(numbers_of(all, leader).set("y", round, deadline).get());
  }
  CHECK(all.converge("numbers"));
}

} // namespace hamok::test
