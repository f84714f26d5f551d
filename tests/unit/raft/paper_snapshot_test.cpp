// Snapshots as the leader that sends them sees them (paper, 7; thesis, 5).

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/snapshots.hpp"

#include <algorithm>
#include <vector>

using namespace hamok;
using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

constexpr std::uint64_t content = 95; ///< bytes of the cuts

setup plain() {
  setup what;
  what.config.volatile_state = true;
  what.config.max_chunk_bytes = 10;
  what.config.max_snapshot_inflight = 30;
  return what;
}

/// A leader whose log begins behind index 5, and whose n3 has nothing.
subject leader_behind_5(setup what = plain()) {
  what.base = {5, 1, 2s, {}};
  what.term = 1;
  subject leader{what};
  leader.elect();
  leader.acknowledge(2, leader->log().last_index());
  leader.give(applied{leader->delivered_index()});
  return leader;
}

/// n3 says that it does not have what comes before `index`.
output refuse(subject& leader, index_t index, unsigned n = 3) {
  return leader.give(n, append_response{leader->term(), leader.round(), false, 0, index, 0, 1});
}

/// The leader knows that n3 needs a snapshot.
output give_up(subject& leader) {
  return refuse(leader, 5);
}

cut_taken cut_of(const subject& leader, std::uint64_t size = content) {
  return {leader->delivered_index(), true, size, 77};
}

std::vector<std::uint64_t> offsets(const output& out, unsigned n = 3) {
  std::vector<std::uint64_t> result;
  for (const auto& chunk : out.chunks)
    if (chunk.to == id(n))
      result.push_back(chunk.request().offset);
  return result;
}

output has(subject& leader, std::uint64_t received, unsigned n = 3) {
  const snapshot_id snapshot{6, 2, content, 77};
  return leader.give(n, install_response{leader->term(), leader.round(), snapshot, received});
}

using list = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("paper, 7: who lacks what is not in the log any more is given a snapshot") {
  auto leader = leader_behind_5();
  REQUIRE(leader->log().first_index() == 6);
  auto out = refuse(leader, 5);
  CHECK(out.unsynced == std::vector{id(3)});
  REQUIRE(out.cut);
  CHECK(out.cut->index == 6);
  CHECK(out.cut->term == 2);
  CHECK(out.cut->members == leader->members());
  CHECK(leader.progress_of(3).mode == progress_mode::snapshot);
  CHECK(refuse(leader, 5).unsynced.empty());
}

TEST_CASE("who may still have the base is asked for that first") {
  auto what = plain();
  what.log = {1, 1, 1};
  auto leader = leader_behind_5(what);
  auto out = refuse(leader, 8);
  CHECK(out.unsynced.empty());
  CHECK(the_sent<append_request>(3, out).prev_log_index == 5);
  out = refuse(leader, 5);
  CHECK(out.unsynced == std::vector{id(3)});
}

TEST_CASE("who has the base goes on without a snapshot") {
  auto what = plain();
  what.log = {1, 1, 1};
  auto leader = leader_behind_5(what);
  refuse(leader, 8);
  leader.give(3, append_response{2, leader.round(), true, 9, 0, 0, 0});
  CHECK(leader.progress_of(3).mode == progress_mode::replicate);
}

TEST_CASE("who has no configuration is given a snapshot, however far back the log goes") {
  subject leader{plain()};
  leader.elect();
  leader.acknowledge(2, 1);
  append_response answer{1, leader.round(), false, 0, 0, 0, 1};
  answer.wants_snapshot = true;
  const auto out = leader.give(3, answer);
  CHECK(out.unsynced == std::vector{id(3)});
  REQUIRE(out.cut);
  CHECK(out.cut->index == 1);
}

TEST_CASE(
    "an old answer of a member that has acknowledged since does not make it want a snapshot") {
  subject leader{plain()};
  leader.elect();
  leader.acknowledge_all(3);
  append_response answer{1, leader.round(), false, 0, 1, 0, 1};
  answer.wants_snapshot = true;
  CHECK(leader.give(3, answer).unsynced.empty());
}

TEST_CASE("the cut stands behind the last entry that was given out") {
  auto leader = leader_behind_5();
  leader.give(proposals({"x"}));
  auto out = leader.acknowledge(2, 7);
  CHECK(out.committed.first_index == 7);
  out = refuse(leader, 5);
  REQUIRE(out.cut);
  CHECK(out.cut->index == 7);
}

TEST_CASE("chunks go out as far as the window allows, and on with each answer") {
  auto leader = leader_behind_5();
  give_up(leader);
  auto out = leader.give(cut_of(leader));
  CHECK(offsets(out) == list{0, 10, 20});
  const auto& first = out.chunks.front();
  CHECK(first.size == 10);
  CHECK(first.request().snapshot == snapshot_id{6, 2, content, 77});
  REQUIRE(first.request().meta);
  CHECK(first.request().meta->index == 6);
  CHECK_FALSE(out.chunks.back().request().meta);
  CHECK(first.request().data.empty());
  CHECK(offsets(has(leader, 10)) == list{30});
  CHECK(offsets(has(leader, 30)) == list{40, 50});
  out = has(leader, 60);
  CHECK(offsets(out) == list{60, 70, 80});
  out = has(leader, 90);
  CHECK(offsets(out) == list{90});
  CHECK(out.chunks.front().size == 5);
  CHECK(offsets(has(leader, 95)).empty());
}

TEST_CASE("a heartbeat to who is given a snapshot asks how far it is") {
  auto leader = leader_behind_5();
  give_up(leader);
  auto out = leader.pass(leader->config().heartbeat);
  CHECK(the_sent<append_request>(3, out).prev_log_index == 5); // there is no snapshot yet
  leader.give(cut_of(leader));
  has(leader, 20);
  leader.acknowledge(2, 6);
  out = leader.pass(leader->config().heartbeat);
  const auto probe = the_sent<install_request>(3, out);
  CHECK(probe.offset == 20);
  CHECK(probe.data.empty());
  CHECK(probe.round == leader.round());
  CHECK(sent_to<append_request>(3, out).empty());
}

TEST_CASE("what was lost is sent again after the next heartbeat") {
  auto leader = leader_behind_5();
  give_up(leader);
  leader.give(cut_of(leader));
  has(leader, 10);
  leader.acknowledge(2, 6);
  CHECK(offsets(leader.pass(leader->config().heartbeat)).empty());
  leader.wait(1ms);
  CHECK(offsets(leader.give(tick{})).empty());
}

TEST_CASE("the answer to a heartbeat shows what was lost") {
  auto leader = leader_behind_5();
  give_up(leader);
  leader.give(cut_of(leader));
  has(leader, 10);
  leader.pass(leader->config().heartbeat);
  const snapshot_id snapshot{6, 2, content, 77};
  const auto out = leader.give(3, install_response{2, 1, snapshot, 10});
  CHECK(offsets(out) == list{10, 20, 30});
}

TEST_CASE("a member that is installing counts as heard, so that check-quorum holds (thesis, 6.2)") {
  auto leader = leader_behind_5();
  give_up(leader);
  leader.give(cut_of(leader));
  has(leader, content);
  for (int i = 0; i < 20; ++i) { // n2 is silent
    leader.pass(leader->config().heartbeat);
    has(leader, content);
  }
  CHECK(leader->role() == role::leader);
}

TEST_CASE("with the snapshot installed, the log goes on behind it") {
  auto leader = leader_behind_5();
  give_up(leader);
  leader.give(cut_of(leader));
  leader.settle(2, 2);
  has(leader, content);
  const auto out = leader.give(3, append_response{2, leader.round(), true, 6, 0, 0, 0});
  CHECK(leader.progress_of(3).mode == progress_mode::replicate);
  CHECK(leader.progress_of(3).match_index == 6);
  const auto request = the_sent<append_request>(3, out);
  CHECK(request.prev_log_index == 6);
  CHECK(request.entries.size() == 2);
  CHECK(out.release_cut);
}

TEST_CASE("the cut is kept as long as somebody needs it") {
  auto what = plain();
  what.voters = 5;
  what.base = {5, 1, 2s, {}};
  what.term = 1;
  subject leader{what};
  leader.elect();
  leader.acknowledge(2, 6);
  leader.acknowledge(5, 6);
  refuse(leader, 5, 3);
  leader.give(cut_of(leader));
  auto out = refuse(leader, 5, 4);
  CHECK_FALSE(out.cut); // there is one
  CHECK(offsets(out, 4) == list{0, 10, 20});
  out = leader.give(3, append_response{2, leader.round(), true, 6, 0, 0, 0});
  CHECK_FALSE(out.release_cut);
  out = leader.give(4, append_response{2, leader.round(), true, 6, 0, 0, 0});
  CHECK(out.release_cut);
}

TEST_CASE("a leader that leads no more lets its cut go") {
  auto leader = leader_behind_5();
  give_up(leader);
  leader.give(cut_of(leader));
  const auto out = leader.give(2, append(3, 6, 2));
  CHECK(leader->role() == role::follower);
  CHECK(out.release_cut);
  CHECK_FALSE(leader.give(2, append(3, 6, 2)).release_cut);
}

TEST_CASE("a cut that comes when nobody leads any more is let go at once") {
  auto leader = leader_behind_5();
  const auto taken = cut_of(leader);
  give_up(leader);
  leader.give(2, append(3, 6, 2));
  CHECK(leader.give(taken).release_cut);
}

TEST_CASE("a cut that fails is asked for again with the next heartbeat, and of then") {
  auto leader = leader_behind_5();
  give_up(leader);
  CHECK_FALSE(leader.give(cut_taken{6, false}).cut);
  leader.settle(1, 2);
  const auto out = leader.pass(leader->config().heartbeat);
  REQUIRE(out.cut);
  CHECK(out.cut->index == 7);
}

TEST_CASE("a snapshot that the log has left behind is replaced by another, from the beginning") {
  auto what = plain();
  what.config.log_max_entries = 4;
  auto leader = leader_behind_5(what);
  give_up(leader);
  CHECK(offsets(leader.give(cut_of(leader))) == list{0, 10, 20});
  leader.settle(6, 2);
  CHECK(leader->log().base().index == 6); // as far as the snapshot, and no further
  auto out = leader.settle(4, 2);
  CHECK(leader->log().base().index > 6); // twice what is allowed: it is not waited for any more
  CHECK(out.release_cut);
  REQUIRE(out.cut);
  CHECK(out.cut->index > 6);
  out = leader.give(cut_taken{out.cut->index, true, 50, 78});
  CHECK(offsets(out) == list{0, 10, 20});
  CHECK(out.chunks.front().request().snapshot.checksum == 78);
  CHECK(offsets(has(leader, 30)).empty()); // of the first one
}

TEST_CASE("what is written while a snapshot is on its way waits for its member, up to its size") {
  constexpr std::uint64_t size = 2000; // some 30 entries
  auto what = plain();
  what.config.log_max_entries = 4;
  auto leader = leader_behind_5(what);
  give_up(leader);
  leader.give(cut_of(leader, size));
  for (int i = 0; i < 10; ++i)
    CHECK_FALSE(leader.settle(2, 2).release_cut);
  CHECK(leader->log().base().index == 6);

  SECTION("it is installed, and the member gets what came behind it before that is dropped") {
    auto out = leader.give(3, append_response{2, leader.round(), true, 6, 0, 0, 0});
    CHECK(out.release_cut);
    CHECK(the_sent<append_request>(3, out).entries.size() == 20);
    CHECK(leader->log().last_index() == 26);
    leader.settle(2, 2);
    CHECK(leader->log().last_index() == 28);
    CHECK(leader->log().base().index == 6);
    leader.give(3, append_response{2, leader.round(), true, 20, 0, 0, 0});
    CHECK(leader->log().base().index == 20);
    leader.give(3, append_response{2, leader.round(), true, 28, 0, 0, 0});
    CHECK(leader->log().base().index == 24);
    // It has caught up. From now on it is waited for as anybody is.
    leader.settle(8, 2);
    CHECK(leader->log().base().index == 28);
    leader.settle(1, 2);
    CHECK(leader->log().base().index > 28);
  }

  SECTION("more than it has is too much: another one begins") {
    const auto out = leader.settle(20, 2);
    CHECK(leader->log().base().index > 6);
    CHECK(out.release_cut);
    CHECK(out.cut);
  }
}

TEST_CASE("who is silent for long has no cut kept or made for it, until it is heard again") {
  auto what = plain();
  what.config.log_max_entries = 4;
  auto leader = leader_behind_5(what);
  give_up(leader);
  leader.give(cut_of(leader, 2000));
  leader.give(link_down{id(3)});
  int released = 0;
  int asked = 0;
  const auto others_go_on_for = [&](duration time) {
    for (duration passed{0}; passed < time; passed += leader->config().heartbeat)
      for (const auto& out : {leader.pass(leader->config().heartbeat), leader.settle(1, 2)}) {
        released += out.release_cut ? 1 : 0;
        asked += out.cut ? 1 : 0;
      }
  };
  const auto idle = leader->config().follower_max_idle;
  others_go_on_for(2 * idle);
  CHECK(released == 0); // the link may come back
  others_go_on_for(9 * idle);
  CHECK(released == 1);
  CHECK(leader->log().last_index() - leader->log().base().index <= 5);
  others_go_on_for(9 * idle);
  CHECK(asked == 0);
  leader.give(link_up{id(3)});
  CHECK(refuse(leader, leader->log().base().index).cut);
}

TEST_CASE("who cannot install a snapshot is sent it again after a pause, twice as long each time") {
  auto leader = leader_behind_5();
  give_up(leader);
  leader.give(cut_of(leader));
  const auto beat = leader->config().heartbeat;
  const auto idle = leader->config().follower_max_idle;
  // n3 takes all of it, has nothing of it when it is asked next, and says so with each heartbeat
  // until it is sent something again.
  const auto fail = [&] {
    while (leader.progress_of(3).snapshot_acked < content)
      has(leader, std::min(content, leader.progress_of(3).snapshot_acked + 30));
    duration waited{0};
    leader.acknowledge(2, 6);
    leader.pass(beat);
    while (offsets(has(leader, 0)).empty()) {
      leader.acknowledge(2, 6);
      const auto out = leader.pass(beat);
      CHECK(the_sent<install_request>(3, out).offset == 0); // it hears that there is a leader
      CHECK_FALSE(out.release_cut);
      CHECK_FALSE(out.cut);
      waited += beat;
    }
    return waited;
  };
  for (auto pause = idle; pause < 64 * idle; pause *= 2) {
    const auto waited = fail();
    CHECK(waited >= pause);
    CHECK(waited <= pause + beat);
  }
  for (int again = 0; again < 2; ++again) {
    const auto waited = fail();
    CHECK(waited >= 64 * idle);
    CHECK(waited <= 64 * idle + beat);
  }

  SECTION("a new link is worth one attempt") {
    while (leader.progress_of(3).snapshot_acked < content)
      has(leader, std::min(content, leader.progress_of(3).snapshot_acked + 30));
    leader.pass(beat);
    CHECK(offsets(has(leader, 0)).empty());
    leader.give(link_down{id(3)});
    leader.give(link_up{id(3)});
    CHECK(offsets(has(leader, 0)) == list{0, 10, 20});
    CHECK(fail() >= 64 * idle);
  }

  SECTION("once it has installed one, nothing is held against it") {
    leader.give(3, append_response{2, leader.round(), true, 6, 0, 0, 0});
    CHECK(leader.progress_of(3).mode == progress_mode::replicate);
    refuse(leader, 5);
  }
}

TEST_CASE("no cut is made for who could not install the last one, before its pause is over") {
  auto what = plain();
  what.config.log_max_entries = 4;
  auto leader = leader_behind_5(what);
  give_up(leader);
  leader.give(cut_of(leader));
  for (std::uint64_t all : {30, 60, 90, 95})
    has(leader, all);
  leader.acknowledge(2, 6);
  leader.pass(leader->config().heartbeat);
  CHECK(offsets(has(leader, 0)).empty());
  auto out = leader.settle(20, 2); // what it was sent is too old by now
  CHECK(out.release_cut);
  CHECK_FALSE(out.cut);
  const auto idle = leader->config().follower_max_idle;
  duration waited{0};
  while (!out.cut && waited < 10 * idle) {
    leader.acknowledge(2, leader->log().last_index());
    has(leader, 0); // it is there
    out = leader.pass(leader->config().heartbeat);
    waited += leader->config().heartbeat;
  }
  CHECK(waited >= idle);
  CHECK(waited < idle + leader->config().heartbeat);
}

TEST_CASE("that a member lacks the next snapshot when it has installed one is no failure") {
  auto what = plain();
  what.config.log_max_entries = 4;
  auto leader = leader_behind_5(what);
  give_up(leader);
  leader.give(cut_of(leader, 5));
  const auto next = leader.settle(20, 2).cut;
  REQUIRE(next);
  leader.give(cut_taken{next->index, true, 5, 78});
  const snapshot_id second{next->index, next->term, 5, 78};
  // It installs the first one, and takes nothing meanwhile.
  leader.give(3, install_response{2, leader.round(), second, 5});
  leader.give(3, append_response{2, leader.round(), true, 6, 0, 0, 0});
  CHECK(leader.progress_of(3).mode == progress_mode::snapshot);
  leader.acknowledge(2, leader->log().last_index());
  leader.pass(leader->config().heartbeat);
  const auto out = leader.give(3, install_response{2, leader.round(), second, 0});
  CHECK(offsets(out) == list{0});
}

TEST_CASE("refusals of who is given a snapshot change nothing") {
  auto leader = leader_behind_5();
  give_up(leader);
  leader.give(cut_of(leader));
  const auto before = leader.progress_of(3);
  CHECK(refuse(leader, 5).send.empty());
  CHECK(leader.progress_of(3).mode == progress_mode::snapshot);
  CHECK(leader.progress_of(3).snapshot_inflight == before.snapshot_inflight);
}

TEST_CASE("a link that comes back goes on with the snapshot where it was") {
  auto leader = leader_behind_5();
  give_up(leader);
  leader.give(cut_of(leader));
  has(leader, 20);
  leader.give(link_down{id(3)});
  const auto out = leader.give(link_up{id(3)});
  CHECK(the_sent<install_request>(3, out).offset == 20);
  CHECK(offsets(has(leader, 20)) == list{20, 30, 40});
}

TEST_CASE("an answer about an install that is over is not heard") {
  auto leader = leader_behind_5();
  CHECK(leader.give(3, install_response{1, 0, {6, 2, content, 77}, 10}).rejected != nullptr);
  CHECK(leader.give(3, install_response{2, 99, {6, 2, content, 77}, 10}).rejected != nullptr);
  CHECK(leader.give(3, install_response{2, 0, {6, 2, content, 77}, 96}).rejected != nullptr);
  leader.give(3, install_response{3, 0, {6, 2, content, 77}, 0});
  CHECK(leader->term() == 3);
  CHECK(leader->role() == role::follower);
}

TEST_CASE("a learner without a configuration is installed and promoted") {
  auto leader = leader_behind_5();
  leader.give(link_up{id(4)});
  leader.acknowledge(2, 6);
  leader.give(3, append_response{2, leader.round(), true, 6, 0, 0, 0});
  leader.give(change_members{{change_kind::add, id(4), 0}});
  leader.acknowledge(2, 7);
  leader.give(3, append_response{2, leader.round(), true, 7, 0, 0, 0});
  append_response answer{2, leader.round(), false, 0, 7, 0, 1};
  answer.wants_snapshot = true;
  auto out = leader.give(4, answer);
  REQUIRE(out.cut);
  CHECK(out.cut->members.learners == std::vector{id(4)});
  leader.give(cut_taken{7, true, content, 77});
  leader.give(4, append_response{2, leader.round(), true, 7, 0, 0, 0});
  CHECK(leader->members().outgoing == ids(1, 3)); // its promotion has begun
}
