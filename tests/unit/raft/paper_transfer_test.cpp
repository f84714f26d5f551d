// Transfer of leadership (thesis, 3.10), as the leader sees it.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

#include <optional>

using namespace hamok;
using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

/// A leader of three that has committed its first entry.
subject leader_of_three() {
  subject leader;
  leader.elect();
  leader.acknowledge_all(3);
  return leader;
}

transfer_leadership to(unsigned n) {
  return {id(n)};
}

} // namespace

TEST_CASE("thesis, 3.10: a successor that has the whole log is asked to campaign at once") {
  auto leader = leader_of_three();
  const auto out = leader.give(to(3));
  CHECK_FALSE(out.transfer);
  CHECK(the_sent<timeout_now>(3, out).term == 1);
  CHECK(all_sent<timeout_now>(out).size() == 1);
  CHECK(leader->role() == role::leader);
}

TEST_CASE("thesis, 3.10: a successor gets what it lacks first") {
  auto leader = leader_of_three();
  leader.give(proposals({"x"}));
  CHECK(all_sent<timeout_now>(leader.give(to(3))).empty());
  CHECK(all_sent<timeout_now>(leader.acknowledge(2, 2)).empty());
  CHECK(all_sent<timeout_now>(leader.acknowledge(3, 1)).empty());
  CHECK(sent_to<timeout_now>(3, leader.acknowledge(3, 2)).size() == 1);
}

TEST_CASE("thesis, 3.10: nothing is appended while leadership is handed over") {
  auto leader = leader_of_three();
  leader.give(to(3));
  const auto out = leader.give(proposals({"x"}));
  CHECK(out.proposal->refused == refusal::transferring);
  CHECK_FALSE(out.proposal->leader);
  CHECK(leader.give(change_members{{change_kind::remove, id(2), 0}}).change->refused
        == change_refusal::transferring);
  CHECK(leader->log().last_index() == 1);
}

TEST_CASE("thesis, 3.10: a leader that is replaced has handed over") {
  auto leader = leader_of_three();
  leader.give(to(3));
  auto request = ask(2, 1, 1);
  request.transfer = true;
  const auto out = leader.give(3, request);
  CHECK(out.transfer == transfer_result::handed_over);
  CHECK(leader->role() == role::follower);
  CHECK(the_sent<vote_response>(3, out).granted);
}

TEST_CASE("thesis, 3.10: a transfer that takes too long is given up, and the leader goes on") {
  auto leader = leader_of_three();
  leader.give(to(3));
  std::optional<transfer_result> result;
  duration took{0};
  for (; !result && took < 2s; took += 50ms) {
    const auto out = leader.pass(50ms);
    result = out.transfer;
    leader.acknowledge(2, 1);
  }
  CHECK(result == transfer_result::timed_out);
  CHECK(took == 500ms);
  CHECK(leader->role() == role::leader);
  CHECK_FALSE(leader.give(proposals({"x"})).proposal->refused);
}

TEST_CASE("thesis, 3.10: the limit of a transfer can be set, and the clock is asked for it") {
  setup start;
  start.config.transfer_timeout = 70ms;
  subject leader{start};
  leader.elect();
  leader.acknowledge_all(3);
  const auto began = leader.now();
  leader.give(to(3));
  CHECK(leader->deadline() == began + 70ms);
  CHECK(leader.pass_to_deadline().transfer == transfer_result::timed_out);
}

TEST_CASE("thesis, 3.10: the request to campaign is repeated with each heartbeat") {
  auto leader = leader_of_three();
  leader.give(to(3));
  CHECK(all_sent<timeout_now>(leader.acknowledge(3, 1)).empty());
  CHECK(sent_to<timeout_now>(3, leader.pass(150ms)).size() == 1);
  CHECK(all_sent<timeout_now>(leader.acknowledge(3, 1)).empty());
}

TEST_CASE("thesis, 3.10: without a name, whoever lacks least and was heard last takes over") {
  auto leader = leader_of_three();
  leader.give(proposals({"x"}));
  leader.acknowledge(3, 2);
  CHECK(sent_to<timeout_now>(3, leader.give(transfer_leadership{})).size() == 1);

  auto other = leader_of_three();
  CHECK(sent_to<timeout_now>(2, other.give(transfer_leadership{})).size() == 1);

  auto third = leader_of_three();
  third.give(link_down{id(2)});
  CHECK(sent_to<timeout_now>(3, third.give(transfer_leadership{})).size() == 1);
}

TEST_CASE("thesis, 3.10: nobody takes over who cannot lead") {
  setup start;
  start.members = configuration{ids(1, 3), {}, ids(4, 4)};
  start.config.promote_learners = false;
  subject leader{start};
  leader.elect();
  leader.give(2, append_response{1, 0, true, 1, 0, 0, 0, true}); // an only_follower
  leader.acknowledge(3, 1);
  leader.acknowledge(4, 1);
  CHECK(leader.give(to(1)).transfer == transfer_result::no_successor);
  CHECK(leader.give(to(2)).transfer == transfer_result::no_successor);
  CHECK(leader.give(to(4)).transfer == transfer_result::no_successor);
  CHECK(leader.give(to(9)).transfer == transfer_result::no_successor);
  leader.give(link_down{id(3)});
  CHECK(leader.give(to(3)).transfer == transfer_result::no_successor);
  CHECK(leader.give(transfer_leadership{}).transfer == transfer_result::no_successor);
  leader.give(link_up{id(3)});
  CHECK_FALSE(leader.give(to(3)).transfer);
}

TEST_CASE("thesis, 3.10: only a leader hands over, to one at a time, and not when it is alone") {
  subject follower;
  CHECK(follower.give(to(2)).transfer == transfer_result::not_leader);
  auto leader = leader_of_three();
  leader.give(to(3));
  CHECK(leader.give(to(2)).transfer == transfer_result::busy);
  subject alone{{.voters = 1}};
  alone.elect();
  CHECK(alone.give(transfer_leadership{}).transfer == transfer_result::no_successor);
}

TEST_CASE("thesis, 3.10: of a joint configuration, only the incoming half takes over") {
  setup start;
  start.members = configuration{ids(1, 3), ids(1, 4), {}};
  subject leader{start};
  leader.elect();
  leader.acknowledge(4, 1);
  CHECK(leader.give(to(4)).transfer == transfer_result::no_successor);
}

TEST_CASE("thesis, 3.10: no change of the members goes on while leadership is handed over") {
  auto leader = leader_of_three();
  leader.give(change_members{{change_kind::remove, id(2), 0}});
  leader.give(to(3));
  leader.acknowledge_all(3);
  CHECK(leader->commit_index() == 2);
  CHECK(leader->members().outgoing == ids(1, 3)); // the next leader ends it
  CHECK(leader->log().last_index() == 2);
  while (!leader.pass(50ms).transfer)
    leader.acknowledge_all(3);
  CHECK(leader->members().outgoing.empty()); // or this one
}

TEST_CASE("consensus.md, 6: followers say whether they never campaign") {
  setup start;
  start.config.only_follower = true;
  subject passive{start};
  CHECK(the_sent<append_response>(2, passive.give(2, append(1, 0, 0))).passive);
  CHECK(the_sent<append_response>(2, passive.give(2, append(1, 7, 1))).passive);
  subject other;
  CHECK_FALSE(the_sent<append_response>(2, other.give(2, append(1, 0, 0))).passive);
}
