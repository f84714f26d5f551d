// How operations get into the log: batches, refusals, gaps, leaders, sessions.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/proposer_harness.hpp"

namespace hamok::state_test {

namespace {

using numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("proposer makes one batch of a burst, the open of its session in front") {
  proposer_fixture p;
  p.ready();
  for (int i = 0; i < 5; ++i)
    p.submit(set("k", std::to_string(i)));
  p.flush();
  REQUIRE(p.wire.size() == 1);
  CHECK(shape(p.wire[0]) == "(ooooo");
  CHECK(sequences(p.wire[0]) == numbers{1, 2, 3, 4, 5});
  p.commit_all();
  CHECK(p.answers.size() == 5);
  CHECK(p.answer(5) == errc::none);
  CHECK(p.results[5]
        == "\x01"
           "3");
  CHECK(p.subject.outstanding() == 0);
  // The session is known to be open now.
  p.submit(set("k", "x"));
  p.flush();
  CHECK(shape(p.wire.at(0)) == "o");
}

TEST_CASE("proposer goes on without waiting for what is on its way") {
  proposer_fixture p;
  p.ready();
  p.submit(set("k", "1"));
  p.flush();
  p.submit(set("k", "2"));
  p.flush();
  REQUIRE(p.wire.size() == 2);
  CHECK(sequences(p.wire[1]) == numbers{2});
  p.commit_all();
  CHECK(p.answers.size() == 2);
}

TEST_CASE("proposer keeps to the limits of a batch in entries and in bytes") {
  proposer_config config;
  config.max_batch_entries = 3;
  config.max_batch_bytes = 100;
  proposer_fixture p{config};
  p.ready();
  for (int i = 0; i < 7; ++i)
    p.submit(set("k", "v"));
  p.flush();
  REQUIRE(p.wire.size() == 3);
  CHECK(sequences(p.wire[0]) == numbers{1, 2}); // behind the open of the session
  CHECK(sequences(p.wire[1]) == numbers{3, 4, 5});
  CHECK(sequences(p.wire[2]) == numbers{6, 7});
  p.wire.clear();
  p.submit(set("k", std::string(60, 'x')));
  p.submit(set("k", std::string(60, 'x')));
  p.flush();
  REQUIRE(p.wire.size() == 2);
}

TEST_CASE("proposer splits a command that is too large for a batch, and it is applied whole") {
  proposer_config config;
  config.max_batch_bytes = 50;
  proposer_fixture p{config};
  p.ready();
  const auto small = p.submit(set("a", "1"));
  const auto large = p.submit(set("b", std::string(200, 'x')));
  const auto last = p.submit(set("c", "3"));
  p.flush();
  CHECK(p.wire.size() >= 4);
  p.commit_all();
  CHECK(p.answer(small) == errc::none);
  CHECK(p.answer(large) == errc::none);
  CHECK(p.answer(last) == errc::none);
  CHECK(p.log.value("b") == std::string(200, 'x'));
}

TEST_CASE("proposer proposes a split command again from its start when a part is lost") {
  proposer_config config;
  config.max_batch_bytes = 50;
  proposer_fixture p{config};
  p.ready();
  const auto large = p.submit(set("b", std::string(200, 'x')));
  p.flush();
  p.commit(p.next());
  p.next(); // lost
  p.commit_all();
  CHECK_FALSE(p.answer(large));
  p.flush();
  CHECK_FALSE(p.wire.empty());
  p.commit_all();
  CHECK(p.answer(large) == errc::none);
  CHECK(p.log.value("b") == std::string(200, 'x'));
}

TEST_CASE("proposer refuses at once what is too much") {
  proposer_config config;
  config.max_outstanding = 2;
  config.max_outstanding_bytes = 100;
  proposer_fixture p{config};
  p.submit(set("k", std::string(90, 'x')));
  CHECK(p.answer(p.submit(set("k", std::string(90, 'x')))) == errc::overloaded);
  p.submit(set("k", "1"));
  CHECK(p.answer(p.submit(set("k", "2"))) == errc::overloaded);
  CHECK(p.subject.outstanding() == 2);
}

TEST_CASE("proposer waits for the creation and for a leader") {
  proposer_fixture p;
  p.submit(set("k", "1"));
  p.flush();
  CHECK(p.wire.empty());
  p.subject.created(number);
  p.subject.leader_changed(std::nullopt, 1, p.now);
  p.flush();
  CHECK(p.wire.empty());
  p.subject.leader_changed(leader_a, 2, p.now);
  p.flush();
  CHECK(p.wire.size() == 1);
}

TEST_CASE("proposer sends everything again when there is a new leader") {
  proposer_fixture p;
  p.ready();
  const auto one = p.submit(set("a", "1"));
  const auto two = p.submit(set("b", "1"));
  p.flush();
  const auto old = p.next();
  p.subject.leader_changed(std::nullopt, 2, p.now);
  p.subject.leader_changed(leader_b, 2, p.now);
  p.flush();
  REQUIRE(p.wire.size() == 1);
  CHECK(shape(p.wire[0]) == "(oo");
  // Both copies are in the log of the new leader: the second one changes nothing.
  p.commit(old);
  CHECK(p.answer(one) == errc::none);
  CHECK(p.answer(two) == errc::none);
  p.commit_all();
  CHECK(p.answers.size() == 2);
}

TEST_CASE("proposer takes the same leader in the same term for no news") {
  proposer_fixture p;
  p.ready();
  p.submit(set("a", "1"));
  p.flush();
  p.wire.clear();
  p.subject.leader_changed(leader_a, 1, p.now);
  p.flush();
  CHECK(p.wire.empty());
}

TEST_CASE("proposer tries a refused batch again after a pause that grows") {
  proposer_fixture p;
  p.ready();
  const auto ticket = p.submit(set("a", "1"));
  p.flush();
  for (const auto pause : {10, 20, 40, 80, 160, 200, 200}) {
    p.refuse(p.next());
    p.advance(milliseconds{pause} - raft::duration{1});
    REQUIRE(p.wire.empty());
    REQUIRE(p.subject.deadline() == p.now + raft::duration{1});
    p.advance(raft::duration{1});
    REQUIRE(p.wire.size() == 1);
  }
  p.commit_all();
  CHECK(p.answer(ticket) == errc::none);
}

TEST_CASE("proposer holds later operations back while an earlier one is refused") {
  proposer_fixture p;
  p.ready();
  p.submit(set("a", "1"));
  p.flush();
  p.submit(set("b", "1"));
  p.flush();
  const auto first = p.next();
  const auto second = p.next();
  p.refuse(first);
  p.submit(set("c", "1"));
  p.flush();
  CHECK(p.wire.empty());
  p.commit(second); // got through to a new leader, and is a gap there
  p.advance(milliseconds{10});
  REQUIRE(p.wire.size() == 1);
  CHECK(sequences(p.wire[0]) == numbers{1, 2, 3});
  p.commit_all();
  CHECK(p.answers.size() == 3);
}

TEST_CASE("consensus.md, 9: proposer sends again from the gap, once for all gaps behind a loss") {
  proposer_fixture p;
  p.ready();
  for (int i = 0; i < 4; ++i) {
    p.submit(set("k", std::to_string(i)));
    p.flush();
  }
  p.commit(p.next());
  p.next(); // lost
  p.commit(p.next());
  p.commit(p.next());
  CHECK(p.wire.empty());
  p.flush();
  REQUIRE(p.wire.size() == 1);
  CHECK(sequences(p.wire[0]) == numbers{2, 3, 4});
  p.commit_all();
  CHECK(p.answers.size() == 4);
  CHECK(p.log.value("k") == "3");
}

TEST_CASE("proposer finds its way when the batch with the open of its session is lost") {
  proposer_fixture p;
  p.ready();
  p.submit(set("a", "1"));
  p.flush();
  p.submit(set("b", "1"));
  p.flush();
  p.next(); // lost, and the open with it
  CHECK(p.commit(p.next().commands.at(0)).what == verdict::session_expired);
  p.flush();
  REQUIRE(p.wire.size() == 1);
  CHECK(shape(p.wire[0]) == "(oo");
  CHECK(p.sessions == 1);
  p.commit_all();
  CHECK(p.answers.size() == 2);
}

TEST_CASE("proposer sends again what is silently lost, less and less often") {
  proposer_fixture p;
  p.ready();
  const auto ticket = p.submit(set("a", "1"), seconds{60});
  p.flush();
  for (const auto silence : {500, 1000, 2000, 4000, 4000}) {
    p.wire.clear();
    p.advance(milliseconds{silence} - raft::duration{1});
    REQUIRE(p.wire.empty());
    p.advance(raft::duration{1});
    REQUIRE(p.wire.size() == 1);
  }
  p.commit_all();
  CHECK(p.answer(ticket) == errc::none);
}

TEST_CASE("proposer does nothing and wants nothing when it is idle") {
  proposer_fixture p;
  p.ready();
  CHECK(p.subject.deadline() == never);
  p.advance(seconds{3600});
  CHECK(p.wire.empty());
}

TEST_CASE("proposer keeps its session alive while it is used, and closes it when it is idle") {
  proposer_fixture p;
  p.ready();
  p.submit(set("a", "1"));
  p.flush();
  p.commit_all();
  p.advance(seconds{20});
  REQUIRE(p.wire.size() == 1);
  CHECK(shape(p.wire[0]) == "k");
  p.commit_all();
  for (int i = 0; i < 4; ++i) {
    p.advance(seconds{20});
    p.commit_all();
  }
  CHECK(p.log.state.session_count() == 1);
  p.advance(seconds{20}); // 120 s without an operation
  REQUIRE(p.wire.size() == 1);
  CHECK(shape(p.wire[0]) == ")");
  p.commit_all();
  CHECK(p.log.state.session_count() == 0);
  CHECK(p.subject.deadline() == never);
  const auto ticket = p.submit(set("a", "2"));
  p.flush();
  CHECK(shape(p.wire.at(0)) == "(o");
  p.commit_all();
  CHECK(p.answer(ticket) == errc::none);
  CHECK(p.sessions == 2);
}

TEST_CASE(
    "consensus.md, 9: proposer goes on in a new session when its own has ended, and does nothing "
    "twice") {
  proposer_fixture p;
  p.ready();
  const auto done = p.submit(set("a", "1"));
  p.flush();
  p.commit_all();
  const auto waiting = p.submit(set("a", "2"));
  p.flush();
  const auto late = p.next();
  p.log.clock += seconds{61};
  p.commit(b("whatever moves the clock"));
  p.log.open(3, p.log.index); // anybody's entry ends it
  p.commit(encode(keep_alive_envelope{number, sid(3), 1}));
  p.flush();
  REQUIRE(p.wire.size() == 1);
  CHECK(shape(p.wire[0]) == "(o");
  CHECK(p.commit(late.commands.at(0)).what == verdict::session_expired);
  p.commit_all();
  CHECK(p.answer(done) == errc::none);
  CHECK(p.answer(waiting) == errc::none);
  CHECK(p.log.value("a") == "2");
  CHECK(p.sessions == 2);
}

TEST_CASE("proposer makes up a new session when its open is too old") {
  session_limits limits;
  limits.max_retired = 1;
  proposer_fixture p;
  p.ready();
  p.log = session_fixture{limits};
  for (std::uint64_t i = 1; i <= 3; ++i) {
    p.log.open(i, p.log.index);
    p.log.close(i);
  }
  const auto ticket = p.submit(set("a", "1"));
  p.flush();
  p.commit_all();
  CHECK_FALSE(p.answer(ticket));
  p.flush();
  p.commit_all();
  CHECK(p.answer(ticket) == errc::none);
  CHECK(p.sessions == 2);
}

// -- snapshots in the place of the log ------------------------------------------------------------

TEST_CASE(
    "consensus.md, 9: after a snapshot, what was applied inside it comes back as a duplicate") {
  proposer_fixture p;
  p.ready();
  const auto one = p.submit(set("k", "1"));
  const auto two = p.submit(set("k", "2"));
  p.flush();
  p.behind = true;
  p.commit_all();
  CHECK(p.answers.empty());
  p.install();
  p.flush();
  REQUIRE(p.wire.size() == 1);
  CHECK(shape(p.wire[0]) == "(oo"); // its session's opening was inside as well
  p.submit(set("k", "3"));
  p.commit_all();
  CHECK(p.answer(one) == errc::none);
  CHECK(p.answer(two) == errc::none);
  CHECK(p.results[two]
        == "\x01"
           "1"); // the value that it has replaced then
  CHECK(p.log.value("k") == "2");
  p.flush();
  p.commit_all();
  CHECK(p.log.value("k") == "3");
}

TEST_CASE("what was lost in front of a snapshot is proposed again behind it, and happens once") {
  proposer_fixture p;
  p.ready();
  const auto ticket = p.submit(set("k", "1"));
  p.flush();
  p.wire.clear();
  p.behind = true;
  p.commit(encode(open_envelope{number, sid(7), seconds{60}, 0})); // somebody else's
  p.install();
  p.flush();
  p.commit_all();
  CHECK(p.answer(ticket) == errc::none);
  CHECK(p.log.value("k") == "1");
}

TEST_CASE(
    "an operation whose session has ended inside a snapshot is in doubt, and not done again") {
  for (const bool open_before : {false, true}) {
    CAPTURE(open_before);
    proposer_fixture p;
    p.ready();
    if (open_before) {
      p.submit(set("other", "1"));
      p.flush();
      p.commit_all();
    }
    const auto done = p.submit(map_command::insert(v("k"), v("1")));
    p.flush();
    const auto session = *p.subject.session();
    p.behind = true;
    p.commit_all();
    p.commit(encode(close_envelope{number, session}));
    p.commit(encode(operation_envelope{})); // malformed: for nobody
    const auto fresh = p.submit(set("n", "1"));
    p.install();
    for (int i = 0; i < 3; ++i) {
      p.flush();
      p.commit_all();
    }
    CHECK(p.answer(done) == errc::outcome_unknown);
    CHECK(p.answer(fresh) == errc::none); // was never sent before
    CHECK(*p.subject.session() != session);
    CHECK(p.log.value("k") == "1");
  }
}

TEST_CASE("an operation that was refused in front of a snapshot cannot have happened inside it") {
  proposer_fixture p;
  p.ready();
  p.submit(set("other", "1"));
  p.flush();
  p.commit_all();
  const auto ticket = p.submit(set("k", "1"));
  p.flush();
  const auto batch = p.next();
  p.behind = true;
  p.commit(encode(close_envelope{number, *p.subject.session()}));
  p.refuse(batch);
  p.install();
  p.advance(seconds{1});
  p.commit_all();
  CHECK(p.answer(ticket) == errc::none);
}

} // namespace hamok::state_test
