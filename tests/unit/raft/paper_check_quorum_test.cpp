// A leader that hears no quorum gives up (thesis, 6.2).

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

subject leader_of(unsigned voters) {
  subject result{{.voters = voters, .log = {1}, .term = 1}};
  result.elect();
  result.acknowledge_all(voters);
  return result;
}

/// Lets `time` pass in the leader's own rhythm; `answering` members answer each round.
void rule(subject& leader, duration time, unsigned answering) {
  const auto end = leader.now() + time;
  for (int ticks = 0; leader.now() < end && leader->role() == role::leader; ++ticks) {
    if (ticks == 1000)
      throw std::runtime_error("the leader's deadline does not move");
    leader.pass_to_deadline();
    for (unsigned n = 2; n < 2 + answering && leader->role() == role::leader; ++n)
      leader.acknowledge(n, leader->log().last_index());
  }
}

} // namespace

TEST_CASE("a leader that hears no quorum for follower_max_idle steps down (thesis, 6.2)") {
  for (unsigned voters : {2u, 3u, 5u, 7u}) {
    INFO(voters << " voters");
    auto leader = leader_of(voters);
    const auto idle = leader->config().follower_max_idle;
    const auto start = leader.now();
    rule(leader, 2 * idle, voters / 2 - 1);
    CHECK(leader->role() == role::follower);
    CHECK(leader.now() - start >= idle);
    CHECK(leader.now() - start <= idle + leader->config().heartbeat);
    CHECK(leader->term() == 2);
    CHECK_FALSE(leader->leader());
  }
}

TEST_CASE("a leader that hears a quorum stays, whoever else is silent (thesis, 6.2)") {
  for (unsigned voters : {2u, 3u, 5u, 7u}) {
    INFO(voters << " voters");
    auto leader = leader_of(voters);
    rule(leader, 20 * leader->config().follower_max_idle, voters / 2);
    CHECK(leader->role() == role::leader);
  }
}

TEST_CASE("a sole voter has its quorum in itself (thesis, 6.2)") {
  subject leader{{.voters = 1, .log = {1}, .term = 1}};
  leader.pass_to_deadline();
  for (int ticks = 0; ticks < 50; ++ticks)
    leader.pass(100ms);
  CHECK(leader->role() == role::leader);
}

TEST_CASE("rejections count as contact too: they come from a member that follows (thesis, 6.2)") {
  auto leader = leader_of(3);
  for (int beat = 0; beat < 20; ++beat) {
    leader.pass_to_deadline();
    leader.give(2, append_response{2, leader.round(), false, 0, leader->log().last_index(), 0, 1});
  }
  CHECK(leader->role() == role::leader);
}

TEST_CASE("an answer proves a contact of when its round began, not of when it came (thesis, 6.2)") {
  auto leader = leader_of(3);
  const auto idle = leader->config().follower_max_idle;
  const auto start = leader.now();
  const auto round = leader.round();
  while (leader.now() < start + 2 * idle && leader->role() == role::leader) {
    leader.pass_to_deadline();
    leader.give(2, append_response{2, round, true, 1, 0, 0, 0});
    leader.give(3, append_response{2, round, true, 1, 0, 0, 0});
  }
  CHECK(leader->role() == role::follower);
  CHECK(leader.now() - start <= idle);
}

TEST_CASE("answers of learners and of older terms do not keep a leader (thesis, 6.2)") {
  setup what{.log = {1}, .term = 1};
  what.members = configuration{ids(1, 3), {}, {id(4)}};
  subject leader{what};
  leader.elect();
  for (int beat = 0; beat < 20 && leader->role() == role::leader; ++beat) {
    leader.pass_to_deadline();
    if (leader->role() != role::leader)
      break;
    leader.acknowledge(4, 1);
    leader.give(2, append_response{1, 0, true, 1, 0, 0, 0});
  }
  CHECK(leader->role() == role::follower);
}

TEST_CASE("a leader that stepped down refuses proposals and names no leader (thesis, 6.2)") {
  auto leader = leader_of(3);
  rule(leader, 10s, 0);
  REQUIRE(leader->role() == role::follower);
  const auto out = leader.give(proposals({"x"}));
  CHECK(out.proposal->refused == refusal::not_leader);
  CHECK_FALSE(out.proposal->leader);
}

TEST_CASE("a leader that stepped down tells its shell (thesis, 6.2)") {
  auto leader = leader_of(3);
  for (int beat = 0; beat < 20; ++beat) {
    const auto out = leader.pass_to_deadline();
    if (leader->role() == role::leader)
      continue;
    CHECK(out.role == role::follower);
    CHECK(out.leader_changed);
    return;
  }
  FAIL("it never stepped down");
}

TEST_CASE("a leader that stepped down campaigns again by itself (thesis, 6.2)") {
  auto leader = leader_of(3);
  rule(leader, 10s, 0);
  REQUIRE(leader->role() == role::follower);
  leader.elect();
  CHECK(leader->role() == role::leader);
  CHECK(leader->term() == 3);
}
