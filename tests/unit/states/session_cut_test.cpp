// Cuts of sessions: what they cost, and that they stay as they are (consensus.md, 9 and 11).

#include "hamok/collections/state_bytes_state.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/allocations.hpp"
#include "hamok/tests/unit/states/session_harness.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace hamok::state_test {

namespace {

using raft::test::allocated_bytes;

blob bytes_of(const session_cut& cut) {
  byte_sink out;
  cut.write(out);
  return out.take();
}

/// So many sessions that keep so many results each, and a tenth as many that have ended.
session_fixture with_sessions(std::uint64_t sessions, std::uint64_t results) {
  session_fixture log;
  for (std::uint64_t i = 1; i <= sessions + sessions / 10; ++i)
    log.open(i);
  for (std::uint64_t sequence = 1; sequence <= results; ++sequence)
    for (std::uint64_t i = 1; i <= sessions; ++i)
      log.apply(op(i, sequence, set("key", "value")));
  for (std::uint64_t i = sessions + 1; i <= sessions + sessions / 10; ++i)
    log.close(i);
  REQUIRE(log.state.session_count() == sessions);
  log.log.clear();
  return log;
}

/// What a cut takes from the heap: whatever it would copy has to be somewhere.
std::size_t cost_of_cut(session_fixture& log) {
  const auto before = allocated_bytes();
  const auto cut = log.state.cut();
  return allocated_bytes() - before;
}

/// Users of a state that open sessions, work in them, and let them go.
class users {
public:
  users(session_fixture& log, std::mt19937_64& dice) : log_(log), dice_(dice), all_(6) {}

  void act() {
    auto& who = all_[roll(all_.size())];
    // Now and then nobody does anything for so long that all sessions end.
    log_.clock += std::chrono::milliseconds{roll(1000) == 0 ? 10'000 : roll(30)};
    if (!who.open) {
      who = {++last_, 1, true};
      CHECK(log_.open(who.id, log_.index, std::chrono::seconds{2 + roll(3)}) == verdict::opened);
      return;
    }
    switch (roll(300)) {
    case 0:
      log_.close(who.id);
      who.open = false;
      return;
    case 1:
      who.open = log_.keep_alive(who.id, who.next - roll(who.next)) == verdict::kept_alive;
      return;
    default:
      work(who);
    }
  }

private:
  struct user {
    std::uint64_t id = 0;
    std::uint64_t next = 1;
    bool open = false;
  };

  std::uint64_t roll(std::uint64_t sides) { return dice_() % sides; }

  void work(user& who) {
    auto operation = op(who.id, who.next, set("k" + std::to_string(roll(9)), "some value"));
    const auto kept = roll(200);
    operation.first_outstanding = who.next > kept ? who.next - kept : 1;
    operation.more = roll(5) == 0;
    const auto done = log_.apply(operation).what;
    who.open = done != verdict::session_expired;
    if (done == verdict::applied)
      ++who.next;
  }

  session_fixture& log_;
  std::mt19937_64& dice_;
  std::vector<user> all_;
  std::uint64_t last_ = 0;
};

} // namespace

TEST_CASE("consensus.md, 11: a cut copies no session, no result and no ended session") {
  auto few = with_sessions(10, 1);
  auto usual = with_sessions(300, 20);
  auto many = with_sessions(3000, 40);
  const auto cost = cost_of_cut(few);
  CHECK(cost < 1024);
  CHECK(cost_of_cut(usual) == cost);
  CHECK(cost_of_cut(many) == cost);
  CHECK(cost_of_cut(many) == cost); // the next one as well
}

TEST_CASE("behind a cut each session is copied once, when it is used, and shares its results") {
  session_fixture log;
  log.open(1);
  log.open(2);
  for (std::uint64_t i = 1; i <= 100'000; ++i)
    log.apply(op(1, i, set("k", "v")));
  log.log.clear();
  auto cost_of_use = [&](std::uint64_t sequence) {
    const auto entry = encode(op(1, sequence, set("k", "v")));
    const auto before = allocated_bytes();
    REQUIRE(log.state.apply({++log.index, {}, false}, entry).what == verdict::applied);
    return allocated_bytes() - before;
  };
  std::uint64_t next = 100'001;
  for (; next % 32 != 5; ++next) // away from where a block is full
    cost_of_use(next);
  const auto usual = cost_of_use(next++);
  CHECK(usual < 1024);
  const auto cut = log.state.cut();
  const auto first = cost_of_use(next++);
  CHECK(first < 100'000); // the results are some megabytes
  CHECK(cost_of_use(next++) <= usual + 64 * 64);
  CHECK(cost_of_use(next++) <= usual);
}

TEST_CASE("a cut stays as it was, whatever becomes of its sessions") {
  std::mt19937_64 dice{17};
  auto roll = [&dice](std::uint64_t sides) { return dice() % sides; };
  session_limits limits;
  limits.max_retired = 5;
  session_fixture log{limits};
  users all{log, dice};
  std::vector<std::pair<std::shared_ptr<const session_cut>, blob>> cuts;
  for (int i = 0; i < 20'000; ++i) {
    all.act();
    if (roll(150) == 0)
      cuts.emplace_back(log.state.cut(), log.state.snapshot());
    if (cuts.size() > 20)
      cuts.erase(cuts.begin() + static_cast<std::ptrdiff_t>(roll(cuts.size())));
  }
  REQUIRE(cuts.size() > 10);
  for (const auto& [cut, bytes] : cuts) {
    CHECK(bytes_of(*cut) == bytes);
    session_fixture copy{limits};
    REQUIRE(copy.state.restore(bytes));
    CHECK(copy.state.digest() == cut->digest());
  }
}

TEST_CASE("a state that has been cut goes on as one that has not") {
  std::mt19937_64 dice{23};
  session_fixture one;
  session_fixture other;
  users all{one, dice};
  std::vector<std::shared_ptr<const session_cut>> cuts;
  for (int i = 0; i < 5000; ++i) {
    const auto known = one.log.size();
    all.act();
    other.clock = one.clock;
    for (auto entry = known; entry < one.log.size(); ++entry)
      other.apply(one.log[entry]);
    REQUIRE(other.state.session_digest() == one.state.session_digest());
    if (dice() % 20 == 0)
      cuts.push_back(other.state.cut());
    if (dice() % 25 == 0 && !cuts.empty())
      cuts.pop_back();
  }
  CHECK(one.state.snapshot() == other.state.snapshot());
  CHECK(one.state.digest() == other.state.digest());
}

} // namespace hamok::state_test
