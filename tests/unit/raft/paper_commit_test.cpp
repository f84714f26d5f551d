// When an entry is committed (paper, 5.3, 5.4.2 and figure 8; consensus.md, 7).

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

using terms = std::vector<term_t>;

} // namespace

TEST_CASE("an entry is committed when a majority has it, the leader included (5.3)") {
  struct row {
    unsigned voters;
    unsigned acks; ///< of others
    bool committed;
  };
  const row rows[] = {{1, 0, true}, {2, 0, false}, {2, 1, true}, {3, 0, false},
                      {3, 1, true}, {4, 1, false}, {4, 2, true}, {5, 1, false},
                      {5, 2, true}, {7, 2, false}, {7, 3, true}};
  for (const auto& [voters, acks, committed] : rows) {
    INFO(acks << " acknowledgements of others among " << voters);
    subject leader{{.voters = voters, .log = {1}, .term = 1}};
    if (voters == 1)
      leader.pass_to_deadline();
    else
      leader.elect();
    for (unsigned n = 2; n < 2 + acks; ++n)
      leader.acknowledge(n, 2);
    CHECK(leader->commit_index() == (committed ? 2 : 0));
  }
}

TEST_CASE("committing an entry commits all that come before it (5.3)") {
  subject leader{{.log = {1, 1, 2}, .term = 2}};
  leader.elect();
  leader.give(proposals({"x", "y"}));
  const auto out = leader.acknowledge(2, 5);
  CHECK(leader->commit_index() == 5);
  CHECK(out.committed.first_index == 1);
  CHECK(terms_of(out.committed.entries) == terms{1, 1, 2, 3, 3});
}

TEST_CASE("a leader commits by the median of what members have (5.3)") {
  subject leader{{.voters = 5, .log = {1}, .term = 1}};
  leader.elect();
  leader.give(proposals({"a", "b", "c", "d"}));
  leader.acknowledge(2, 6);
  CHECK(leader->commit_index() == 0);
  leader.acknowledge(3, 4);
  CHECK(leader->commit_index() == 4);
  leader.acknowledge(4, 3);
  CHECK(leader->commit_index() == 4);
  leader.acknowledge(4, 5);
  CHECK(leader->commit_index() == 5);
}

TEST_CASE("an entry of an older term is not committed by counting replicas (5.4.2, figure 8)") {
  subject leader{{.voters = 5, .log = {1, 2}, .term = 3}};
  leader.elect();
  REQUIRE(leader->term() == 4);
  REQUIRE(leader->log().last_index() == 3);
  for (unsigned n = 2; n <= 5; ++n)
    leader.acknowledge(n, 2);
  CHECK(leader->commit_index() == 0);
  // The first entry of its own term commits it indirectly.
  leader.acknowledge(2, 3);
  CHECK(leader->commit_index() == 0);
  leader.acknowledge(3, 3);
  CHECK(leader->commit_index() == 3);
}

TEST_CASE("an acknowledgement of an older term commits nothing (5.4.2)") {
  subject leader{{.log = {1}, .term = 1}};
  leader.elect();
  leader.give(2, append_response{1, 0, true, 2, 0, 0, 0});
  CHECK(leader->commit_index() == 0);
  CHECK(leader.progress_of(2).match_index == 0);
}

TEST_CASE("acknowledgements of learners and strangers commit nothing (thesis, 4.2.1)") {
  setup what{.log = {1}, .term = 1};
  what.members = configuration{ids(1, 3), {}, {id(4), id(5)}};
  subject leader{what};
  const auto out = leader.elect();
  // Learners receive the log all the same.
  CHECK(the_sent<append_request>(4, out).entries.size() == 1);
  leader.acknowledge(4, 2);
  leader.acknowledge(5, 2);
  leader.acknowledge(9, 2);
  CHECK(leader->commit_index() == 0);
  leader.acknowledge(3, 2);
  CHECK(leader->commit_index() == 2);
}

TEST_CASE("a joint configuration commits only by both majorities (thesis, 4.3)") {
  setup what{.log = {1}, .term = 1};
  what.members = configuration{{id(1), id(2), id(3)}, {id(1), id(4), id(5)}, {}};
  subject leader{what};
  leader.elect();
  leader.acknowledge(2, 2);
  leader.acknowledge(3, 2);
  CHECK(leader->commit_index() == 0);
  leader.acknowledge(4, 2);
  CHECK(leader->commit_index() == 2);
}

TEST_CASE("a joint configuration elects only by both majorities (thesis, 4.3)") {
  setup what{.log = {1}, .term = 1};
  what.members = configuration{{id(1), id(2), id(3)}, {id(1), id(4), id(5)}, {}};
  subject member{what};
  member.campaign();
  member.give(2, vote(2, true));
  member.give(3, vote(2, true));
  CHECK(member->role() == role::candidate);
  member.give(5, vote(2, true));
  CHECK(member->role() == role::leader);
}

TEST_CASE("an idle follower learns of a new commit index at once (5.3)") {
  subject leader{{.log = {1}, .term = 1}};
  leader.elect();
  const auto out = leader.acknowledge(2, 2);
  const auto request = the_sent<append_request>(2, out);
  CHECK(request.leader_commit == 2);
  CHECK(request.entries.empty());
}

TEST_CASE("a follower is never told of a commit in a heartbeat that it cannot check (5.3)") {
  // n3's log is not known to match: what it commits is bounded by what the append speaks of.
  subject leader{{.log = {1, 1, 1}, .term = 1}};
  leader.elect();
  leader.acknowledge(2, 4);
  REQUIRE(leader->commit_index() == 4);
  subject behind{{.log = {1, 1}, .term = 2}};
  for (const auto& request : sent_to<append_request>(3, leader.pass_to_deadline()))
    behind.give(2, request);
  CHECK(behind->commit_index() <= 2);
}

TEST_CASE("a leader gives committed entries to its state machines once (5.3)") {
  subject leader{{.log = {1}, .term = 1}};
  leader.elect();
  const auto first = leader.acknowledge(2, 2);
  const auto second = leader.acknowledge(3, 2);
  CHECK(first.committed.entries.size() == 2);
  CHECK(second.committed.entries.empty());
  CHECK(leader->delivered_index() == 2);
}

TEST_CASE(
    "entries are given out only so far ahead of what is applied (rules, no unbounded queue)") {
  setup what{.log = terms(10, 1), .term = 1};
  what.config.max_apply_ahead = 4;
  subject member{what};
  const auto first = member.give(2, append(1, 10, 1, {}, 10));
  CHECK(member->commit_index() == 10);
  CHECK(first.committed.entries.size() == 4);
  const auto second = member.give(applied{3});
  CHECK(second.committed.first_index == 5);
  CHECK(second.committed.entries.size() == 3);
  CHECK(member.give(applied{2}).committed.entries.empty());
  CHECK(member.give(applied{7}).committed.entries.size() == 3);
  CHECK(member->delivered_index() == 10);
}
