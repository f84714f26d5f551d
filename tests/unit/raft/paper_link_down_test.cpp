// What the fall of the leader's link does (consensus.md, 2): it only ever triggers a pre-vote.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

/// n1 follows n2 in term 1, with links to all.
subject follower_of_two(unsigned voters = 3) {
  subject result{{.voters = voters, .log = {1}, .term = 1}};
  for (unsigned n = 2; n <= voters; ++n)
    result.give(link_up{id(n)});
  result.give(2, append(1, 1, 1));
  return result;
}

} // namespace

TEST_CASE("a follower whose link to the leader falls starts a pre-vote at once (consensus.md, 2)") {
  auto member = follower_of_two();
  member.give(link_down{id(2)});
  const auto start = member.now();
  const auto out = member.time_out();
  CHECK(member.now() - start <= member->config().max_link_down_delay);
  CHECK(the_sent<vote_request>(3, out).pre_vote);
  CHECK(member->term() == 1);
}

TEST_CASE(
    "the delay before that pre-vote is random, so that few members collide (consensus.md, 2)") {
  std::vector<duration> delays;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    setup what{.log = {1}, .term = 1};
    what.config.seed = seed;
    subject member{what};
    member.give(2, append(1, 1, 1));
    member.give(link_down{id(2)});
    delays.push_back(member->deadline() - member.now());
  }
  std::sort(delays.begin(), delays.end());
  CHECK(std::unique(delays.begin(), delays.end()) - delays.begin() > 45);
  CHECK(delays.back() - delays.front() > core_config{}.max_link_down_delay / 2);
}

TEST_CASE("a follower whose leader's link is down grants pre-votes and votes (consensus.md, 2)") {
  auto member = follower_of_two();
  CHECK_FALSE(the_sent<vote_response>(3, member.give(3, pre_ask(2, 1, 1))).granted);
  member.give(link_down{id(2)});
  CHECK(the_sent<vote_response>(3, member.give(3, pre_ask(2, 1, 1))).granted);
  CHECK(the_sent<vote_response>(3, member.give(3, ask(2, 1, 1))).granted);
}

TEST_CASE("a candidate that was refused is answered again when the link falls (consensus.md, 2)") {
  auto member = follower_of_two(5);
  CHECK_FALSE(the_sent<vote_response>(3, member.give(3, pre_ask(2, 1, 1))).granted);
  CHECK_FALSE(the_sent<vote_response>(4, member.give(4, pre_ask(2, 1, 1))).granted);
  const auto out = member.give(link_down{id(2)});
  CHECK(the_sent<vote_response>(3, out).granted);
  CHECK(the_sent<vote_response>(3, out).pre_vote);
  CHECK(the_sent<vote_response>(4, out).granted);
}

TEST_CASE(
    "a refused request for a vote is answered again too, for one candidate (consensus.md, 2)") {
  auto member = follower_of_two(5);
  member.give(3, ask(2, 1, 1));
  member.give(4, ask(2, 1, 1));
  CHECK(member->term() == 1);
  const auto out = member.give(link_down{id(2)});
  int granted = 0;
  for (const auto& answer : all_sent<vote_response>(out))
    granted += answer.body.granted ? 1 : 0;
  CHECK(granted == 1);
  CHECK(member->term() == 2);
  CHECK(member->hard().vote.has_value());
}

TEST_CASE("a refused candidate with an old log stays refused (consensus.md, 2; paper 5.4.1)") {
  auto member = follower_of_two();
  member.give(3, pre_ask(2, 0, 0));
  const auto out = member.give(link_down{id(2)});
  for (const auto& answer : all_sent<vote_response>(out))
    CHECK_FALSE(answer.body.granted);
}

TEST_CASE("a candidate gets no second answer once the leader was heard again (consensus.md, 2)") {
  auto member = follower_of_two();
  member.give(3, pre_ask(2, 1, 1));
  member.give(2, append(1, 1, 1));
  CHECK(all_sent<vote_response>(member.give(link_down{id(2)})).empty());
}

TEST_CASE("a candidate takes a second answer in place of the first refusal (consensus.md, 2)") {
  subject member{{.voters = 5, .log = {1}, .term = 1}};
  member.time_out();
  member.give(2, vote_response{1, 2, true, false});
  member.give(2, vote_response{1, 2, true, true});
  member.give(3, vote_response{1, 2, true, false});
  member.give(4, vote_response{1, 2, true, false});
  // n5 can still decide it: the round goes on, without a pause.
  CHECK(all_sent<vote_request>(member.pass(2 * member->config().max_vote_pause)).empty());
  member.give(5, vote_response{1, 2, true, true});
  CHECK(member->term() == 2);
}

TEST_CASE("a round that was lost is won all the same by second answers (consensus.md, 2)") {
  subject member{{.log = {1}, .term = 1}};
  member.time_out();
  member.give(2, vote_response{1, 2, true, false});
  member.give(3, vote_response{1, 2, true, false});
  member.give(3, vote_response{1, 2, true, true});
  CHECK(member->term() == 2);
  CHECK(member->role() == role::candidate);
}

TEST_CASE("what refused candidates are remembered is bounded (rules, no unbounded queue)") {
  auto member = follower_of_two(5);
  for (int time = 0; time < 1000; ++time)
    for (unsigned n = 3; n <= 5; ++n)
      member.give(n, pre_ask(2, 1, 1));
  CHECK(all_sent<vote_response>(member.give(link_down{id(2)})).size() <= 3);
}

TEST_CASE("the fall of another member's link triggers nothing (consensus.md, 2)") {
  auto member = follower_of_two();
  member.give(link_down{id(3)});
  CHECK_FALSE(the_sent<vote_response>(3, member.give(3, pre_ask(2, 1, 1))).granted);
  CHECK(all_sent<vote_request>(member.pass(100ms)).empty());
  CHECK(member->role() == role::follower);
}

TEST_CASE("the fall of the link to another life of the leader triggers nothing (consensus.md, 2)") {
  auto member = follower_of_two();
  member.give(link_down{{"n2", incarnation_id{9, 9}}});
  CHECK_FALSE(the_sent<vote_response>(3, member.give(3, pre_ask(2, 1, 1))).granted);
  CHECK(all_sent<vote_request>(member.pass(100ms)).empty());
}

TEST_CASE("a link that falls never makes a leader by itself (consensus.md, 2)") {
  auto member = follower_of_two();
  member.give(link_down{id(2)});
  member.time_out();
  CHECK(member->role() == role::candidate);
  CHECK(member->term() == 1);
  member.give(3, vote_response{1, 2, true, false});
  for (int ticks = 0; ticks < 100; ++ticks)
    member.pass_to_deadline();
  CHECK(member->term() == 1);
  CHECK(member->role() != role::leader);
}

TEST_CASE(
    "a follower that hears the leader in spite of the fallen link stays loyal (consensus.md, 2)") {
  auto member = follower_of_two();
  member.give(link_down{id(2)});
  member.give(link_up{id(2)});
  member.give(2, append(1, 1, 1));
  CHECK(all_sent<vote_request>(member.pass(100ms)).empty());
  CHECK(member->role() == role::follower);
  CHECK_FALSE(the_sent<vote_response>(3, member.give(3, pre_ask(2, 1, 1))).granted);
}

TEST_CASE("a leader whose links fall keeps its term until its quorum is silent (consensus.md, 2)") {
  subject leader{{.log = {1}, .term = 1}};
  leader.elect();
  leader.acknowledge_all(3);
  leader.give(link_down{id(2)});
  leader.give(link_down{id(3)});
  CHECK(leader->role() == role::leader);
  leader.wait(leader->config().follower_max_idle);
  leader.give(tick{});
  CHECK(leader->role() == role::follower);
}

TEST_CASE(
    "a link that is back brings a member its missing entries at once (consensus.md, 2; 5.3)") {
  subject leader{{.log = {1}, .term = 1}};
  leader.elect();
  leader.acknowledge_all(3);
  leader.give(link_down{id(2)});
  leader.give(proposals({"x"}));
  const auto out = leader.give(link_up{id(2)});
  CHECK(the_sent<append_request>(2, out).prev_log_index == 2);
}
