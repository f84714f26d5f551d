// How far a member is with a snapshot, as its sender sees it.

#include "hamok/raft/random.hpp"
#include "hamok/raft/snapshot.hpp"
#include "hamok/tests/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

using namespace hamok::raft;

namespace {

constexpr std::size_t chunk = 10;
constexpr std::size_t window = 30;

snapshot_progress of_size(std::uint64_t size) {
  return snapshot_progress{{5, 2, size, 77}};
}

/// Where chunks begin that may be sent now.
std::vector<std::uint64_t> sent(snapshot_progress& peer) {
  std::vector<std::uint64_t> result;
  while (const auto next = peer.take(chunk, window))
    result.push_back(next->offset);
  return result;
}

using offsets = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("chunks follow each other up to the window, and go on as they are acknowledged") {
  auto peer = of_size(95);
  CHECK(sent(peer) == offsets{0, 10, 20});
  peer.answered(1, 10);
  CHECK(sent(peer) == offsets{30});
  peer.answered(1, 30);
  CHECK(sent(peer) == offsets{40, 50});
  CHECK(peer.acked() == 30);
  CHECK(peer.next() == 60);
}

TEST_CASE("the last chunk is what is left, and nothing follows it") {
  auto peer = of_size(25);
  CHECK(peer.take(chunk, window)->size == 10);
  CHECK(peer.take(chunk, window)->size == 10);
  CHECK(peer.take(chunk, window)->size == 5);
  CHECK_FALSE(peer.take(chunk, window));
  peer.answered(1, 25);
  CHECK_FALSE(peer.take(chunk, window));
}

TEST_CASE("a chunk that is larger than the window is sent all the same") {
  auto peer = of_size(25);
  CHECK(peer.take(20, 5)->size == 20);
  CHECK_FALSE(peer.take(20, 5));
}

TEST_CASE("what was lost is found by the answer to the probe that was sent after it") {
  auto peer = of_size(95);
  CHECK(sent(peer) == offsets{0, 10, 20});
  peer.answered(1, 10); // the second one is lost
  CHECK(sent(peer) == offsets{30});
  peer.probed(2);
  peer.answered(1, 10); // of the third
  CHECK(sent(peer).empty());
  peer.answered(2, 10);
  CHECK(peer.next() == 10);
  CHECK(sent(peer) == offsets{10, 20, 30});
}

TEST_CASE("a gap is filled at once, and once for all the chunks behind it that tell of it") {
  auto peer = of_size(95);
  CHECK(sent(peer) == offsets{0, 10, 20});
  peer.answered(1, 10);
  CHECK(sent(peer) == offsets{30});
  peer.answered(1, 10, true); // 10 is lost, and this is for 20
  CHECK(sent(peer) == offsets{10, 20, 30});
  peer.answered(1, 10, true); // for the first 30
  CHECK(sent(peer).empty());
  peer.answered(1, 20);
  peer.answered(1, 30);
  CHECK(sent(peer) == offsets{40, 50});
  peer.answered(1, 10, true); // an old one
  CHECK(sent(peer).empty());
  peer.answered(1, 30, true); // now 30 is lost
  CHECK(sent(peer) == offsets{30, 40, 50});
}

TEST_CASE("the answers that follow in the same round take nothing back") {
  auto peer = of_size(95);
  CHECK(sent(peer) == offsets{0, 10, 20});
  peer.probed(2);
  peer.answered(2, 10);
  CHECK(sent(peer) == offsets{10, 20, 30});
  peer.answered(2, 10); // of a chunk that was on the way behind the probe
  CHECK(peer.next() == 40);
  peer.answered(2, 20);
  CHECK(peer.acked() == 20);
  CHECK(sent(peer) == offsets{40});
}

TEST_CASE("a slow link that loses nothing is never sent a chunk twice") {
  auto peer = of_size(95);
  CHECK(sent(peer) == offsets{0, 10, 20});
  for (std::uint64_t round = 1; round < 5; ++round) { // heartbeats, and no answer yet
    peer.probed(round);
    CHECK(sent(peer).empty());
  }
  peer.answered(0, 10);
  peer.answered(0, 20);
  peer.answered(0, 30);
  CHECK(sent(peer) == offsets{30, 40, 50});
  peer.answered(1, 30); // to the first probe, behind which there was nothing then
  CHECK(peer.next() == 60);
}

TEST_CASE("a member that has lost its part is sent everything again") {
  auto peer = of_size(95);
  CHECK(sent(peer) == offsets{0, 10, 20});
  peer.answered(1, 30);
  CHECK(sent(peer) == offsets{30, 40, 50});
  peer.probed(2);
  peer.answered(2, 0);
  CHECK(peer.acked() == 0);
  CHECK(sent(peer) == offsets{0, 10, 20});
}

TEST_CASE("that a member has all of it in vain is told from what was lost on the way") {
  auto peer = of_size(25);
  CHECK(sent(peer) == offsets{0, 10, 20});
  peer.probed(2);
  CHECK_FALSE(peer.answered(1, 10));
  CHECK_FALSE(peer.answered(2, 10)); // the second one is lost
  CHECK(sent(peer) == offsets{10, 20});
  CHECK_FALSE(peer.answered(2, 25));
  peer.probed(3);
  CHECK_FALSE(peer.answered(3, 25)); // it is at it
  peer.probed(4);
  CHECK(peer.answered(4, 0));
  CHECK(sent(peer) == offsets{0, 10, 20});
  peer.probed(5);
  CHECK_FALSE(peer.answered(5, 0)); // they are lost
  CHECK(sent(peer) == offsets{0, 10, 20});
}

TEST_CASE("an answer of an earlier round takes nothing back") {
  auto peer = of_size(95);
  CHECK(sent(peer) == offsets{0, 10, 20});
  peer.answered(3, 30);
  peer.probed(4);
  peer.answered(3, 0);
  CHECK(peer.acked() == 30);
}

TEST_CASE("a member that says it has more than there is has everything") {
  auto peer = of_size(25);
  peer.answered(1, 1000);
  CHECK(peer.acked() == 25);
  CHECK_FALSE(peer.take(chunk, window));
}

TEST_CASE("over links that lose anything and keep the order, everything comes through") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    random_source random{seed};
    const auto size = 1 + random.next() % 300;
    auto peer = of_size(size);
    struct request {
      std::uint64_t round, offset;
      std::size_t size;
    };
    std::deque<request> there;
    struct answer {
      std::uint64_t round, received;
      bool gap;
    };
    std::deque<answer> back;
    std::uint64_t received = 0;
    std::uint64_t round = 0;
    int steps = 0;
    for (; peer.acked() < size && steps < 20000; ++steps) {
      const auto turn = random.next() % 16;
      switch (turn < 2 ? turn : 2 + turn % 2) { // the link is faster than heartbeats
      case 0:                                   // a heartbeat
        peer.probed(++round);
        there.push_back({round, peer.acked(), 0});
        break;
      case 1:
        while (const auto next = peer.take(chunk, window))
          there.push_back({round, next->offset, next->size});
        break;
      case 2:
        if (!there.empty()) {
          const auto item = there.front();
          there.pop_front();
          if (random.next() % 4 == 0)
            break; // lost
          if (item.offset == received)
            received += item.size;
          if (random.next() % 100 == 0)
            received = 0; // it has begun anew
          back.push_back({item.round, received, item.size > 0 && item.offset > received});
        }
        break;
      default:
        if (!back.empty()) {
          if (random.next() % 4 != 0)
            peer.answered(back.front().round, back.front().received, back.front().gap);
          back.pop_front();
        }
      }
    }
    CHECK(peer.acked() == size);
  }
}
