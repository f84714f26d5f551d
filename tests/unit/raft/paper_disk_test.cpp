// A disk that takes its time: whose is slow costs speed and nothing else (thesis, 10.2.1; figure
// 2).

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

/// Carries what the leader sends to n2 and what that one answers, until there is nothing more. The
/// follower is its own n1, and knows the leader as its n2.
void talk(subject& leader, subject& follower, output sent) {
  while (!sent.send.empty()) {
    output next;
    for (auto& item : sent.send)
      if (item.to == id(2))
        for (auto& answer : follower.step(receive{id(2), std::move(item.message)}).send)
          for (auto& more : leader.give(receive{id(2), std::move(answer.message)}).send)
            next.send.push_back(std::move(more));
    sent = std::move(next);
  }
}

} // namespace

TEST_CASE("a leader sends in parallel with its own write (thesis, 10.2.1)") {
  subject leader{{.log = {1}, .term = 1}};
  leader.elect();
  leader.acknowledge_all(3);
  const auto out = leader.step(proposals({"x"}));
  REQUIRE(out.persist);
  CHECK(out.persist->entries.size() == 1);
  CHECK(all_sent<append_request>(out).size() == 2);
}

TEST_CASE("a leader counts itself only for what is on its disk (thesis, 10.2.1)") {
  subject leader{{.log = {1}, .term = 1}};
  leader.elect();
  leader.acknowledge_all(3);
  leader.step(proposals({"x"}));
  leader.step(2, append_response{2, 0, true, 3, 0, 0, 0});
  CHECK(leader->commit_index() == 2);
  leader.sync();
  CHECK(leader->commit_index() == 3);
}

TEST_CASE("a majority of others commits while the leader's disk is slow (thesis, 10.2.1)") {
  subject leader{{.log = {1}, .term = 1}};
  leader.elect();
  leader.acknowledge_all(3);
  leader.step(proposals({"x"}));
  leader.step(2, append_response{2, 0, true, 3, 0, 0, 0});
  leader.step(3, append_response{2, 0, true, 3, 0, 0, 0});
  CHECK(leader->commit_index() == 3);
  CHECK(leader->durable_index() == 2);
}

TEST_CASE("a sole voter commits nothing before it is on its disk (figure 2)") {
  subject member{{.voters = 1, .log = {1}, .term = 1}};
  member.pass_to_deadline();
  REQUIRE(member->role() == role::leader);
  const auto out = member.step(proposals({"x"}));
  CHECK(out.committed.entries.empty());
  CHECK(member->commit_index() == 2);
  CHECK(member.sync().committed.entries.size() == 1);
}

TEST_CASE("a sole voter does not lead before its vote is on its disk (figure 2)") {
  subject member{{.voters = 1, .log = {1}, .term = 1}};
  for (int ticks = 0; ticks < 5; ++ticks) {
    member.wait(std::max(duration{0}, member->deadline() - member.now()));
    const auto out = member.step(tick{});
    CHECK(out.committed.entries.empty());
    CHECK(member->commit_index() == 0);
  }
  member.sync();
  CHECK(member->role() == role::leader);
  CHECK(member->commit_index() == 2);
}

TEST_CASE("a follower with a busy disk answers heartbeats at once, with what is durable (6.2)") {
  subject member{{.log = {1}, .term = 1}};
  member.give(2, append(1, 1, 1));
  member.step(2, append(1, 1, 1, entries_of({1, 1})));
  const auto answer = the_sent<append_response>(2, member.step(2, append(1, 3, 1)));
  CHECK(answer.success);
  CHECK(answer.match_index == 1);
  CHECK(the_sent<append_response>(2, member.sync()).match_index == 3);
}

TEST_CASE("a leader whose followers' disks are all busy stays the leader (thesis, 6.2)") {
  for (const bool known_to_match : {true, false}) {
    INFO("the follower's log " << (known_to_match ? "is" : "is not") << " known to match");
    subject leader{{.log = {1}, .term = 1}};
    subject follower{{.log = {1}, .term = 1}};
    auto on_the_way = leader.elect();
    follower.give(2, append(2, 1, 1));
    if (known_to_match) {
      talk(leader, follower, std::exchange(on_the_way, {}));
      for (auto& answer : follower.sync().send)
        talk(leader, follower, leader.give(receive{id(2), std::move(answer.message)}));
      REQUIRE(leader.progress_of(2).mode == progress_mode::replicate);
    }
    // From here on the follower's disk finishes nothing, and clients go on.
    for (int beat = 0; beat < 20 && leader->role() == role::leader; ++beat) {
      talk(leader, follower, std::exchange(on_the_way, {}));
      talk(leader, follower, leader.give(proposals({"x"})));
      on_the_way = leader.pass_to_deadline();
    }
    CHECK(leader->role() == role::leader);
  }
}

TEST_CASE("no answer is sent in a term that is not on disk yet (figure 2)") {
  subject member{{.log = {1}, .term = 1}};
  CHECK(member.step(2, append(2, 1, 1)).send.empty());
  CHECK(member.step(2, append(2, 1, 1)).send.empty());
  CHECK(the_sent<append_response>(2, member.sync()).term == 2);
}

TEST_CASE("what is held back for a disk that hangs is bounded (rules, no unbounded queue)") {
  subject member{{.log = {1}, .term = 1}};
  for (int time = 0; time < 1000; ++time)
    CHECK(member.step(2, ask(2, 1, 1)).send.empty());
  CHECK(all_sent<vote_response>(member.sync()).size() == 1);
}

TEST_CASE("of several answers that wait for one write, the one that says most is sent (figure 2)") {
  subject member{{.log = {1}, .term = 1}};
  member.step(2, append(2, 1, 1, entries_of({2, 2, 2})));
  member.step(2, append(2, 1, 1, entries_of({2})));
  CHECK(the_sent<append_response>(2, member.sync()).match_index == 4);
}

TEST_CASE("a leader whose disk hangs takes only so much, though the others commit (rules)") {
  setup what{.log = {1}, .term = 1};
  what.config.max_uncommitted_bytes = 1000;
  subject leader{what};
  leader.elect();
  leader.acknowledge_all(3);
  int accepted = 0;
  while (accepted < 1000 && !leader.step(proposals({"x"})).proposal->refused) {
    ++accepted;
    for (unsigned n = 2; n <= 3; ++n)
      leader.step(n, append_response{2, 0, true, leader->log().last_index(), 0, 0, 0});
    REQUIRE(leader->commit_index() == leader->log().last_index());
  }
  CHECK(accepted > 10);
  CHECK(accepted < 100);
  leader.sync();
  CHECK_FALSE(leader.step(proposals({"x"})).proposal->refused);
}

TEST_CASE("a leader takes only so much that is not committed (rules, no unbounded queue)") {
  setup what{.log = {1}, .term = 1};
  what.config.max_uncommitted_bytes = 1000;
  subject leader{what};
  leader.elect();
  leader.acknowledge_all(3);
  int accepted = 0;
  output out;
  while (accepted < 1000 && !(out = leader.give(proposals({"x"}))).proposal->refused)
    ++accepted;
  CHECK(accepted > 10);
  CHECK(accepted < 100);
  CHECK(out.proposal->refused == refusal::overloaded);
  CHECK(out.proposal->leader == id(1));
  CHECK(out.send.empty());
  CHECK_FALSE(out.persist);
  leader.acknowledge(2, leader->log().last_index());
  CHECK_FALSE(leader.give(proposals({"x"})).proposal->refused);
}

TEST_CASE("what a new leader inherits counts until it is committed (rules, no unbounded queue)") {
  setup what{.log = std::vector<term_t>(100, 1), .term = 1};
  what.config.max_uncommitted_bytes = 1000;
  subject leader{what};
  leader.elect();
  CHECK(leader.give(proposals({"x"})).proposal->refused == refusal::overloaded);
  leader.acknowledge(2, leader->log().last_index());
  CHECK_FALSE(leader.give(proposals({"x"})).proposal->refused);
}
