// A leader's view of one other member: where it stands and what is on the way to it.

#include "hamok/raft/progress.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

constexpr std::size_t plenty = 1000;

/// A member that is known to have everything up to 10, with nothing on the way.
progress_state in_step() {
  progress_state result{id(2), 11, 0s};
  result.sent(10, 0, 0);
  result.matched(10);
  return result;
}

} // namespace

TEST_CASE("a new progress probes from where the leader's log ends") {
  const progress_state peer{id(2), 8, 3s};
  CHECK(peer.id() == id(2));
  CHECK(peer.match_index() == 0);
  CHECK(peer.next_index() == 8);
  CHECK(peer.mode() == progress_mode::probe);
  CHECK(peer.last_contact() == 3s);
  CHECK(peer.idle());
  CHECK(peer.may_send(1, 1));
}

TEST_CASE("a probe waits for its answer, or for the next heartbeat") {
  progress_state peer{id(2), 8, 0s};
  peer.sent(9, 10, 0);
  CHECK_FALSE(peer.may_send(plenty, plenty));
  CHECK_FALSE(peer.idle());
  peer.allow_probe();
  CHECK(peer.may_send(plenty, plenty));
}

TEST_CASE("a success takes a probe to replicating") {
  progress_state peer{id(2), 8, 0s};
  peer.sent(9, 10, 0);
  CHECK(peer.matched(9));
  CHECK(peer.mode() == progress_mode::replicate);
  CHECK(peer.match_index() == 9);
  CHECK(peer.next_index() == 10);
  CHECK(peer.idle());
}

TEST_CASE("a success that says nothing new is old news") {
  auto peer = in_step();
  CHECK_FALSE(peer.matched(10));
  CHECK_FALSE(peer.matched(3));
  CHECK(peer.match_index() == 10);
  CHECK(peer.next_index() == 11);
}

TEST_CASE("while replicating, requests follow each other without an answer") {
  auto peer = in_step();
  for (index_t last = 11; last <= 15; ++last) {
    CHECK(peer.may_send(plenty, plenty));
    CHECK(peer.next_index() == last);
    peer.sent(last, 10, 9);
  }
  CHECK(peer.next_index() == 16);
  CHECK(peer.match_index() == 10);
  CHECK(peer.view().inflight_messages == 5);
  CHECK(peer.view().inflight_bytes == 50);
  CHECK(peer.sent_commit() == 9);
}

TEST_CASE("a window of messages that is full takes no more until one is answered") {
  auto peer = in_step();
  for (index_t last = 11; last <= 14; ++last)
    peer.sent(last, 1, 0);
  CHECK_FALSE(peer.may_send(4, plenty));
  CHECK(peer.may_send(5, plenty));
  peer.matched(11);
  CHECK(peer.may_send(4, plenty));
  CHECK(peer.view().inflight_messages == 3);
}

TEST_CASE("a window of bytes that is full takes no more until one is answered") {
  auto peer = in_step();
  peer.sent(11, 60, 0);
  CHECK(peer.may_send(plenty, 100));
  peer.sent(12, 60, 0);
  CHECK_FALSE(peer.may_send(plenty, 100));
  peer.matched(11);
  CHECK(peer.may_send(plenty, 100));
  CHECK(peer.view().inflight_bytes == 60);
}

TEST_CASE("a success frees every request up to it, and not those behind") {
  auto peer = in_step();
  for (index_t last = 12; last <= 20; last += 2)
    peer.sent(last, 10, 0);
  CHECK(peer.matched(17));
  CHECK(peer.match_index() == 17);
  CHECK(peer.next_index() == 21);
  CHECK(peer.view().inflight_messages == 2);
  CHECK(peer.view().inflight_bytes == 20);
  CHECK(peer.matched(20));
  CHECK(peer.idle());
}

TEST_CASE("a success behind next_index moves it there") {
  progress_state peer{id(2), 4, 0s};
  CHECK(peer.matched(9));
  CHECK(peer.next_index() == 10);
}

TEST_CASE("a refusal goes back to probing from the place that it gives") {
  auto peer = in_step();
  peer.sent(15, 10, 0);
  peer.sent(20, 10, 0);
  peer.refused(13);
  CHECK(peer.mode() == progress_mode::probe);
  CHECK(peer.next_index() == 13);
  CHECK(peer.match_index() == 10);
  CHECK(peer.idle());
  CHECK(peer.may_send(1, 1));
}

TEST_CASE("a refusal never takes next_index to what is known to match, nor behind where it was") {
  auto peer = in_step();
  peer.sent(15, 10, 0);
  peer.refused(4);
  CHECK(peer.next_index() == 11);
  progress_state fresh{id(2), 5, 0s};
  fresh.refused(0);
  CHECK(fresh.next_index() >= 1);
}

TEST_CASE("a refusal of what is known to match says nothing about the present") {
  auto peer = in_step();
  peer.sent(15, 10, 0);
  CHECK_FALSE(peer.refusal_is_current(4));
  CHECK_FALSE(peer.refusal_is_current(10));
  CHECK(peer.refusal_is_current(12));
}

TEST_CASE("while probing, only the refusal of the probe itself is current") {
  progress_state peer{id(2), 8, 0s};
  peer.sent(9, 10, 0);
  CHECK(peer.refusal_is_current(7));
  CHECK_FALSE(peer.refusal_is_current(5));
  CHECK_FALSE(peer.refusal_is_current(9));
}

TEST_CASE("probing again forgets what is on the way and starts behind what matches") {
  auto peer = in_step();
  peer.sent(15, 10, 0);
  peer.sent(20, 10, 0);
  peer.probe_again();
  CHECK(peer.mode() == progress_mode::probe);
  CHECK(peer.next_index() == 11);
  CHECK(peer.view().inflight_messages == 0);
  CHECK(peer.view().inflight_bytes == 0);
  CHECK(peer.may_send(1, 1));
}

TEST_CASE("contact is remembered with its newest time and round") {
  progress_state peer{id(2), 8, 1s};
  peer.heard(5s, 3);
  peer.heard(6s, 2);
  CHECK(peer.last_contact() == 6s);
  CHECK(peer.view().acked_round == 3);
}

TEST_CASE("an empty request tells the commit and takes no place in the window") {
  auto peer = in_step();
  peer.sent_empty(7);
  CHECK(peer.sent_commit() == 7);
  CHECK(peer.idle());
}

TEST_CASE("a learner has caught up when its last round was short (thesis, 4.2.1)") {
  auto peer = in_step(); // its first round goes up to 10
  SECTION("in time") {
    peer.advance_round(12, 1s, 2s);
    CHECK(peer.caught_up(1s, 2s));
  }
  SECTION("too late, and more has come meanwhile") {
    peer.advance_round(12, 3s, 2s);
    CHECK_FALSE(peer.caught_up(3s, 2s));
    peer.matched(12);
    peer.advance_round(13, 4s, 2s);
    CHECK(peer.caught_up(4s, 2s));
  }
  SECTION("too late, and nothing has come meanwhile") {
    peer.advance_round(10, 3s, 2s);
    CHECK(peer.caught_up(3s, 2s));
  }
}
