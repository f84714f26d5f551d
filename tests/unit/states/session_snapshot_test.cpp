// Snapshots of sessions, and hostile bytes.

#include "hamok/collections/state_bytes_state.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/session_harness.hpp"

#include <time.h>

#include <algorithm>
#include <random>

namespace hamok::state_test {

namespace {

/// Sessions in every condition there is.
session_fixture rich_state() {
  session_limits limits;
  limits.max_retired = 2;
  session_fixture log{limits};
  log.clock = std::chrono::seconds{5};
  for (std::uint64_t i = 1; i <= 6; ++i)
    log.open(i, log.index);
  for (std::uint64_t i = 1; i <= 3; ++i)
    log.apply(op(1, i, set("a", std::to_string(i)), i > 2 ? 2 : 1));
  log.apply(op(2, 1, b("nonsense")));
  auto part = op(3, 1, b("\x02"));
  part.more = true;
  log.apply(part);
  for (std::uint64_t i = 4; i <= 6; ++i)
    log.close(i);
  return log;
}

blob random_entry(std::mt19937_64& dice) {
  auto roll = [&dice](std::uint64_t sides) { return dice() % sides; };
  const auto session = 1 + roll(5);
  switch (roll(10)) {
  case 0:
    return encode(open_envelope{number, sid(session), std::chrono::seconds{5 + roll(5)}, roll(9)});
  case 1:
    return encode(keep_alive_envelope{number, sid(session), roll(9)});
  case 2:
    return encode(close_envelope{number, sid(1 + roll(40))});
  default:
    auto operation = op(session, 1 + roll(9), set("k" + std::to_string(roll(9)), "v"));
    operation.first_outstanding = 1 + roll(operation.sequence);
    operation.more = roll(8) == 0;
    operation.offset = roll(8) == 0 ? roll(6) : 0;
    operation.skip = roll(12) == 0;
    return encode(operation);
  }
}

} // namespace

TEST_CASE("a restored session state goes on exactly as the original") {
  auto log = rich_state();
  session_limits limits;
  limits.max_retired = 2;
  session_fixture copy{limits};
  REQUIRE(copy.state.restore(log.state.snapshot()));
  copy.index = log.index;
  copy.clock = log.clock;
  CHECK(copy.state.session_digest() == log.state.session_digest());
  CHECK(copy.state.machine().digest() == log.state.machine().digest());
  CHECK(copy.state.snapshot() == log.state.snapshot());
  CHECK(copy.state.applied_index() == log.state.applied_index());
  std::mt19937_64 dice{7};
  for (int i = 0; i < 2000; ++i) {
    log.clock += std::chrono::milliseconds{dice() % 400};
    copy.clock = log.clock;
    const auto entry = random_entry(dice);
    const auto one = log.apply(entry);
    const auto other = copy.apply(entry);
    REQUIRE(one.what == other.what);
    REQUIRE(one.result == other.result);
    REQUIRE(log.state.session_digest() == copy.state.session_digest());
  }
  CHECK(log.state.machine().digest() == copy.state.machine().digest());
}

TEST_CASE("a session snapshot that is cut or changed is refused whole, or is a state") {
  const auto log = rich_state();
  const auto snapshot = log.state.snapshot();
  session_fixture target;
  target.open(1);
  const auto before = target.state.session_digest();
  for (std::size_t size = 0; size < snapshot.size(); ++size)
    REQUIRE_FALSE(target.state.restore(snapshot.slice(0, size)));
  CHECK(target.state.session_digest() == before);
  CHECK(target.state.session_count() == 1);
  std::mt19937_64 dice{1};
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::byte> bytes{snapshot.bytes().begin(), snapshot.bytes().end()};
    for (auto flips = 1 + dice() % 3; flips > 0; --flips)
      bytes[dice() % bytes.size()] = static_cast<std::byte>(dice());
    session_fixture victim;
    if (!victim.state.restore(blob{bytes}))
      CHECK(victim.state.session_count() == 0);
    victim.index = victim.state.applied_index() % 1'000'000;
    victim.apply(op(1, 4, set("a", "4"))); // whatever it holds, it goes on without a crash
  }
}

TEST_CASE("entries of random bytes change nothing but the position in the log") {
  auto log = rich_state();
  const auto digest = log.state.machine().digest();
  const auto sessions = log.state.session_count();
  std::mt19937_64 dice{3};
  for (int round = 0; round < 5000; ++round) {
    std::vector<std::byte> bytes(dice() % 40);
    for (auto& byte : bytes)
      byte = static_cast<std::byte>(dice() % 256);
    if (!bytes.empty())
      bytes[0] = static_cast<std::byte>(dice() % 7);
    log.apply(blob{bytes});
  }
  CHECK(log.state.machine().digest() == digest);
  CHECK(log.state.session_count() >= sessions); // an open is easily guessed
}

TEST_CASE("two members that apply the same entries are equal after each of them") {
  std::mt19937_64 dice{11};
  session_fixture one;
  session_fixture other;
  for (int i = 0; i < 3000; ++i) {
    one.clock += std::chrono::milliseconds{dice() % 300};
    other.clock = one.clock;
    const auto entry = random_entry(dice);
    one.apply(entry);
    other.apply(entry);
    if (i % 100 == 0)
      REQUIRE(one.state.snapshot() == other.state.snapshot());
  }
  REQUIRE(one.state.snapshot() == other.state.snapshot());
}

TEST_CASE("consensus.md, 9: results, ended sessions, the floor and the clock are in a cut") {
  auto log = rich_state();
  byte_sink bytes;
  log.state.cut()->write(bytes);
  const auto written = bytes.take();
  CHECK(written == log.state.snapshot());
  session_limits limits;
  limits.max_retired = 2;
  session_fixture copy{limits};
  chunk_source source{written};
  REQUIRE(copy.state.load(source));
  copy.index = log.index;
  // A retry is answered with the stored result, and changes nothing.
  const auto again = copy.apply(op(1, 3, set("a", "3"), 2));
  CHECK(again.what == verdict::duplicate);
  CHECK(again.result == log.apply(op(1, 3, set("a", "3"), 2)).result);
  CHECK(copy.value("a") == "3");
  // Ended sessions stay ended: those that are remembered, and those behind the floor.
  CHECK(copy.open(6) == verdict::session_expired);
  CHECK(copy.open(4) == verdict::session_expired);
  CHECK(copy.apply(op(5, 1, set("a", "late"))).what == verdict::session_expired);
  // A command of several parts goes on where it was.
  auto rest = op(3, 1, set("b", "1"));
  rest.command = rest.command.slice(1, rest.command.size() - 1);
  rest.offset = 1;
  log.open(6);
  log.open(4);
  log.apply(op(5, 1, set("a", "late")));
  CHECK(copy.apply(rest).what == log.apply(rest).what);
  // The clock has not begun anew: what was idle before the cut ends in time.
  copy.clock = log.clock = std::chrono::seconds{5} + std::chrono::seconds{61};
  CHECK(copy.apply(op(1, 4, set("a", "4"), 2)).what == verdict::session_expired);
  log.apply(op(1, 4, set("a", "4"), 2));
  CHECK(copy.state.digest() == log.state.digest());
}

TEST_CASE("a cut costs little, whatever sessions keep and whatever is under way") {
  session_fixture log;
  log.open(1);
  log.open(2);
  for (std::uint64_t i = 1; i <= 100'000; ++i)
    log.apply(op(1, i, set("k", "v")));
  auto part = op(2, 1, blob::from_vector(std::vector<std::byte>(std::size_t{1} << 20)));
  part.more = true;
  for (; part.offset < (std::size_t{60} << 20); part.offset += part.command.size())
    REQUIRE(log.apply(part).what == verdict::buffered);
  auto cut_time = [&log] { // of this thread, so that other programs do not count
    timespec start{};
    timespec end{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
    const auto cut = log.state.cut();
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    return (end.tv_sec - start.tv_sec) * 1'000'000 + (end.tv_nsec - start.tv_nsec) / 1000;
  };
  auto shortest = cut_time();
  for (int again = 0; again < 3; ++again)
    shortest = std::min(shortest, cut_time());
  CHECK(shortest < 20'000); // microseconds
  const auto cut = log.state.cut();
  const auto digest = log.state.digest();
  part.more = false;
  log.apply(part);
  CHECK(cut->digest() == digest);
  CHECK_FALSE(log.state.digest() == digest);
}

TEST_CASE("a state that refuses what it is to load is as it was, and goes on") {
  auto log = rich_state();
  const auto other = session_fixture{};
  const auto bytes = other.state.snapshot();
  const auto before = log.state.snapshot();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    chunk_source source{bytes.slice(0, size)};
    REQUIRE_FALSE(log.state.load(source));
  }
  CHECK(log.state.snapshot() == before);
  CHECK(log.apply(op(1, 4, set("a", "4"), 2)).what == verdict::applied);
}

} // namespace hamok::state_test
