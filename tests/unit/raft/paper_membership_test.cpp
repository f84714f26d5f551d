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
