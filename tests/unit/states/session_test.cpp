// The rules of sessions, one by one (consensus.md, 9).

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/session_harness.hpp"

namespace hamok::state_test {

TEST_CASE("consensus.md, 9: an operation of an unknown session is session_expired, never new") {
  session_fixture log;
  CHECK(log.apply(op(1, 1, set("a", "1"))).what == verdict::session_expired);
  CHECK(log.value("a") == "-");
}

TEST_CASE("opening a session twice is opening it once") {
  session_fixture log;
  CHECK(log.open(1) == verdict::opened);
  CHECK(log.apply(op(1, 1, set("a", "1"))).what == verdict::applied);
  CHECK(log.open(1) == verdict::opened);
  CHECK(log.apply(op(1, 1, set("a", "2"))).what == verdict::duplicate);
  CHECK(log.state.session_count() == 1);
}

TEST_CASE("consensus.md, 9: a duplicate is answered with the stored result and applies nothing") {
  session_fixture log;
  log.open(1);
  log.apply(op(1, 1, set("a", "1")));
  const auto first = log.apply(op(1, 2, set("a", "2")));
  CHECK(first.what == verdict::applied);
  log.apply(op(1, 3, set("a", "3")));
  auto copy = op(1, 2, set("a", "2"));
  copy.attempt = 9;
  const auto again = log.apply(copy);
  CHECK(again.what == verdict::duplicate);
  CHECK(again.result == first.result);
  CHECK(again.attempt == 9);
  CHECK(again.events.empty());
  CHECK(log.value("a") == "3");
}

TEST_CASE("consensus.md, 9: a gap applies nothing and says from where to send again") {
  session_fixture log;
  log.open(1);
  const auto early = log.apply(op(1, 3, set("a", "3")));
  CHECK(early.what == verdict::gap);
  CHECK(early.expected == 1);
  CHECK(log.value("a") == "-");
  CHECK(log.apply(op(1, 1, set("a", "1"))).what == verdict::applied);
}

TEST_CASE("consensus.md, 9: what is below first_outstanding is given up and holds up nothing") {
  session_fixture log;
  log.open(1);
  CHECK(log.apply(op(1, 3, set("a", "3"), 3)).what == verdict::applied);
  CHECK(log.apply(op(1, 1, set("a", "1"))).what == verdict::stale);
  CHECK(log.apply(op(1, 2, set("a", "2"))).what == verdict::stale);
  CHECK(log.value("a") == "3");
}

TEST_CASE("consensus.md, 9: results are kept from first_outstanding on, and forgotten below") {
  session_fixture log;
  log.open(1);
  for (std::uint64_t i = 1; i <= 4; ++i)
    log.apply(op(1, i, set("a", std::to_string(i))));
  CHECK(log.keep_alive(1, 3) == verdict::kept_alive);
  CHECK(log.apply(op(1, 2, set("a", "x"))).what == verdict::stale);
  CHECK(log.apply(op(1, 3, set("a", "x"))).what == verdict::duplicate);
  // A late entry with an older first_outstanding brings nothing back.
  CHECK(log.apply(op(1, 5, set("a", "5"), 1)).what == verdict::applied);
  CHECK(log.apply(op(1, 2, set("a", "x"))).what == verdict::stale);
}

TEST_CASE("a session that keeps too many results asks for a higher first_outstanding") {
  session_limits limits;
  limits.max_results = 2;
  session_fixture log{limits};
  log.open(1);
  log.apply(op(1, 1, set("a", "1")));
  log.apply(op(1, 2, set("a", "2")));
  const auto refused = log.apply(op(1, 3, set("a", "3")));
  CHECK(refused.what == verdict::gap);
  CHECK(refused.expected == 3);
  CHECK(log.apply(op(1, 3, set("a", "3"), 2)).what == verdict::applied);
}

TEST_CASE("a skip takes its place and does nothing, and the late original neither") {
  session_fixture log;
  log.open(1);
  auto skip = op(1, 1, {});
  skip.skip = true;
  const auto skipped = log.apply(skip);
  CHECK(skipped.what == verdict::applied);
  CHECK(skipped.status == command_status::skipped);
  CHECK(log.apply(op(1, 1, set("a", "1"))).what == verdict::duplicate);
  CHECK(log.value("a") == "-");
  CHECK(log.apply(op(1, 2, set("a", "2"))).what == verdict::applied);
}

TEST_CASE("a command that cannot be understood takes its place and changes nothing") {
  session_fixture log;
  log.open(1);
  const auto bad = log.apply(op(1, 1, b("nonsense")));
  CHECK(bad.what == verdict::applied);
  CHECK(bad.status == command_status::bad_command);
  const auto again = log.apply(op(1, 1, b("nonsense")));
  CHECK(again.what == verdict::duplicate);
  CHECK(again.status == command_status::bad_command);
}

TEST_CASE("consensus.md, 9: a session ends by the cluster's clock, and is expired from then on") {
  using std::chrono::seconds;
  session_fixture log;
  log.open(1, 0, seconds{10});
  log.open(2, 0, seconds{20});
  log.clock = seconds{10};
  CHECK(log.apply(op(1, 1, set("a", "1"))).what == verdict::applied); // and it lives on
  log.clock = seconds{20};
  CHECK(log.keep_alive(1, 1) == verdict::kept_alive);
  log.clock = seconds{20} + raft::duration{1};
  CHECK(log.apply(op(2, 1, set("b", "1"))).what == verdict::session_expired);
  log.clock = seconds{31};
  CHECK(log.apply(op(1, 2, set("a", "2"))).what == verdict::session_expired);
  CHECK(log.state.session_count() == 0);
  CHECK(log.value("a") == "1");
}

TEST_CASE("a clock that goes back ends no session and changes no order") {
  using std::chrono::seconds;
  session_fixture log;
  log.clock = seconds{100};
  log.open(1, 0, seconds{10});
  log.clock = seconds{5};
  CHECK(log.apply(op(1, 1, set("a", "1"))).what == verdict::applied);
  log.clock = seconds{109};
  CHECK(log.apply(op(1, 2, set("a", "2"))).what == verdict::applied);
}

TEST_CASE("consensus.md, 9: an ended session is never opened again by an old copy of its open") {
  session_fixture log;
  log.open(1);
  log.apply(op(1, 1, set("a", "1")));
  CHECK(log.close(1) == verdict::session_closed);
  CHECK(log.open(1) == verdict::session_expired);
  CHECK(log.apply(op(1, 1, set("a", "again"))).what == verdict::session_expired);
  CHECK(log.value("a") == "1");
}

TEST_CASE("an ended session stays ended when its id is no longer remembered") {
  session_limits limits;
  limits.max_retired = 2;
  session_fixture log{limits};
  log.open(1, 0);
  log.apply(op(1, 1, set("a", "1")));
  log.close(1);
  for (std::uint64_t i = 10; i < 20; ++i) {
    REQUIRE(log.open(i, log.index) == verdict::opened); // chosen with the present in view
    log.close(i);
  }
  CHECK(log.open(1, 0) == verdict::session_expired);
  CHECK(log.apply(op(1, 1, set("a", "again"))).what == verdict::session_expired);
  CHECK(log.value("a") == "1");
  // And so is every other session that was made up before the floor: it has to be made up again.
  CHECK(log.open(99, 1) == verdict::session_expired);
  CHECK(log.open(99, log.index) == verdict::opened);
}

TEST_CASE("an open from the future is refused") {
  session_fixture log;
  CHECK(log.open(1, 1000) == verdict::session_expired);
}

TEST_CASE("the number of sessions is bounded") {
  session_limits limits;
  limits.max_sessions = 2;
  session_fixture log{limits};
  CHECK(log.open(1) == verdict::opened);
  CHECK(log.open(2) == verdict::opened);
  CHECK(log.open(3) == verdict::too_many_sessions);
  CHECK(log.open(2) == verdict::opened);
  log.close(1);
  CHECK(log.open(3, log.index) == verdict::opened);
}

TEST_CASE("an index that was applied is not applied again") {
  session_fixture log;
  log.open(1);
  log.apply(op(1, 1, set("a", "1")));
  const auto digest = log.state.session_digest();
  CHECK(log.state.apply({2, log.clock, true}, encode(op(1, 2, set("a", "2")))).what
        == verdict::repeated);
  CHECK(log.state.session_digest() == digest);
  CHECK(log.value("a") == "1");
}

TEST_CASE("initial content is applied, and left out whole when it cannot be understood") {
  session_fixture log;
  CHECK(log.state.initialize(encode_map_content(kv({{"a", "1"}}))));
  CHECK(log.value("a") == "1");
  session_fixture other;
  CHECK_FALSE(other.state.initialize(b("nonsense")));
  CHECK(other.state.machine().size() == 0);
}

// -- commands in parts ----------------------------------------------------------------------------

namespace {

/// The bytes [offset, offset + count) of the command of session 1, sequence 1.
operation_envelope part(const blob& command, std::size_t offset, std::size_t count) {
  auto result = op(1, 1, command.slice(offset, count));
  result.offset = offset;
  result.more = offset + count < command.size();
  return result;
}

} // namespace

TEST_CASE("a command in parts is applied whole with its last part") {
  session_fixture log;
  log.open(1);
  const auto command = map_command::set_all(kv({{"a", "1"}, {"b", "2"}}));
  CHECK(log.apply(part(command, 0, 4)).what == verdict::buffered);
  CHECK(log.apply(part(command, 4, 3)).what == verdict::buffered);
  CHECK(log.value("a") == "-");
  const auto last = log.apply(part(command, 7, command.size() - 7));
  CHECK(last.what == verdict::applied);
  CHECK(last.events.size() == 2);
  CHECK(log.value("b") == "2");
  CHECK(log.apply(part(command, 0, 4)).what == verdict::duplicate);
}

TEST_CASE("a missing part is a gap, a part that comes twice is taken once") {
  session_fixture log;
  log.open(1);
  const auto command = map_command::set_all(kv({{"a", "1"}, {"b", "2"}}));
  log.apply(part(command, 0, 4));
  const auto gap = log.apply(part(command, 7, command.size() - 7));
  CHECK(gap.what == verdict::gap);
  CHECK(gap.expected == 1);
  CHECK(log.apply(part(command, 0, 4)).what == verdict::buffered);
  CHECK(log.apply(part(command, 2, 5)).what == verdict::buffered); // cut elsewhere by a retry
  CHECK(log.apply(part(command, 7, command.size() - 7)).what == verdict::applied);
  CHECK(log.value("a") == "1");
  CHECK(log.value("b") == "2");
}

TEST_CASE("a whole copy completes a command that came in parts") {
  session_fixture log;
  log.open(1);
  const auto command = map_command::set_all(kv({{"a", "1"}, {"b", "2"}}));
  log.apply(part(command, 0, 4));
  CHECK(log.apply(op(1, 1, command)).what == verdict::applied);
  CHECK(log.value("b") == "2");
}

TEST_CASE("parts of a command that was given up do not get into the next one") {
  session_fixture log;
  log.open(1);
  const auto command = map_command::set_all(kv({{"a", "1"}, {"b", "2"}}));
  log.apply(part(command, 0, 4));
  CHECK(log.apply(op(1, 2, set("c", "3"), 2)).what == verdict::applied);
  CHECK(log.value("a") == "-");
  CHECK(log.value("c") == "3");
}

TEST_CASE("a command of too many bytes is refused whole and takes its place") {
  session_limits limits;
  limits.max_command_bytes = 8;
  session_fixture log{limits};
  log.open(1);
  const auto command = map_command::set_all(kv({{"a", "1"}, {"b", "2"}}));
  CHECK(log.apply(part(command, 0, 8)).what == verdict::buffered);
  const auto refused = log.apply(part(command, 8, command.size() - 8));
  CHECK(refused.what == verdict::applied);
  CHECK(refused.status == command_status::too_large);
  CHECK(log.value("a") == "-");
  CHECK(log.apply(op(1, 2, set("c", "3"))).what == verdict::applied);
}

} // namespace hamok::state_test
