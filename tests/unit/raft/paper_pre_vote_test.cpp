// Pre-vote (thesis, 9.6).

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

TEST_CASE("a member asks whether it could win before it raises its term (thesis, 9.6)") {
  subject member{{.log = {1, 2}, .term = 4, .vote = 3}};
  const auto out = member.time_out();
  CHECK_FALSE(out.persist);
  CHECK(member->hard() == hard_state{4, id(3)});
  for (unsigned n = 2; n <= 3; ++n) {
    const auto request = the_sent<vote_request>(n, out);
    CHECK(request.pre_vote);
    CHECK(request.term == 5);
    CHECK(request.last_log_index == 2);
    CHECK(request.last_log_term == 2);
  }
}

TEST_CASE("a majority of pre-votes starts the election itself (thesis, 9.6)") {
  subject member{{.voters = 5, .log = {1}, .term = 1}};
  member.time_out();
  member.give(2, vote_response{1, 2, true, true});
  CHECK(member->term() == 1);
  const auto out = member.give(3, vote_response{1, 2, true, true});
  CHECK(member->role() == role::candidate);
  CHECK(member->term() == 2);
  CHECK(all_sent<vote_request>(out).size() == 4);
  CHECK_FALSE(the_sent<vote_request>(2, out).pre_vote);
}

TEST_CASE("pre-votes do not make a leader (thesis, 9.6)") {
  subject member{{.log = {1}, .term = 1}};
  member.campaign();
  member.give(2, vote_response{1, 2, true, true});
  member.give(3, vote_response{1, 2, true, true});
  CHECK(member->role() == role::candidate);
}

TEST_CASE("a member that cannot reach a majority never raises its term (thesis, 9.6)") {
  subject member{{.voters = 5, .log = {1}, .term = 1}};
  member.time_out();
  member.give(2, vote_response{1, 2, true, true});
  for (int ticks = 0; ticks < 200; ++ticks)
    member.pass_to_deadline();
  CHECK(member->term() == 1);
  CHECK(member.disk().durable().hard.term == 1);
}

TEST_CASE("granting a pre-vote changes neither term nor vote nor disk (thesis, 9.6)") {
  subject member{{.log = {1}, .term = 4, .vote = 2}};
  const auto out = member.step(3, pre_ask(5, 1, 1));
  const auto answer = the_sent<vote_response>(3, out);
  CHECK(answer.granted);
  CHECK(answer.pre_vote);
  CHECK(answer.request_term == 5);
  CHECK_FALSE(out.persist);
  CHECK(member->hard() == hard_state{4, id(2)});
  CHECK(member->role() == role::follower);
}

TEST_CASE("a pre-vote may be granted to several members in one term (thesis, 9.6)") {
  subject member{{.log = {1}, .term = 1}};
  CHECK(the_sent<vote_response>(2, member.give(2, pre_ask(2, 1, 1))).granted);
  CHECK(the_sent<vote_response>(3, member.give(3, pre_ask(2, 1, 1))).granted);
}

TEST_CASE("a pre-vote for far behind the current term does not move it (thesis, 9.6)") {
  subject member{{.log = {1}, .term = 1}};
  member.give(2, pre_ask(40, 1, 1));
  CHECK(member->term() == 1);
}

TEST_CASE("a pre-vote of an older term is refused, and the refusal brings the term (thesis, 9.6)") {
  subject member{{.log = {1}, .term = 8}};
  const auto answer = the_sent<vote_response>(2, member.give(2, pre_ask(5, 9, 4)));
  CHECK_FALSE(answer.granted);
  CHECK(answer.term == 8);
  subject candidate{{.log = {1}, .term = 4}};
  candidate.time_out();
  candidate.give(2, vote_response{8, 5, true, false});
  CHECK(candidate->term() == 8);
  CHECK(candidate->role() == role::follower);
}

TEST_CASE("a pre-vote for the current term is refused: nobody could win it again (thesis, 9.6)") {
  subject member{{.log = {1}, .term = 5}};
  CHECK_FALSE(the_sent<vote_response>(2, member.give(2, pre_ask(5, 9, 4))).granted);
}

TEST_CASE("a member in pre-vote grants the pre-vote and the vote of another one (thesis, 9.6)") {
  subject member{{.log = {1}, .term = 1}};
  member.time_out();
  CHECK(the_sent<vote_response>(3, member.give(3, pre_ask(2, 1, 1))).granted);
  CHECK(member->role() == role::candidate);
  CHECK(the_sent<vote_response>(3, member.give(3, ask(2, 1, 1))).granted);
  CHECK(member->role() == role::follower);
  CHECK(member->hard() == hard_state{2, id(3)});
}

TEST_CASE(
    "a member in pre-vote still has its vote of the current term to give (5.2; thesis, 9.6)") {
  subject free{{.log = {1}, .term = 3}};
  free.time_out();
  CHECK(the_sent<vote_response>(3, free.give(3, ask(3, 1, 1))).granted);
  CHECK(free->hard() == hard_state{3, id(3)});
}

TEST_CASE("a member in pre-vote repeats the vote that it has given before (5.2; thesis, 9.6)") {
  subject bound{{.log = {1}, .term = 3, .vote = 3}};
  bound.time_out();
  CHECK_FALSE(the_sent<vote_response>(2, bound.give(2, ask(3, 1, 1))).granted);
  CHECK(the_sent<vote_response>(3, bound.give(3, ask(3, 1, 1))).granted);
}

TEST_CASE("a majority of refused pre-votes ends the round without a new term (thesis, 9.6)") {
  subject member{{.log = {1}, .term = 1}};
  member.time_out();
  member.give(2, vote_response{1, 2, true, false});
  member.give(3, vote_response{1, 2, true, false});
  CHECK(member->term() == 1);
  const auto lost = member.now();
  const auto out = member.time_out();
  CHECK(member.now() > lost);
  CHECK(the_sent<vote_request>(2, out).pre_vote);
  CHECK(the_sent<vote_request>(2, out).term == 2);
}

TEST_CASE("pre-vote answers to another term's request do not count (thesis, 9.6)") {
  subject member{{.log = {1}, .term = 3}};
  member.time_out();
  member.give(2, vote_response{3, 3, true, true});
  member.give(3, vote_response{3, 9, true, true});
  CHECK(member->term() == 3);
  CHECK(member->role() == role::candidate);
}

TEST_CASE("a member with an old log wins no pre-vote, so it disturbs nobody (thesis, 9.6)") {
  subject member{{.log = {1, 2, 2}, .term = 2}};
  for (int time = 0; time < 5; ++time)
    CHECK_FALSE(the_sent<vote_response>(3, member.give(3, pre_ask(3, 1, 1))).granted);
  CHECK(member->term() == 2);
}
