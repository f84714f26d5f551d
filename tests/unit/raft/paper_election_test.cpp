// Leader election (paper, 5.2; figure 2, "followers" and "candidates").

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

#include <set>

using namespace hamok::raft;
using namespace hamok::raft::test;

TEST_CASE("a member starts as a follower that knows no leader (5.2)") {
  subject member{{.log = {1, 2}, .term = 3}};
  CHECK(member->role() == role::follower);
  CHECK_FALSE(member->leader());
}

TEST_CASE("a follower stays one as long as it hears from a leader (5.2)") {
  subject member{{.log = {1}, .term = 1}};
  for (int beat = 0; beat < 50; ++beat) {
    auto request = append(1, 1, 1);
    request.round = static_cast<std::uint64_t>(beat);
    CHECK(member.give(2, request).heartbeat);
    CHECK_FALSE(member.give(2, request).heartbeat);
    CHECK(all_sent<vote_request>(member.pass(150ms)).empty());
    CHECK(member->role() == role::follower);
  }
  CHECK(member->leader() == id(2));
  CHECK(member->term() == 1);
}

TEST_CASE("a follower that hears nothing for its election timeout starts an election (5.2)") {
  subject member{{.log = {1}, .term = 1}};
  member.give(2, append(1, 1, 1));
  const auto start = member.now();
  const auto out = member.time_out();
  CHECK(out.role == role::candidate);
  CHECK(member->role() == role::candidate);
  CHECK(all_sent<vote_request>(out).size() == 2);
  CHECK(member.now() - start >= member->config().follower_max_idle);
  CHECK(member.now() - start <= 2 * member->config().follower_max_idle);
}

TEST_CASE("a vote granted counts as contact, so that the voter does not compete (5.2)") {
  subject member{{.log = {1}, .term = 1}};
  member.give(2, append(1, 1, 1));
  member.wait(member->config().follower_max_idle + 1ms);
  const auto asked = member.now();
  CHECK(the_sent<vote_response>(3, member.give(3, ask(2, 1, 1))).granted);
  member.time_out();
  CHECK(member.now() - asked >= member->config().follower_max_idle);
}

TEST_CASE("election timeouts are chosen at random, each time anew (5.2)") {
  std::set<duration> seen;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    setup what{.log = {1}, .term = 1};
    what.config.seed = seed;
    subject member{what};
    for (int time = 0; time < 5; ++time) {
      member.give(2, append(1, 1, 1));
      seen.insert(member->deadline() - member.now());
      member.wait(100ms);
    }
  }
  CHECK(seen.size() > 90);
}

TEST_CASE("a candidate raises its term, votes for itself and asks all others in parallel (5.2)") {
  subject member{{.voters = 5, .log = {1, 2}, .term = 2}};
  const auto out = member.campaign();
  CHECK(member->term() == 3);
  CHECK(member->hard().vote == id(1));
  REQUIRE(all_sent<vote_request>(out).size() == 4);
  for (unsigned n = 2; n <= 5; ++n) {
    const auto request = the_sent<vote_request>(n, out);
    CHECK(request.term == 3);
    CHECK(request.last_log_index == 2);
    CHECK(request.last_log_term == 2);
    CHECK_FALSE(request.pre_vote);
    CHECK_FALSE(request.transfer);
  }
  CHECK(member.disk().durable().hard == hard_state{3, id(1)});
}

TEST_CASE("a candidate wins with the votes of a majority, its own included (5.2)") {
  struct row {
    unsigned voters;
    unsigned grants; ///< votes of others
    role expected;
  };
  const row rows[] = {{2, 0, role::candidate}, {2, 1, role::leader},    {3, 0, role::candidate},
                      {3, 1, role::leader},    {4, 1, role::candidate}, {4, 2, role::leader},
                      {5, 1, role::candidate}, {5, 2, role::leader},    {7, 2, role::candidate},
                      {7, 3, role::leader},    {7, 6, role::leader}};
  for (const auto& [voters, grants, expected] : rows) {
    INFO(grants << " votes of others among " << voters);
    subject member{{.voters = voters, .log = {1}, .term = 1}};
    member.campaign();
    for (unsigned n = 2; n < 2 + grants; ++n)
      member.give(n, vote(2, true));
    CHECK(member->role() == expected);
    CHECK(member->term() == 2);
  }
}

TEST_CASE("a sole voter elects itself at once (5.2)") {
  subject member{{.voters = 1, .log = {1}, .term = 1}};
  member.pass_to_deadline();
  CHECK(member->role() == role::leader);
  CHECK(member->term() == 2);
  CHECK(member->commit_index() == 2);
  CHECK(member.now() <= timestamp{10s + 100ms});
}

TEST_CASE("a vote counts once, however often it arrives (5.2)") {
  subject member{{.voters = 5, .log = {1}, .term = 1}};
  member.campaign();
  for (int time = 0; time < 5; ++time)
    member.give(2, vote(2, true));
  CHECK(member->role() == role::candidate);
  member.give(3, vote(2, true));
  CHECK(member->role() == role::leader);
}

TEST_CASE("a refusal counts once, and a member cannot take back its vote (5.2)") {
  subject member{{.voters = 3, .log = {1}, .term = 1}};
  member.campaign();
  member.give(2, vote(2, false));
  member.give(2, vote(2, false));
  CHECK_FALSE(all_sent<vote_request>(member.pass(member->config().heartbeat)).empty());
  member.give(3, vote(2, true));
  CHECK(member->role() == role::leader);
}

TEST_CASE("votes for another round, and votes of strangers and learners, do not count (5.2)") {
  setup what{.log = {1}, .term = 1};
  what.members = configuration{ids(1, 3), {}, {id(4)}};
  subject member{what};
  member.campaign();
  member.give(2, vote_response{1, 1, false, true});
  member.give(2, vote_response{2, 1, false, true});
  member.give(2, vote_response{1, 2, true, true});
  member.give(4, vote(2, true));
  member.give(9, vote(2, true));
  CHECK(member->role() == role::candidate);
  CHECK(member->term() == 2);
}

TEST_CASE("a member votes for at most one candidate in a term, first come first served (5.2)") {
  subject member{{.log = {1}, .term = 1}};
  CHECK(the_sent<vote_response>(2, member.give(2, ask(2, 1, 1))).granted);
  CHECK_FALSE(the_sent<vote_response>(3, member.give(3, ask(2, 5, 1))).granted);
  CHECK(member->hard().vote == id(2));
}

TEST_CASE("a member answers a repeated request of the candidate it voted for with its vote (5.2)") {
  subject member{{.log = {1}, .term = 1}};
  CHECK(the_sent<vote_response>(2, member.give(2, ask(2, 1, 1))).granted);
  CHECK(the_sent<vote_response>(2, member.give(2, ask(2, 1, 1))).granted);
}

TEST_CASE("a candidate and a leader refuse to vote for another one in their own term (5.2)") {
  subject candidate{{.log = {1}, .term = 1}};
  candidate.campaign();
  CHECK_FALSE(the_sent<vote_response>(3, candidate.give(3, ask(2, 9, 1))).granted);
  CHECK(candidate->role() == role::candidate);

  subject leader{{.log = {1}, .term = 1}};
  leader.elect();
  CHECK_FALSE(the_sent<vote_response>(3, leader.give(3, ask(2, 9, 1))).granted);
  CHECK(leader->role() == role::leader);
}

TEST_CASE("a new leader sends heartbeats to all others at once (5.2)") {
  subject member{{.voters = 5, .log = {1}, .term = 1}};
  const auto out = member.elect();
  CHECK(out.role == role::leader);
  CHECK(out.leader_changed);
  CHECK(member->leader() == id(1));
  for (unsigned n = 2; n <= 5; ++n)
    CHECK(the_sent<append_request>(n, out).term == 2);
}

TEST_CASE("a leader repeats heartbeats in idle periods to prevent elections (5.2)") {
  subject member{{.log = {1}, .term = 1}};
  member.elect();
  member.acknowledge_all(3);
  for (int beat = 0; beat < 20; ++beat) {
    const auto before = member.now();
    const auto out = member.pass_to_deadline();
    CHECK(member.now() - before <= member->config().heartbeat);
    for (unsigned n = 2; n <= 3; ++n) {
      const auto request = the_sent<append_request>(n, out);
      CHECK(request.term == 2);
      CHECK(request.entries.empty());
    }
    CHECK(out.heartbeat);
    member.acknowledge_all(3);
  }
}

TEST_CASE("a candidate that hears a leader of its own term becomes its follower (5.2)") {
  subject member{{.log = {1}, .term = 1}};
  member.campaign();
  const auto out = member.give(3, append(2, 1, 1));
  CHECK(out.role == role::follower);
  CHECK(member->term() == 2);
  CHECK(member->leader() == id(3));
  CHECK(member->hard().vote == id(1));
  CHECK(the_sent<append_response>(3, out).success);
}

TEST_CASE("a candidate that hears a leader of an older term stays a candidate (5.2)") {
  subject member{{.log = {1}, .term = 1}};
  member.campaign();
  member.give(3, append(1, 1, 1));
  CHECK(member->role() == role::candidate);
}

TEST_CASE("a candidate in pre-vote that hears the leader of its term follows it again (5.2)") {
  subject member{{.log = {1}, .term = 1}};
  member.time_out();
  member.give(3, append(1, 1, 1));
  CHECK(member->role() == role::follower);
  CHECK(member->leader() == id(3));
  CHECK(member->term() == 1);
}

TEST_CASE("a candidate that nobody answers repeats its request (5.1, 5.5)") {
  subject member{{.log = {1}, .term = 1}};
  member.campaign();
  member.give(2, vote(2, false));
  const auto out = member.pass(member->config().heartbeat);
  CHECK(sent_to<vote_request>(2, out).empty());
  CHECK(the_sent<vote_request>(3, out).term == 2);
}

TEST_CASE("an election that nobody wins is followed by another one in a new term (5.2)") {
  subject member{{.log = {1}, .term = 1}};
  member.campaign();
  member.give(2, vote(2, false));
  member.give(3, vote(2, false));
  CHECK(member->role() == role::candidate);
  const auto out = member.campaign();
  CHECK(member->term() == 3);
  CHECK(all_sent<vote_request>(out).size() == 2);
}

TEST_CASE("a leader never appends to another leader of its own term (5.2, election safety)") {
  subject member{{.log = {1}, .term = 1}};
  member.elect();
  const auto out = member.give(3, append(2, 1, 1, entries_of({2, 2, 2}), 4));
  CHECK(member->role() == role::leader);
  CHECK(terms_of(member->log()) == std::vector<term_t>{1, 2});
  CHECK(member->commit_index() == 0);
  CHECK(out.rejected != nullptr);
}
