// Operations of remote clients under sessions of their own.

#include "hamok/collections/client_calls.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/proposer_harness.hpp"

namespace hamok::state_test {

namespace {

/// Client calls on virtual time, with a log by hand.
struct client_fixture {
  token_source tokens;
  client_calls subject;
  session_fixture log;
  raft::timestamp now = seconds{1000};
  std::vector<proposer_batch> wire;
  std::map<std::uint64_t, std::pair<errc, std::string>> answers;
  std::uint64_t next_ticket = 1;

  explicit client_fixture(proposer_config config = {}) : subject(std::move(config), tokens) {
    subject.created(number);
    subject.leader_changed(leader_a, 1, now);
  }

  std::uint64_t submit(std::uint64_t session, std::uint64_t sequence, blob command,
                       raft::duration timeout = seconds{5}, std::uint64_t first = 1) {
    const auto ticket = next_ticket++;
    execute_in_session call;
    call.session = sid(session);
    call.sequence = sequence;
    call.first_outstanding = first;
    call.command = std::move(command);
    call.opened_after = log.index;
    if (const auto refused = subject.submit(ticket, call, now + timeout, now);
        refused != errc::none)
      answers[ticket] = {refused, ""};
    return ticket;
  }

  void take(proposer_output out) {
    for (auto& answer : out.answers)
      answers[answer.ticket] = {answer.failure, std::string{answer.result.text()}};
    for (auto& batch : out.batches)
      wire.push_back(std::move(batch));
  }
  void flush() {
    proposer_output out;
    subject.flush(now, log.state, out);
    take(std::move(out));
  }
  void advance(raft::duration by) {
    now += by;
    proposer_output out;
    subject.tick(now, log.state, out);
    take(std::move(out));
  }
  void commit(const proposer_batch& batch) {
    for (const auto& entry : batch.commands) {
      proposer_output out;
      subject.applied(log.apply(entry), now, out);
      take(std::move(out));
    }
  }
  void commit_all() {
    while (!wire.empty())
      commit(next());
  }
  proposer_batch next() {
    auto batch = std::move(wire.at(0));
    wire.erase(wire.begin());
    return batch;
  }
  std::optional<errc> answer(std::uint64_t ticket) const {
    const auto found = answers.find(ticket);
    return found != answers.end() ? std::optional{found->second.first} : std::nullopt;
  }
};

} // namespace

TEST_CASE("a client's session is opened along with its first operations") {
  client_fixture c;
  const auto one = c.submit(1, 1, set("a", "1"));
  const auto two = c.submit(1, 2, set("a", "2"));
  const auto other = c.submit(2, 1, set("b", "1"));
  c.flush();
  REQUIRE(c.wire.size() == 1);
  CHECK(shape(c.wire[0]) == "(oo(o");
  c.commit_all();
  CHECK(c.answer(one) == errc::none);
  CHECK(c.answers[two].second
        == "\x01"
           "1");
  CHECK(c.answer(other) == errc::none);
  c.submit(1, 3, set("a", "3"));
  c.flush();
  CHECK(shape(c.wire.at(0)) == "o");
}

TEST_CASE("a client that asks again gets the stored result") {
  client_fixture c;
  c.submit(1, 1, set("a", "1"));
  c.submit(1, 2, set("a", "2"));
  c.flush();
  c.commit_all();
  const auto again = c.submit(1, 2, set("a", "2"));
  const auto twice = c.submit(1, 2, set("a", "2"));
  c.flush();
  c.commit_all();
  CHECK(c.answers[again].second
        == "\x01"
           "1");
  CHECK(c.answers[twice].second
        == "\x01"
           "1");
  CHECK(c.subject.outstanding() == 0);
}

TEST_CASE("a client's operation is proposed again after a refusal, a silence and a new leader") {
  client_fixture c;
  const auto ticket = c.submit(1, 1, set("a", "1"), seconds{60});
  c.flush();
  c.subject.refused(c.next().token, c.now);
  c.advance(milliseconds{10});
  REQUIRE(c.wire.size() == 1);
  c.next(); // lost; the first silence was longer by then
  c.advance(milliseconds{1000});
  REQUIRE(c.wire.size() == 1);
  const auto lost = c.next();
  c.subject.leader_changed(leader_b, 2, c.now);
  c.advance(raft::duration{0});
  REQUIRE(c.wire.size() == 1);
  CHECK(shape(c.wire[0]) == "(o");
  c.commit_all();
  CHECK(c.answer(ticket) == errc::none);
  c.commit(lost);
  CHECK(c.log.value("a") == "1");
}

TEST_CASE("a client's operation that overtook a lower one is tried again") {
  client_fixture c;
  const auto second = c.submit(1, 2, set("a", "2"));
  c.flush();
  c.commit_all();
  CHECK_FALSE(c.answer(second));
  const auto first = c.submit(1, 1, set("a", "1"));
  c.flush();
  c.commit_all();
  CHECK(c.answer(first) == errc::none);
  c.advance(milliseconds{10});
  c.commit_all();
  CHECK(c.answer(second) == errc::none);
  CHECK(c.log.value("a") == "2");
}

TEST_CASE("consensus.md, 9: a client hears session_expired when its session has ended") {
  client_fixture c;
  c.submit(1, 1, set("a", "1"));
  c.flush();
  c.commit_all();
  c.log.close(1);
  const auto ticket = c.submit(1, 2, set("a", "2"));
  c.flush();
  c.commit_all();
  CHECK(c.answer(ticket) == errc::session_expired);
  CHECK(c.log.value("a") == "1");
}

TEST_CASE("a client's deadline says whether it can have happened") {
  client_fixture c;
  const auto lost = c.submit(1, 1, set("a", "1"), seconds{1});
  c.flush();
  c.next();
  const auto refused = c.submit(2, 1, set("b", "1"), seconds{1});
  c.flush();
  c.subject.refused(c.next().token, c.now + seconds{2});
  c.subject.leader_changed(std::nullopt, 2, c.now);
  const auto leaderless = c.submit(3, 1, set("c", "1"), milliseconds{500});
  c.flush();
  c.advance(seconds{1});
  CHECK(c.answer(lost) == errc::outcome_unknown);
  CHECK(c.answer(refused) == errc::request_timeout);
  CHECK(c.answer(leaderless) == errc::no_leader);
  CHECK(c.subject.outstanding() == 0);
  CHECK(c.subject.deadline() == never);
}

TEST_CASE("a client's command that is too large for a batch goes in parts") {
  proposer_config config;
  config.max_batch_bytes = 50;
  client_fixture c{config};
  const auto ticket = c.submit(1, 1, set("a", std::string(200, 'x')));
  c.flush();
  CHECK(c.wire.size() >= 4);
  for (const auto& batch : c.wire)
    CHECK(shape(batch) == "(o"); // each finds its session, whatever becomes of the others
  c.commit_all();
  CHECK(c.answer(ticket) == errc::none);
  CHECK(c.log.value("a") == std::string(200, 'x'));
}

TEST_CASE("a client's nonsense is refused at once") {
  proposer_config config;
  config.max_outstanding = 1;
  client_fixture c{config};
  CHECK(c.answer(c.submit(1, 0, {})) == errc::bad_command);
  CHECK(c.answer(c.submit(1, 1, {}, seconds{5}, 0)) == errc::bad_command);
  CHECK(c.answer(c.submit(1, 1, {}, seconds{5}, 2)) == errc::bad_command);
  CHECK(c.answer(c.submit(1, ~std::uint64_t{0}, {})) == errc::bad_command);
  CHECK_FALSE(c.answer(c.submit(1, 1, {})));
  CHECK(c.answer(c.submit(1, 2, {})) == errc::overloaded);
}

TEST_CASE("closing answers clients, too") {
  client_fixture c;
  const auto sent = c.submit(1, 1, set("a", "1"));
  c.flush();
  const auto waiting = c.submit(1, 2, set("a", "1"));
  proposer_output out;
  c.subject.fail_all(errc::closed, out);
  c.take(std::move(out));
  CHECK(c.answer(sent) == errc::outcome_unknown);
  CHECK(c.answer(waiting) == errc::closed);
  CHECK(c.subject.outstanding() == 0);
}

TEST_CASE("after a snapshot, calls are sent again, and what was applied inside it is a duplicate") {
  client_fixture c;
  const auto ticket = c.submit(1, 1, set("k", "1"));
  c.flush();
  for (const auto& entry : c.next().commands)
    c.log.apply(entry); // on other members
  c.subject.installed(c.now);
  c.advance(milliseconds{1});
  REQUIRE(c.wire.size() == 1);
  CHECK(shape(c.wire[0]) == "o");
  c.commit_all();
  CHECK(c.answer(ticket) == errc::none);
  CHECK(c.log.value("k") == "1");
}

TEST_CASE("a call whose session has ended inside a snapshot is in doubt, and expired without one") {
  for (const bool inside : {false, true}) {
    CAPTURE(inside);
    client_fixture c;
    const auto ticket = c.submit(1, 1, set("k", "1"));
    c.flush();
    if (inside)
      for (const auto& entry : c.next().commands)
        c.log.apply(entry);
    else
      c.log.open(1);
    c.log.close(1);
    if (inside)
      c.subject.installed(c.now);
    c.advance(milliseconds{1});
    c.commit_all();
    CHECK(c.answer(ticket) == (inside ? errc::outcome_unknown : errc::session_expired));
  }
}

} // namespace hamok::state_test
