// Changes of the members (thesis, 4; paper, 6): who is heard, which configuration counts, and what
// becomes of those who come and go.

#include "hamok/raft/codec.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace hamok;
using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

configuration voters(unsigned first, unsigned last) {
  return {ids(first, last), {}, {}};
}

entry entry_of(term_t term, const configuration& members) {
  return {term, entry_kind::configuration, duration{0}, to_blob(members)};
}

configuration retiring(configuration members, unsigned n, index_t at) {
  members.retired.push_back({id(n), at});
  return members;
}

change_members adding(unsigned n) {
  return {{change_kind::add, id(n), 0}};
}

change_members removing(unsigned n) {
  return {{change_kind::remove, id(n), 0}};
}

/// A leader of `last` voters that has committed an entry of its term, with the others heard just
/// now.
subject leader_of(unsigned last) {
  setup start;
  start.voters = last;
  subject leader{start};
  leader.elect();
  leader.acknowledge_all(last);
  return leader;
}

bool is_rejected(const output& out, std::string_view reason) {
  return out.rejected != nullptr && out.rejected == reason;
}

} // namespace

// -- who is heard ---------------------------------------------------------------------------------

TEST_CASE("thesis, 4.1: a leader that is in no configuration of the log is heard over its link") {
  subject member;
  CHECK(is_rejected(member.give(7, append(1, 0, 0)), "message from a stranger"));
  member.give(link_up{id(7)});
  const auto out = member.give(7, append(1, 0, 0, {command(1, "x")}));
  CHECK(out.rejected == nullptr);
  CHECK(the_sent<append_response>(7, out).success);
  CHECK(member->leader() == id(7));
}

TEST_CASE("thesis, 4.1: a candidate that is in no configuration of the log gets a vote") {
  subject member;
  member.give(link_up{id(7)});
  CHECK(the_sent<vote_response>(7, member.give(7, ask(1, 3, 1))).granted);
}

TEST_CASE("consensus.md, 4: without a link nobody is heard but the members") {
  subject member;
  member.give(link_up{id(7)});
  member.give(link_down{id(7)});
  CHECK(is_rejected(member.give(7, ask(1, 3, 1)), "message from a stranger"));
  // A link belongs to one life.
  member.give(link_up{id(7)});
  const auto out = member.give(receive{{id(7).peer, {7, 7}}, {0, vote_request{ask(1, 3, 1)}}});
  CHECK(is_rejected(out, "message from a stranger"));
  CHECK(member->term() == 0);
}

TEST_CASE("thesis, 4.2.3: requests of a removed member are dropped once that is committed") {
  subject member;
  member.give(link_up{id(3)});
  const auto without = retiring(voters(1, 2), 3, 1);
  member.give(2, append(1, 0, 0, {entry_of(1, without)}));
  // Its removal might still vanish, and then it is needed.
  auto out = member.give(3, pre_ask(2, 9, 1));
  CHECK(out.rejected == nullptr);
  CHECK(sent_to<vote_response>(3, out).size() == 1);
  member.give(2, append(1, 1, 1, {}, 1));
  CHECK(is_rejected(member.give(3, pre_ask(2, 9, 1)), "message from a retired member"));
  CHECK(is_rejected(member.give(3, ask(5, 9, 1)), "message from a retired member"));
  CHECK(is_rejected(member.give(3, append(5, 1, 1)), "message from a retired member"));
  CHECK(is_rejected(member.give(3, timeout_now{1}), "message from a retired member"));
  CHECK(member->term() == 1);
}

TEST_CASE("thesis, 4.2.2: a leader that has removed itself is heard until it is followed no more") {
  subject member;
  const auto without = retiring({{id(1), id(2)}, {}, {}}, 3, 1);
  member.give(3, append(1, 0, 0, {entry_of(1, without)}));
  member.give(3, append(1, 1, 1, {}, 1));
  CHECK(member.give(3, append(1, 1, 1, {}, 1)).rejected == nullptr);
  member.give(3, timeout_now{1});
  CHECK(member->role() == role::candidate);
  CHECK(is_rejected(member.give(3, append(1, 1, 1, {}, 1)), "message from a retired member"));
}

TEST_CASE("architecture, rule 6: an append with a configuration that is none is dropped") {
  subject member;
  auto broken = entry_of(1, voters(1, 3));
  broken.data = blob::from_string("no configuration");
  CHECK(is_rejected(member.give(2, append(1, 0, 0, {broken})), "malformed message"));
  CHECK(is_rejected(member.give(2, append(1, 0, 0, {entry_of(1, {})})), "malformed message"));
  CHECK(member->log().last_index() == 0);
}

// -- which configuration counts -------------------------------------------------------------------

TEST_CASE("thesis, 4.1: a configuration is in force as soon as it is in the log") {
  subject member;
  const auto out = member.give(2, append(1, 0, 0, {command(1, "x"), entry_of(1, voters(1, 5))}));
  CHECK(member->commit_index() == 0);
  CHECK(member->members() == voters(1, 5));
  CHECK(out.members_changed);
  // It campaigns by it: two votes of five are not enough.
  member.campaign();
  member.give(2, vote(2, true));
  CHECK(member->role() == role::candidate);
  member.give(4, vote(2, true));
  CHECK(member->role() == role::leader);
}

TEST_CASE("thesis, 4.1: a configuration that is truncated is not in force any more") {
  subject member;
  member.give(2, append(1, 0, 0, {command(1, "x"), entry_of(1, voters(1, 5))}));
  const auto out = member.give(3, append(2, 1, 1, {command(2, "y")}));
  CHECK(member->members() == voters(1, 3));
  CHECK(out.members_changed);
  member.campaign();
  CHECK(member->role() == role::candidate);
  member.give(2, vote(3, true));
  CHECK(member->role() == role::leader);
}

TEST_CASE("thesis, 4.1: an entry that only repeats what is there changes no configuration") {
  subject member;
  const auto request = append(1, 0, 0, {entry_of(1, voters(1, 5))});
  CHECK(member.give(2, request).members_changed);
  CHECK_FALSE(member.give(2, request).members_changed);
  CHECK(member.give(2, append(1, 1, 1, {}, 1)).members_changed); // it is committed now
  CHECK_FALSE(member.give(2, append(1, 1, 1, {}, 1)).members_changed);
}

TEST_CASE("thesis, 4.1: a restarted member uses the latest configuration on its disk") {
  subject member;
  member.give(2, append(1, 0, 0, {entry_of(1, voters(1, 4)), entry_of(1, voters(1, 5))}));
  member.restart();
  CHECK(member->members() == voters(1, 5));
}

TEST_CASE("thesis, 4.2.1: a learner campaigns from when it is a voter in its log") {
  setup start;
  start.members = configuration{ids(2, 4), {}, {id(1)}};
  subject member{start};
  member.give(2, append(1, 0, 0, {command(1, "x")}));
  CHECK(member->deadline() == timestamp::max());
  member.give(2, append(1, 1, 1, {entry_of(1, {ids(1, 4), ids(2, 4), {}})}));
  CHECK(member->deadline() < timestamp::max());
  member.time_out();
  CHECK(member->role() == role::candidate);
}

TEST_CASE("thesis, 4.2.1: a voter of a truncated configuration does not campaign any more") {
  setup start;
  start.members = configuration{ids(2, 4), {}, {id(1)}};
  subject member{start};
  member.give(2, append(1, 0, 0, {entry_of(1, {ids(1, 4), ids(2, 4), {}})}));
  member.give(3, append(2, 0, 0, {command(2, "y")}));
  CHECK(member->deadline() == timestamp::max());
}

TEST_CASE("thesis, 4.2.2: who is being removed campaigns until that is committed, for others") {
  // Figure 4.6: n1 has removed itself, and the last entry is in its log alone. n2, which still
  // needs n1's vote, cannot win against that longer log.
  setup start;
  start.voters = 2;
  subject member{start};
  const configuration joint{ids(2, 2), ids(1, 2), {}};
  member.give(2,
              append(1, 0, 0, {entry_of(1, joint), entry_of(1, retiring(voters(2, 2), 1, 2))}, 1));
  member.restart();
  member.time_out();
  CHECK(member->role() == role::candidate);
  // It is not in the configuration in force, so its own vote counts for nothing.
  auto out = member.give(2, vote_response{1, 2, true, true});
  CHECK(member->term() == 2);
  CHECK(member->role() == role::candidate);
  member.give(2, vote(2, true));
  CHECK(member->role() == role::leader);
  // Nor does its log: n2's disk alone commits.
  CHECK(member->commit_index() < 3);
  member.acknowledge(2, 3);
  CHECK(member->commit_index() == 3);
}

TEST_CASE("thesis, 4.2.2: a removed member does not campaign once that is committed") {
  subject member;
  member.give(2, append(1, 0, 0, {entry_of(1, {ids(2, 3), ids(1, 3), {}})}));
  member.give(2, append(1, 1, 1, {entry_of(1, retiring(voters(2, 3), 1, 2))}, 1));
  CHECK(member->deadline() < timestamp::max());
  const auto out = member.give(2, append(1, 2, 1, {}, 2));
  CHECK(out.members_changed);
  CHECK(member->deadline() == timestamp::max());
}

TEST_CASE("paper, 6: a joint configuration elects with both majorities") {
  setup start;
  start.members = configuration{{id(1), id(4), id(5)}, ids(1, 3), {}};
  subject member{start};
  member.time_out();
  member.give(2, vote_response{0, 1, true, true});
  CHECK(member->term() == 0);
  member.give(4, vote_response{0, 1, true, true});
  CHECK(member->term() == 1);
  member.give(4, vote(1, true));
  member.give(5, vote(1, true));
  CHECK(member->role() == role::candidate);
  member.give(3, vote(1, true));
  CHECK(member->role() == role::leader);
}

TEST_CASE("paper, 6: a joint configuration commits with both majorities") {
  setup start;
  start.members = configuration{{id(1), id(4), id(5)}, ids(1, 3), {}};
  subject member{start};
  member.elect();
  member.acknowledge(2, 1);
  member.acknowledge(3, 1);
  CHECK(member->commit_index() == 0);
  member.acknowledge(4, 1);
  CHECK(member->commit_index() == 1);
}

TEST_CASE("a member that was never told who takes part takes no entries and never campaigns") {
  setup start;
  start.members = configuration{};
  subject member{start};
  CHECK(member->deadline() == timestamp::max());
  member.give(link_up{id(2)});
  const auto out = member.give(2, append(1, 0, 0, {entry_of(1, voters(2, 4))}, 1));
  const auto answer = the_sent<append_response>(2, out);
  CHECK_FALSE(answer.success);
  CHECK(answer.conflict_index == 1);
  CHECK(member->log().last_index() == 0);
  CHECK(member->commit_index() == 0);
  CHECK(member->leader() == id(2));
  CHECK(the_sent<vote_response>(2, member.give(2, ask(2, 3, 1))).granted == false);
}

// -- learners and promotion -----------------------------------------------------------------------

TEST_CASE("thesis, 4.2.1: a new member begins as a learner, and gets the log") {
  auto leader = leader_of(3);
  const auto out = leader.give(adding(4));
  REQUIRE(out.change);
  CHECK_FALSE(out.change->refused);
  CHECK_FALSE(out.change->done);
  CHECK(out.change->index == 2);
  CHECK(out.change->member == id(4));
  CHECK(out.members_changed);
  CHECK(leader->members() == configuration{ids(1, 3), {}, ids(4, 4)});
  CHECK(the_sent<append_request>(2, out).entries.size() == 1);
  CHECK(sent_to<append_request>(4, leader.pass(150ms)).size() == 1);
  leader.give(4, append_response{1, 0, false, 0, 2, 0, 1});
  CHECK(leader.progress_of(4).next_index == 1);
}

TEST_CASE("thesis, 4.2.1: a learner counts for nothing, neither for commit nor for the quorum") {
  auto leader = leader_of(3);
  leader.give(adding(4));
  leader.acknowledge(4, 2);
  CHECK(leader->commit_index() == 1);
  leader.acknowledge(2, 2);
  CHECK(leader->commit_index() == 2);
  // Its contact keeps no leader in office.
  for (int time = 0; time < 10; ++time) {
    leader.pass(100ms);
    if (leader->role() == role::leader)
      leader.acknowledge(4, 2);
  }
  CHECK(leader->role() == role::follower);
}

TEST_CASE("thesis, 4.2.1: a learner becomes a voter when it has caught up, by a joint entry") {
  auto leader = leader_of(3);
  leader.give(adding(4));
  leader.acknowledge_all(3);
  CHECK(leader->members().outgoing.empty()); // it has nothing yet
  leader.acknowledge(4, 2);
  CHECK(leader->members() == configuration{ids(1, 4), ids(1, 3), {}});
  CHECK(leader->log().last_index() == 3);
  // The joint entry needs both majorities, and the next follows it at once.
  leader.acknowledge(2, 3);
  CHECK(leader->commit_index() == 2);
  leader.acknowledge(4, 3);
  CHECK(leader->commit_index() == 3);
  CHECK(leader->members() == voters(1, 4));
  leader.acknowledge_all(4);
  CHECK(leader->commit_index() == 4);
  const auto out = leader.give(adding(4));
  CHECK(out.change->done);
  CHECK(out.change->index == 4);
}

TEST_CASE("thesis, 4.2.1: a round that takes longer than an election would promotes nobody") {
  auto leader = leader_of(3);
  leader.give(adding(4));
  leader.acknowledge_all(3);
  for (int time = 0; time < 6; ++time) {
    leader.pass(100ms);
    leader.acknowledge_all(3);
    leader.acknowledge(4, 1); // it is alive, and slow
  }
  leader.give(proposals({"x"}));
  leader.acknowledge_all(3);
  leader.acknowledge(4, 2);
  CHECK(leader->members().outgoing.empty());
  leader.acknowledge(4, 3); // the next round is fast
  CHECK_FALSE(leader->members().outgoing.empty());
}

TEST_CASE("thesis, 4.2.1: learners that are to stay learners are not promoted") {
  setup start;
  start.config.promote_learners = false;
  subject leader{start};
  leader.elect();
  leader.acknowledge_all(3);
  leader.give(adding(4));
  leader.acknowledge_all(4);
  leader.acknowledge_all(4);
  CHECK(leader->members() == configuration{ids(1, 3), {}, ids(4, 4)});
}

// -- one change at a time -------------------------------------------------------------------------

TEST_CASE("thesis, 4.1: a leader changes nothing before it has committed in its own term") {
  subject leader;
  leader.elect();
  CHECK(leader.give(adding(4)).change->refused == change_refusal::not_ready);
  leader.acknowledge(2, 1);
  CHECK_FALSE(leader.give(adding(4)).change->refused);
}

TEST_CASE("thesis, 4.1: there is one change at a time, and to repeat it is no other") {
  auto leader = leader_of(3);
  leader.give(adding(4));
  CHECK(leader.give(adding(5)).change->refused == change_refusal::busy);
  CHECK(leader.give(removing(2)).change->refused == change_refusal::busy);
  const auto again = leader.give(adding(4));
  CHECK_FALSE(again.change->refused);
  CHECK_FALSE(again.change->done);
  CHECK(leader->log().last_index() == 2);
  leader.acknowledge_all(3);
  CHECK_FALSE(leader.give(adding(5)).change->refused); // learners may catch up side by side
}

TEST_CASE("thesis, 4.3: a new leader ends the joint configuration that it finds, in its own term") {
  subject leader;
  leader.give(2, append(1, 0, 0, {entry_of(1, {ids(1, 4), ids(1, 3), {}})}, 0));
  leader.elect();
  REQUIRE(leader->log().last_index() == 2);
  leader.acknowledge(2, 2);
  CHECK(leader->members().outgoing == ids(1, 3)); // its new half has not taken it
  leader.acknowledge(4, 1);
  CHECK(leader->commit_index() == 0); // that entry is of an earlier term
  leader.acknowledge(4, 2);
  CHECK(leader->commit_index() == 2);
  CHECK(leader->members() == voters(1, 4));
}

TEST_CASE("consensus.md, 6: a change that too few could commit is not begun") {
  auto leader = leader_of(3);
  leader.give(link_down{id(3)});
  CHECK(leader.give(removing(2)).change->refused == change_refusal::quorum_at_risk);
  CHECK_FALSE(leader.give(removing(3)).change->refused);
}

TEST_CASE("consensus.md, 6: who has not answered this leader yet is not counted on") {
  subject leader;
  leader.elect();
  leader.acknowledge(2, 1);
  CHECK(leader.give(removing(2)).change->refused == change_refusal::quorum_at_risk);
  leader.acknowledge(3, 1);
  CHECK_FALSE(leader.give(removing(2)).change->refused);
}

TEST_CASE("consensus.md, 6: only a leader changes the members, and says who that is") {
  subject member;
  member.give(2, append(1, 0, 0));
  const auto out = member.give(adding(4));
  CHECK(out.change->refused == change_refusal::not_leader);
  CHECK(out.change->leader == id(2));
}

TEST_CASE("consensus.md, 6: only the core writes configurations") {
  auto leader = leader_of(3);
  const auto out = leader.give(propose{{{entry_kind::configuration, to_blob(voters(1, 1))}}});
  CHECK(out.proposal->refused == refusal::not_a_command);
  CHECK(leader->log().last_index() == 1);
}

// -- removal --------------------------------------------------------------------------------------

TEST_CASE("thesis, 4.3: a voter goes by a joint entry, and is retired by the one behind it") {
  auto leader = leader_of(4);
  const auto out = leader.give(removing(4));
  CHECK(leader->members() == configuration{ids(1, 3), ids(1, 4), {}});
  CHECK(the_sent<append_request>(4, out).entries.size() == 1);
  leader.acknowledge(2, 2);
  leader.acknowledge(3, 2);
  CHECK(leader->commit_index() == 2);
  CHECK(leader->members() == retiring(voters(1, 3), 4, 3));
}

TEST_CASE("thesis, 4.2.2: a removed member is told, and then forgotten") {
  auto leader = leader_of(4);
  leader.give(removing(4));
  leader.acknowledge_all(3);
  CHECK(leader.progress_of(4).leaving);
  leader.acknowledge(2, 3);
  CHECK(leader->commit_index() == 3);
  CHECK(leader.progress_of(4).leaving);
  const auto out = leader.acknowledge(4, 3);
  CHECK(the_sent<append_request>(4, out).leader_commit == 3);
  CHECK(leader->progress().size() == 2);
}

TEST_CASE("thesis, 4.2.2: a removed member that does not answer is not told for ever") {
  auto leader = leader_of(4);
  leader.give(removing(4));
  for (int time = 0; time < 30; ++time) {
    leader.pass(100ms);
    leader.acknowledge_all(3);
  }
  CHECK(leader->role() == role::leader);
  CHECK(leader->progress().size() == 2);
}

TEST_CASE("thesis, 4.2.2: a removed member whose link falls is not told") {
  auto leader = leader_of(4);
  leader.give(removing(4));
  leader.acknowledge_all(3);
  leader.give(link_down{id(4)});
  CHECK(leader->progress().size() == 2);
}

TEST_CASE("thesis, 4.2.2: a leader that removes itself leads until that is committed") {
  auto leader = leader_of(3);
  leader.give(removing(1));
  CHECK(leader->members() == configuration{ids(2, 3), ids(1, 3), {}});
  leader.acknowledge_all(3);
  CHECK(leader->commit_index() == 2);
  CHECK(leader->role() == role::leader);
  CHECK(leader->members().voters == ids(2, 3));
  // It does not count itself: two of two others have to have it.
  leader.acknowledge(2, 3);
  CHECK(leader->commit_index() == 2);
  CHECK(leader->standing() == standing::voter);
  const auto out = leader.acknowledge(3, 3);
  CHECK(leader->commit_index() == 3);
  CHECK(leader->role() == role::follower);
  CHECK(leader->standing() == standing::removed);
  CHECK(leader->deadline() == timestamp::max());
  // Both hear of the commit first, and then one is asked to take over.
  CHECK(all_sent<timeout_now>(out).size() == 1);
  CHECK(out.send.size() == 3);
  CHECK(std::holds_alternative<timeout_now>(out.send.back().message.body));
}

TEST_CASE("consensus.md, 4: a life makes room for the next one of its name without being removed") {
  subject leader;
  const configuration joint{{id(1), id(2), {id(3).peer, {7, 7}}}, ids(1, 3), {}};
  leader.give(2, append(1, 0, 0, {entry_of(1, joint)}));
  leader.elect();
  // Were it said to have begun, whoever means the name would take it for gone.
  CHECK(leader.give(removing(3)).change->refused == change_refusal::busy);
  leader.acknowledge(2, 2);
  CHECK(leader->members().outgoing.empty());
  CHECK(leader.give(removing(3)).change->refused == change_refusal::busy);
  leader.acknowledge(2, 3);
  CHECK(leader.give(removing(3)).change->done);
}

TEST_CASE("thesis, 4.2.2: the last voter cannot be removed") {
  subject leader{{.voters = 1}};
  leader.elect();
  CHECK(leader.give(removing(1)).change->refused == change_refusal::last_voter);
  CHECK(leader.give(removing(2)).change->done);
}

TEST_CASE("consensus.md, 6: what a member is follows from what is committed") {
  setup start;
  start.members = voters(2, 4);
  subject member{start};
  CHECK(member->standing() == standing::outsider);
  member.give(2, append(1, 0, 0, {entry_of(1, {ids(2, 4), {}, ids(1, 1)})}));
  CHECK(member->standing() == standing::outsider);
  member.give(2, append(1, 1, 1, {entry_of(1, {ids(1, 4), ids(2, 4), {}})}, 1));
  CHECK(member->standing() == standing::learner);
  member.give(2, append(1, 2, 1, {entry_of(1, voters(1, 4))}, 2));
  CHECK(member->standing() == standing::voter);
  member.give(2, append(1, 3, 1, {entry_of(1, {ids(2, 4), ids(1, 4), {}})}, 3));
  member.give(2, append(1, 4, 1, {entry_of(1, voters(2, 4))}, 4));
  CHECK(member->standing() == standing::voter); // in the outgoing half
  member.give(2, append(1, 5, 1, {}, 5));
  CHECK(member->standing() == standing::removed);
}

TEST_CASE("consensus.md, 6: a removal that is found by one leap of the commit is noticed") {
  setup start;
  start.members = voters(2, 4);
  subject member{start};
  member.give(
      2, append(1, 0, 0, {entry_of(1, {ids(2, 4), {}, ids(1, 1)}), entry_of(1, voters(2, 4))}, 2));
  CHECK(member->standing() == standing::removed);
}

// -- another life of a member ---------------------------------------------------------------------

TEST_CASE("consensus.md, 4: a new life takes the place of the old one, whose link is down") {
  auto leader = leader_of(3);
  const member_id reborn{id(3).peer, {7, 7}};
  const change_members wish{{change_kind::add, reborn, 0}};
  CHECK(leader.give(wish).change->refused == change_refusal::name_taken);
  leader.give(link_down{id(3)});
  CHECK_FALSE(leader.give(wish).change->refused);
  CHECK(leader->members() == configuration{ids(1, 3), {}, {reborn}});
  leader.acknowledge(2, 2);
  const auto answer = [&](index_t match) {
    return leader.give(
        receive{reborn, {0, append_response{1, leader.round(), true, match, 0, 0, 0}}});
  };
  // The old life is back: the new one waits until it is gone.
  leader.acknowledge(3, 2);
  answer(2);
  CHECK(leader->members().outgoing.empty());
  leader.give(link_down{id(3)});
  answer(2);
  CHECK(leader->members() == configuration{{id(1), id(2), reborn}, ids(1, 3), {}});
  leader.acknowledge(2, 3);
  answer(3);
  CHECK(leader->commit_index() == 3);
  CHECK(leader->members() == retiring({{id(1), id(2), reborn}, {}, {}}, 3, 4));
}

TEST_CASE("consensus.md, 4: the leader's own name is taken") {
  auto leader = leader_of(3);
  const change_members wish{{change_kind::add, {id(1).peer, {7, 7}}, 0}};
  CHECK(leader.give(wish).change->refused == change_refusal::name_taken);
}
