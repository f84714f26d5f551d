// A member that has a leader does not help to replace it (thesis, 4.2.3), unless that leader asks
// for it (thesis, 3.10).

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

/// n1 follows n2 in term 1 and has heard it just now.
subject follower_of_two(unsigned voters = 3) {
  subject result{{.voters = voters, .log = {1}, .term = 1}};
  result.give(2, append(1, 1, 1));
  REQUIRE(result->leader() == id(2));
  return result;
}

const vote_request either_phase[] = {ask(5, 9, 4), pre_ask(5, 9, 4)};

} // namespace

TEST_CASE("a follower that hears its leader refuses to vote, and changes nothing (thesis, 4.2.3)") {
  for (const auto& request : either_phase) {
    auto member = follower_of_two();
    member.wait(member->config().follower_max_idle - 1ms);
    const auto out = member.give(3, request);
    const auto answer = the_sent<vote_response>(3, out);
    CHECK_FALSE(answer.granted);
    CHECK(answer.request_term == 5);
    CHECK_FALSE(out.persist);
    CHECK(member->term() == 1);
    CHECK(member->leader() == id(2));
  }
}

TEST_CASE("a follower whose leader was silent for too long votes again (thesis, 4.2.3)") {
  for (const auto& request : either_phase) {
    auto member = follower_of_two();
    member.wait(member->config().follower_max_idle);
    CHECK(the_sent<vote_response>(3, member.give(3, request)).granted);
  }
}

TEST_CASE("every message of its leader renews a follower's loyalty (thesis, 4.2.3)") {
  auto member = follower_of_two();
  for (int beat = 0; beat < 10; ++beat) {
    member.wait(member->config().follower_max_idle - 1ms);
    CHECK_FALSE(the_sent<vote_response>(3, member.give(3, pre_ask(2, 1, 1))).granted);
    member.give(2, append(1, 1, 1));
  }
}

TEST_CASE("messages that are not its leader's do not keep a follower loyal (thesis, 4.2.3)") {
  auto member = follower_of_two();
  member.wait(member->config().follower_max_idle - 1ms);
  member.give(3, pre_ask(2, 1, 1));
  member.give(3, ask(2, 1, 1));
  member.give(3, append(0, 0, 0));
  member.wait(1ms);
  CHECK(the_sent<vote_response>(3, member.give(3, pre_ask(2, 1, 1))).granted);
}

TEST_CASE("a leader refuses to vote while it rules (thesis, 4.2.3)") {
  for (auto request : either_phase) {
    subject leader{{.log = {1}, .term = 1}};
    leader.elect();
    leader.acknowledge_all(3);
    CHECK_FALSE(the_sent<vote_response>(3, leader.give(3, request)).granted);
    CHECK(leader->role() == role::leader);
    CHECK(leader->term() == 2);
  }
}

TEST_CASE("a member that knows no leader is not sticky (thesis, 4.2.3)") {
  subject member{{.log = {1}, .term = 1}};
  CHECK(the_sent<vote_response>(3, member.give(3, pre_ask(2, 1, 1))).granted);
  CHECK(the_sent<vote_response>(3, member.give(3, ask(2, 1, 1))).granted);
}

TEST_CASE("an election that the leader has asked for overrides loyalty (thesis, 3.10)") {
  auto member = follower_of_two();
  auto request = ask(2, 1, 1);
  request.transfer = true;
  CHECK(the_sent<vote_response>(3, member.give(3, request)).granted);
  CHECK(member->term() == 2);

  subject leader{{.log = {1}, .term = 1}};
  leader.elect();
  request = ask(3, 2, 2);
  request.transfer = true;
  CHECK(the_sent<vote_response>(3, leader.give(3, request)).granted);
  CHECK(leader->role() == role::follower);
}

TEST_CASE("TimeoutNow starts an election at once, without pre-vote (thesis, 3.10)") {
  auto member = follower_of_two();
  const auto out = member.give(2, timeout_now{1});
  CHECK(member->role() == role::candidate);
  CHECK(member->term() == 2);
  const auto request = the_sent<vote_request>(3, out);
  CHECK_FALSE(request.pre_vote);
  CHECK(request.transfer);
  CHECK(request.term == 2);
}

TEST_CASE("TimeoutNow of anybody but the leader of the term is ignored (thesis, 3.10)") {
  auto member = follower_of_two();
  member.give(3, timeout_now{1});
  CHECK(member->role() == role::follower);
  CHECK(member->term() == 1);
}

TEST_CASE("TimeoutNow does not move a member that must not campaign (only_follower, thesis 3.10)") {
  setup what{.log = {1}, .term = 1};
  what.config.only_follower = true;
  subject member{what};
  member.give(2, append(1, 1, 1));
  member.give(2, timeout_now{1});
  CHECK(member->role() == role::follower);
  CHECK(member->term() == 1);
}
