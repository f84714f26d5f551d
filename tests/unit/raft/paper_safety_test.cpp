// The election restriction (paper, 5.4.1) and the order of disk and network (figure 2, "updated on
// stable storage before responding to RPCs").

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

using terms = std::vector<term_t>;

} // namespace

TEST_CASE("a vote is granted only to a candidate whose log is at least as up to date (5.4.1)") {
  struct row {
    terms log; ///< of the voter
    index_t last_index;
    term_t last_term; ///< of the candidate
    bool granted;
  };
  const row rows[] = {
      {{}, 0, 0, true},        {{}, 3, 1, true},        // nothing is behind nothing
      {{1}, 1, 1, true},       {{1}, 2, 1, true},       // same last term: the longer log wins
      {{1, 1}, 1, 1, false},   {{1}, 1, 2, true},       // later last term wins,
      {{1, 1}, 1, 2, true},    {{1, 1, 1}, 1, 2, true}, // however short the log is
      {{2}, 1, 1, false},      {{2}, 9, 1, false},      // an earlier last term loses,
      {{1, 2}, 5, 1, false},   {{1}, 0, 0, false},      // however long the log is
      {{1, 1, 3}, 3, 3, true}, {{1, 1, 3}, 2, 3, false},
  };
  for (const auto& [log, last_index, last_term, granted] : rows) {
    INFO("candidate with last entry " << last_index << " of term " << last_term);
    subject vote_phase{{.log = log, .term = 4}};
    CHECK(the_sent<vote_response>(2, vote_phase.give(2, ask(5, last_index, last_term))).granted
          == granted);
    subject pre_vote{{.log = log, .term = 4}};
    CHECK(the_sent<vote_response>(2, pre_vote.give(2, pre_ask(5, last_index, last_term))).granted
          == granted);
  }
}

TEST_CASE(
    "a voter that refuses for its log's sake still adopts the candidate's term (5.1, 5.4.1)") {
  subject member{{.log = {1, 2}, .term = 2}};
  const auto answer = the_sent<vote_response>(3, member.give(3, ask(8, 1, 1)));
  CHECK_FALSE(answer.granted);
  CHECK(answer.term == 8);
  CHECK(member->term() == 8);
  CHECK_FALSE(member->hard().vote);
}

TEST_CASE("a vote is on disk before it is sent (figure 2)") {
  subject member{{.log = {1}, .term = 1}};
  const auto out = member.step(2, ask(2, 1, 1));
  REQUIRE(out.persist);
  CHECK(out.persist->state == hard_state{2, id(2)});
  CHECK(all_sent<vote_response>(out).empty());
  CHECK(the_sent<vote_response>(2, member.sync()).granted);
}

TEST_CASE("a refusal needs no disk, and is sent at once (figure 2)") {
  subject member{{.log = {1}, .term = 3}};
  const auto out = member.step(2, ask(2, 1, 1));
  CHECK_FALSE(out.persist);
  CHECK_FALSE(the_sent<vote_response>(2, out).granted);
}

TEST_CASE("a candidate's own vote is on disk before it asks for others (figure 2)") {
  subject member{{.voters = 3, .log = {1}, .term = 1}};
  member.time_out();
  const auto out = member.step(2, vote_response{1, 2, true, true});
  REQUIRE(out.persist);
  CHECK(out.persist->state == hard_state{2, id(1)});
  CHECK(all_sent<vote_request>(out).empty());
  CHECK(all_sent<vote_request>(member.sync()).size() == 2);
}

TEST_CASE("a candidate counts its own vote only when that very write has ended (figure 2)") {
  subject member{{.log = {1}, .term = 1}};
  const auto entries = member.step(2, append(1, 1, 1, entries_of({1})));
  REQUIRE(entries.persist);
  // It times out while the entry is still being written.
  for (int ticks = 0; ticks < 10 && member->role() == role::follower; ++ticks) {
    member.wait(member->deadline() - member.now());
    member.step(tick{});
  }
  const auto own_vote = member.step(2, vote_response{1, 2, true, true});
  REQUIRE(own_vote.persist);
  member.step(2, vote(2, true));
  CHECK(member.step(persisted{entries.persist->sequence}).send.empty());
  CHECK(member->role() == role::candidate);
  member.step(persisted{own_vote.persist->sequence});
  CHECK(member->role() == role::leader);
}

TEST_CASE("entries are on disk before they are acknowledged (figure 2)") {
  subject member{{.log = {1}, .term = 1}};
  const auto out = member.step(2, append(1, 1, 1, entries_of({1, 1})));
  REQUIRE(out.persist);
  CHECK(out.persist->first_index == 2);
  CHECK(out.persist->entries.size() == 2);
  CHECK(all_sent<append_response>(out).empty());
  CHECK(member->durable_index() == 1);
  const auto answer = the_sent<append_response>(2, member.sync());
  CHECK(answer.success);
  CHECK(answer.match_index == 3);
  CHECK(member->durable_index() == 3);
}

TEST_CASE(
    "entries that are still being written are not acknowledged by a later append (figure 2)") {
  subject member{{.log = {1}, .term = 1}};
  const auto request = append(1, 1, 1, entries_of({1, 1}));
  member.step(2, request);
  // The same again, and a heartbeat behind it: neither may promise what is not on disk.
  for (const auto& body : {request, append(1, 3, 1)}) {
    const auto out = member.step(2, body);
    for (const auto& answer : all_sent<append_response>(out))
      CHECK(answer.body.match_index <= 1);
  }
  index_t match = 0;
  for (const auto& answer : all_sent<append_response>(member.sync()))
    match = std::max(match, answer.body.match_index);
  CHECK(match == 3);
}

TEST_CASE("what was to be acknowledged is not, when the term has moved on by then (figure 2)") {
  subject member{{.log = {1}, .term = 1}};
  member.step(2, append(1, 1, 1, entries_of({1, 1})));
  member.step(3, append(2, 1, 1));
  for (const auto& answer : all_sent<append_response>(member.sync())) {
    CHECK(answer.to == id(3));
    CHECK(answer.body.term == 2);
    CHECK(answer.body.match_index == 1);
  }
}

TEST_CASE("a vote that was to be sent is not, when the term has moved on by then (figure 2)") {
  subject member{{.log = {1}, .term = 1}};
  member.step(2, ask(2, 1, 1));
  member.step(3, ask(3, 1, 1));
  const auto out = member.sync();
  CHECK(sent_to<vote_response>(2, out).empty());
  CHECK(the_sent<vote_response>(3, out).granted);
}

TEST_CASE("an overwritten entry does not count as durable before the new one is (figure 2)") {
  subject member{{.log = {1, 2, 2}, .term = 2}};
  member.step(2, append(3, 1, 1, entries_of({3, 3})));
  CHECK(member->durable_index() == 1);
  member.sync();
  CHECK(member->durable_index() == 3);
  CHECK(terms_of(member.disk().durable().entries) == terms{1, 3, 3});
}

TEST_CASE("an old write that ends late does not make a newer entry durable (figure 2)") {
  subject member{{.log = {1}, .term = 1}};
  const auto first = member.step(2, append(1, 1, 1, entries_of({1, 1, 1})));
  const auto second = member.step(3, append(2, 1, 1, entries_of({2, 2, 2})));
  REQUIRE(first.persist);
  REQUIRE(second.persist);
  const auto out = member.step(persisted{first.persist->sequence});
  CHECK(member->durable_index() == 1);
  CHECK(all_sent<append_response>(out).empty());
  CHECK(the_sent<append_response>(3, member.step(persisted{second.persist->sequence})).match_index
        == 4);
}
