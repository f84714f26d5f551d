// When a log is cut short, and by how much (thesis, 5; architecture, rule 3).

#include "hamok/raft/compaction.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

#include <limits>

using namespace hamok;
using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

constexpr auto unlimited = std::numeric_limits<std::size_t>::max();

/// A log of so many entries, one each second, behind index 100.
raft::log log_of(std::size_t entries) {
  raft::log result{{100, 1, 0s, {}}, {}};
  for (std::size_t i = 1; i <= entries; ++i)
    result.append({1, entry_kind::command, i * 1s, blob::from_string("0123456789")});
  return result;
}

constexpr std::size_t one_entry = 10 + entry_overhead;

setup in_memory(std::size_t max_entries) {
  setup what;
  what.config.volatile_state = true;
  what.config.log_max_entries = max_entries;
  return what;
}

setup with_saved_state(std::size_t max_entries) {
  auto what = in_memory(max_entries);
  what.config.volatile_state = false;
  return what;
}

subject leader_of(setup what) {
  subject leader{std::move(what)};
  leader.elect();
  leader.acknowledge_all(3);
  leader.give(applied{leader->delivered_index()});
  return leader;
}

append_request more(subject& follower, index_t count) {
  std::vector<entry> entries;
  for (index_t i = 0; i < count; ++i)
    entries.push_back(command(1, "x"));
  const auto last = follower->log().last_index();
  return append(1, last, last == 0 ? 0 : 1, std::move(entries), last + count);
}

} // namespace

TEST_CASE("a log within its limits is left alone") {
  const auto log = log_of(16);
  const compaction_limits limits{16 * one_entry, 16, 100s};
  CHECK_FALSE(is_due(log, limits, 17s));
  CHECK(surplus(log, limits, 17s, 116) == 100);
}

TEST_CASE("a log is not cut short for each new entry, but for a sixteenth of its limit") {
  const compaction_limits by_entries{unlimited, 32, 1000s};
  CHECK_FALSE(is_due(log_of(33), by_entries, 0s));
  CHECK_FALSE(is_due(log_of(34), by_entries, 0s));
  CHECK(is_due(log_of(35), by_entries, 0s));
  CHECK(surplus(log_of(35), by_entries, 0s, 135) == 103);
  const compaction_limits by_bytes{32 * one_entry, unlimited, 1000s};
  CHECK_FALSE(is_due(log_of(34), by_bytes, 0s));
  CHECK(is_due(log_of(35), by_bytes, 0s));
  CHECK(surplus(log_of(35), by_bytes, 0s, 135) == 103);
}

TEST_CASE("entries that are too old are dropped, as soon as the first is so by a second") {
  const compaction_limits limits{unlimited, unlimited, 60s};
  CHECK_FALSE(is_due(log_of(10), limits, 62s));
  CHECK(is_due(log_of(10), limits, 62s + 1ms));
  CHECK(surplus(log_of(10), limits, 64s, 110) == 103);
  CHECK(surplus(log_of(10), limits, 1000s, 110) == 110);
}

TEST_CASE("nothing is dropped beyond the bound, and never much at once") {
  const compaction_limits limits{unlimited, 10, 1000s};
  CHECK(surplus(log_of(100), limits, 0s, 105) == 105);
  CHECK(surplus(log_of(100), limits, 0s, 90) == 100);
  CHECK(surplus(log_of(3 * max_trim), limits, 0s, 100 + 3 * max_trim) == 100 + max_trim);
}

TEST_CASE("an empty log and one without limits are never too long") {
  const compaction_limits limits{unlimited, unlimited, duration::max() / 2};
  CHECK_FALSE(is_due(log_of(0), {0, 0, 0s}, 1000s));
  CHECK_FALSE(is_due(log_of(1000), limits, 10000s));
  CHECK_FALSE(is_far_too_long(log_of(1000), limits));
  CHECK(is_far_too_long(log_of(21), {unlimited, 10, 0s}));
  CHECK_FALSE(is_far_too_long(log_of(20), {unlimited, 10, 0s}));
}

TEST_CASE("a member drops what it has applied, and nothing else") {
  auto what = in_memory(8);
  what.config.max_apply_ahead = 100;
  subject follower{what};
  follower.give(2, more(follower, 12));
  CHECK(follower->log().first_index() == 1);
  const auto out = follower.step(applied{3});
  REQUIRE(out.persist);
  REQUIRE(out.persist->base);
  CHECK(out.persist->base->index == 3);
  CHECK(out.persist->base->term == 1);
  CHECK_FALSE(out.persist->replaces);
  CHECK(out.persist->entries.empty());
  CHECK(follower->log().first_index() == 4);
  follower.give(applied{12});
  CHECK(follower->log().first_index() == 5);
  CHECK(follower.disk().durable().base.index == 4);
  CHECK(follower.disk().durable().entries.size() == 8);
}

TEST_CASE("a member drops nothing that a crash could take from its log") {
  subject follower{in_memory(8)};
  follower.give(2, more(follower, 4));
  follower.give(applied{4});
  auto late = more(follower, 10);
  follower.step(2, late); // its write stays pending, and all of it is committed
  follower.step(applied{14});
  CHECK(follower->log().first_index() == 5);
  follower.sync();
  CHECK(follower->log().first_index() == 7);
}

TEST_CASE("what was dropped is not there after a restart, and what follows is") {
  subject follower{in_memory(8)};
  follower.give(2, more(follower, 12));
  follower.give(applied{12});
  follower.restart();
  CHECK(follower->log().base().index == 4);
  CHECK(follower->commit_index() == 4);
  CHECK(follower->log().last_index() == 12);
  CHECK(follower.give(2, append(1, 12, 1, {}, 12)).committed.first_index == 5);
}

TEST_CASE("a leader drops entries when everybody has them, and goes on as before") {
  auto leader = leader_of(in_memory(8));
  leader.settle(12);
  CHECK(leader->log().first_index() == 6);
  CHECK(leader->log().last_index() == 13);
  const auto out = leader.settle(1);
  CHECK(leader->commit_index() == 14);
  CHECK(the_sent<append_request>(2, leader.give(proposals({"y"}))).prev_log_index == 14);
}

TEST_CASE("a log can be dropped as a whole, and its leader leads on") {
  auto leader = leader_of(in_memory(0));
  leader.settle(3);
  CHECK(leader->log().first_index() == 5);
  CHECK(leader->log().last_index() == 4);
  CHECK(leader->log().base().term == 1);
  leader.settle(2);
  CHECK(leader->commit_index() == 6);
  const auto out = leader.give(change_members{{change_kind::add, id(4), 0}});
  CHECK_FALSE(out.change->refused); // it has committed in its term, although that entry is gone
}

TEST_CASE("a leader waits for a follower that is heard, up to twice its limits") {
  auto leader = leader_of(in_memory(8));
  for (int i = 0; i < 4; ++i) {
    leader.settle(3, 2); // n3 acknowledges nothing
    leader.give(3, append_response{1, leader.round(), true, 1, 0, 0, 0});
  }
  CHECK(leader->log().last_index() == 13);
  CHECK(leader->log().first_index() == 2);
  leader.settle(5, 2);
  CHECK(leader->log().last_index() == 18);
  CHECK(leader->log().first_index() == 11);
}

TEST_CASE("a leader does not wait for a follower that is not heard any more") {
  auto leader = leader_of(in_memory(8));
  leader.settle(12, 2);
  CHECK(leader->log().first_index() == 2); // it was heard lately
  for (int i = 0; i < 5; ++i) {
    leader.pass(leader->config().heartbeat);
    leader.acknowledge(2, 13);
  }
  CHECK(leader->log().first_index() == 6);
}

TEST_CASE("old entries go by the cluster's clock") {
  auto what = in_memory(unlimited);
  what.config.log_expiration = 60s;
  auto leader = leader_of(what);
  leader.settle(2);
  leader.wait(30s); // the next tick would cost it the leadership, so there is none
  leader.settle(2);
  CHECK(leader->log().first_index() == 1);
  leader.wait(32s);
  leader.settle(1);
  CHECK(leader->log().first_index() == 4);
}

TEST_CASE("a follower tells the age of its entries by the time since the last one came") {
  auto what = in_memory(unlimited);
  what.config.log_expiration = 60s;
  subject follower{what};
  follower.give(2, more(follower, 3));
  follower.give(applied{3});
  follower.pass(60s);
  CHECK(follower->log().first_index() == 1);
  follower.pass(2s);
  CHECK(follower->log().first_index() == 4);
}

TEST_CASE("a log is compacted at somebody's wish, within the same bounds") {
  auto leader = leader_of(in_memory(unlimited));
  leader.settle(5);
  leader.give(compact{3});
  CHECK(leader->log().first_index() == 4);
  leader.give(compact{2});
  CHECK(leader->log().first_index() == 4);
  leader.give(compact{});
  CHECK(leader->log().first_index() == 7);
  leader.give(proposals({"y", "z"}));
  leader.give(compact{100}); // there is nothing that could go, yet
  CHECK(leader->log().first_index() == 7);
  leader.acknowledge_all(3);
  leader.give(applied{leader->delivered_index()});
  CHECK(leader->log().first_index() == 9);
  leader.settle(1); // the wish was about what there was then
  CHECK(leader->log().first_index() == 9);
}

TEST_CASE("a wish to compact much is fulfilled step by step") {
  auto leader = leader_of(in_memory(unlimited));
  leader.settle(2 * max_trim);
  leader.step(compact{});
  CHECK(leader->log().first_index() == max_trim + 1);
  leader.step(applied{1});
  leader.step(applied{1});
  CHECK(leader->log().first_index() == leader->log().last_index() + 1);
}

TEST_CASE("without volatile state a cut is asked for and nothing is dropped before it is saved") {
  auto leader = leader_of(with_saved_state(8));
  auto out = leader.settle(4);
  REQUIRE(out.cut);
  CHECK(out.cut->index == leader->delivered_index());
  CHECK(out.cut->members == leader->members());
  out = leader.settle(8);
  CHECK_FALSE(out.cut); // one at a time
  CHECK(leader->log().first_index() == 1);
  out = leader.give(cut_taken{5, true, 100, 1});
  CHECK(leader->saved_index() == 5);
  CHECK(leader->log().first_index() == 6);
  CHECK(out.release_cut);
  REQUIRE(out.cut); // more than half of what is allowed has come since
  CHECK(out.cut->index == 13);
}

TEST_CASE("a cut that fails is asked for again with the next heartbeat") {
  auto leader = leader_of(with_saved_state(8));
  REQUIRE(leader.settle(4).cut);
  CHECK_FALSE(leader.give(cut_taken{5, false}).cut);
  CHECK_FALSE(leader.settle(1).cut);
  CHECK(leader->saved_index() == 0);
  const auto out = leader.pass(leader->config().heartbeat);
  REQUIRE(out.cut);
  CHECK(out.cut->index == 6);
}

TEST_CASE("a cut without content is none") {
  auto leader = leader_of(with_saved_state(8));
  REQUIRE(leader.settle(4).cut);
  leader.give(cut_taken{5, true, 0, 0});
  CHECK(leader->saved_index() == 0);
}

TEST_CASE("an answer to a cut that nobody waits for is released, and saves nothing") {
  auto leader = leader_of(with_saved_state(100));
  leader.settle(4);
  CHECK(leader.give(cut_taken{5, true, 100, 1}).release_cut);
  CHECK(leader->saved_index() == 0);
}

TEST_CASE("with volatile state no cut is ever asked for to drop entries") {
  auto leader = leader_of(in_memory(8));
  CHECK_FALSE(leader.settle(100).cut);
  CHECK_FALSE(leader.give(compact{}).cut);
}

TEST_CASE("a wish to compact asks for a cut where state has to be saved") {
  auto leader = leader_of(with_saved_state(100));
  leader.settle(4);
  const auto out = leader.give(compact{});
  REQUIRE(out.cut);
  CHECK(leader->log().first_index() == 1);
  leader.give(cut_taken{5, true, 100, 1});
  CHECK(leader->log().first_index() == 6);
}

TEST_CASE("a member begins with what its state machines have, and hands out the rest") {
  setup what = in_memory(100);
  what.log = {1, 1, 1, 1, 1};
  what.restored = 3;
  subject follower{what};
  CHECK(follower->commit_index() == 3);
  CHECK(follower->saved_index() == 3);
  const auto out = follower.give(2, append(1, 5, 1, {}, 5));
  CHECK(out.committed.first_index == 4);
  CHECK(out.committed.entries.size() == 2);
}

TEST_CASE("a member whose state machines have more than its log does not start") {
  initial_state state;
  state.hard.term = 1;
  state.base.index = 4;
  state.base.term = 1;
  state.entries = entries_of({1, 1});
  state.restored = 6;
  CHECK(sound(state));
  state.restored = 7;
  CHECK_FALSE(sound(state));
}

TEST_CASE("a base has the members that were in force at its index, not those of a later entry") {
  auto what = in_memory(unlimited);
  what.config.promote_learners = false;
  auto leader = leader_of(what);
  leader.settle(2);
  const auto before = leader->members();
  leader.give(change_members{{change_kind::add, id(4), 0}});
  REQUIRE(leader->members() != before);
  leader.wait(1s); // nobody else is waited for any more
  leader.give(compact{});
  CHECK(leader->log().base().index == 3);
  CHECK(leader->log().base().members == before);
  CHECK(leader->members() != before); // in force all the same
  leader.acknowledge_all(3);
  leader.give(applied{4});
  leader.wait(1s);
  leader.give(compact{});
  CHECK(leader->log().base().index == 4);
  CHECK(leader->log().base().members == leader->members());
}
