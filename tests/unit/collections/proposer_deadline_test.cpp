// What callers are told when their time is up (consensus.md, 10).

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/proposer_harness.hpp"

namespace hamok::state_test {

namespace {

using numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("no leader all the time, and nothing sent: no_leader") {
  proposer_fixture p;
  p.subject.created(number);
  p.subject.leader_changed(std::nullopt, 1, p.now);
  const auto ticket = p.submit(set("a", "1"));
  p.flush();
  p.advance(seconds{5});
  CHECK(p.answer(ticket) == errc::no_leader);
  CHECK(p.subject.outstanding() == 0);
}

TEST_CASE("never sent although there was a leader once: request_timeout") {
  proposer_fixture p;
  p.subject.leader_changed(leader_a, 1, p.now); // but no creation yet
  const auto ticket = p.submit(set("a", "1"));
  p.flush();
  p.advance(seconds{1});
  p.subject.leader_changed(std::nullopt, 2, p.now);
  p.advance(seconds{4});
  CHECK(p.answer(ticket) == errc::request_timeout);
}

TEST_CASE("every attempt refused: request_timeout, and it never happens") {
  proposer_fixture p;
  p.ready();
  const auto ticket = p.submit(set("a", "1"));
  p.flush();
  for (int i = 0; i < 100 && !p.answer(ticket); ++i) {
    while (!p.wire.empty())
      p.refuse(p.next());
    p.advance(milliseconds{100});
  }
  CHECK(p.answer(ticket) == errc::request_timeout);
  while (!p.wire.empty())
    p.refuse(p.next());
  CHECK(p.subject.outstanding() == 0);
  const auto next = p.submit(set("b", "1"));
  p.advance(seconds{1});
  p.commit_all();
  CHECK(p.answer(next) == errc::none);
  CHECK(p.log.value("a") == "-");
}

TEST_CASE("one attempt that may be in a log: outcome_unknown") {
  proposer_fixture p;
  p.ready();
  const auto ticket = p.submit(set("a", "1"));
  p.flush();
  p.next(); // nobody knows
  p.advance(milliseconds{500});
  p.refuse(p.next());
  p.subject.leader_changed(std::nullopt, 2, p.now);
  p.advance(milliseconds{4500});
  CHECK(p.answer(ticket) == errc::outcome_unknown);
}

TEST_CASE("an operation that was given up at the front does not hold up the next ones") {
  proposer_fixture p;
  p.ready();
  const auto lost = p.submit(set("a", "1"), seconds{1});
  p.flush();
  const auto batch = p.next();
  const auto next = p.submit(set("b", "1"), seconds{10});
  p.advance(seconds{1});
  CHECK(p.answer(lost) == errc::outcome_unknown);
  REQUIRE_FALSE(p.wire.empty());
  CHECK(sequences(p.wire.back()) == numbers{2});
  p.commit_all();
  p.flush(); // the open of the session was lost with the first batch
  p.commit_all();
  CHECK(p.answer(next) == errc::none);
  // Its late copy is stale: nobody is told, and nothing happens.
  for (const auto& entry : batch.commands)
    p.commit(entry);
  CHECK(p.log.value("a") == "-");
}

TEST_CASE("an operation that was given up in the middle becomes a skip when it is sent again") {
  proposer_fixture p;
  p.ready();
  const auto first = p.submit(set("a", "1"), seconds{10});
  const auto middle = p.submit(set("b", "1"), milliseconds{100});
  const auto last = p.submit(set("c", "1"), seconds{10});
  p.flush();
  p.next(); // lost
  p.advance(milliseconds{100});
  CHECK(p.answer(middle) == errc::outcome_unknown);
  p.advance(milliseconds{400});
  REQUIRE(p.wire.size() == 1);
  CHECK(sequences(p.wire[0]) == numbers{1, 2, 3});
  CHECK(decode_operation(p.wire[0].commands.at(2))->skip);
  p.commit_all();
  CHECK(p.answer(first) == errc::none);
  CHECK(p.answer(last) == errc::none);
  CHECK(p.log.value("b") == "-");
  CHECK(p.subject.outstanding() == 0);
}

TEST_CASE(
    "an operation that was refused in the middle is taken out when nothing behind it is out") {
  proposer_fixture p;
  p.ready();
  const auto first = p.submit(set("a", "1"), seconds{10});
  p.flush();
  const auto on_its_way = p.next();
  const auto middle = p.submit(set("b", "1"), milliseconds{5});
  const auto last = p.submit(set("c", "1"), seconds{10});
  p.flush();
  p.refuse(p.next());
  p.advance(milliseconds{5});
  CHECK(p.answer(middle) == errc::request_timeout);
  p.advance(milliseconds{5});
  REQUIRE(p.wire.size() == 1);
  CHECK(sequences(p.wire[0]) == numbers{2}); // the third took the place of the second
  p.commit(on_its_way);
  p.commit_all();
  CHECK(p.answer(first) == errc::none);
  CHECK(p.answer(last) == errc::none);
  CHECK(p.log.value("b") == "-");
}

TEST_CASE("a given-up operation with something on its way behind it keeps its place as a skip") {
  proposer_fixture p;
  p.ready();
  p.submit(set("a", "1"), seconds{10});
  p.flush();
  p.submit(set("b", "1"), milliseconds{5});
  p.flush();
  p.submit(set("c", "1"), seconds{10});
  p.flush();
  p.commit(p.next());
  const auto first = p.submit(set("z", "1"), seconds{10});
  static_cast<void>(first);
  const auto refused = p.next();
  const auto gap = p.next();
  p.refuse(refused);
  p.advance(milliseconds{5});
  CHECK(p.answer(2) == errc::request_timeout);
  p.advance(milliseconds{5});
  p.commit(gap); // what it was numbered with still means the third operation
  p.commit_all();
  p.flush();
  p.commit_all();
  CHECK(p.answer(3) == errc::none);
  CHECK(p.log.value("b") == "-");
  CHECK(p.log.value("c") == "1");
}

TEST_CASE("closing answers what may have happened otherwise than what cannot") {
  proposer_fixture p;
  p.ready();
  const auto sent = p.submit(set("a", "1"));
  p.flush();
  const auto waiting = p.submit(set("b", "1"));
  proposer_output out;
  p.subject.fail_all(errc::closed, p.now, out);
  p.take(std::move(out));
  CHECK(p.answer(sent) == errc::outcome_unknown);
  CHECK(p.answer(waiting) == errc::closed);
  CHECK(p.subject.outstanding() == 0);
  CHECK(shape(p.wire.back()) == ")");
}

TEST_CASE("a member that takes no part any more refuses what was sent nowhere, at once") {
  proposer_fixture p;
  p.ready();
  const auto sent = p.submit(set("a", "1"));
  p.flush();
  p.next();
  const auto refused = p.submit(set("b", "1"));
  p.flush();
  p.refuse(p.next());
  proposer_output out;
  p.subject.give_up(errc::stopped, out);
  p.take(std::move(out));
  CHECK(p.answer(refused) == errc::stopped);
  CHECK_FALSE(p.answer(sent));
}

TEST_CASE("a command that fails is answered with its reason") {
  proposer_fixture p;
  p.ready();
  const auto bad = p.submit(b("nonsense"));
  p.flush();
  p.commit_all();
  CHECK(p.answer(bad) == errc::bad_command);
}

TEST_CASE("an outcome in doubt at the deadline is waited for as long as its grace says") {
  proposer_fixture p;
  p.ready();
  const auto ticket = p.submit(set("a", "1"), seconds{1}, seconds{5});
  p.flush();
  p.advance(seconds{3});
  CHECK_FALSE(p.answer(ticket));
  p.commit_all();
  CHECK(p.answer(ticket) == errc::none);
  CHECK(p.log.value("a") == "1");
}

TEST_CASE("grace ends: outcome_unknown, once and for all") {
  proposer_fixture p;
  p.ready();
  const auto ticket = p.submit(set("a", "1"), seconds{1}, seconds{5});
  p.flush();
  p.advance(seconds{1});
  p.advance(milliseconds{4999});
  CHECK_FALSE(p.answer(ticket));
  p.advance(milliseconds{1});
  CHECK(p.answer(ticket) == errc::outcome_unknown);
}

TEST_CASE("there is no grace for what cannot have happened") {
  proposer_fixture p;
  p.ready();
  const auto ticket = p.submit(set("a", "1"), seconds{1}, seconds{5});
  p.flush();
  while (!p.wire.empty())
    p.refuse(p.next());
  p.subject.leader_changed(std::nullopt, 2, p.now);
  p.advance(seconds{1});
  CHECK(p.answer(ticket) == errc::request_timeout);
  CHECK(p.subject.outstanding() == 0);
}

} // namespace hamok::state_test
