// `request_timeout` of a node, of a collection and of a call: which of them counts, within which
// bounds, and what happens just before, at and behind it.

#include "hamok/actors/interfaces/config.hpp"
#include "hamok/collections/map.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"
#include "hamok/tests/unit/collections/proposer_harness.hpp"

namespace hamok::state_test {

namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;

bool accepts_timeout(caf::timespan timeout) {
  node_config config;
  config.request_timeout = timeout;
  return config.validate().empty();
}

/// The limit that an operation has with these three.
caf::timespan limit_with(caf::timespan of_node, caf::timespan of_collection,
                         caf::timespan of_call) {
  const auto collection = bounded(of_collection, of_node);
  return bounded(of_call, collection);
}

/// How an operation ends whose answer comes so long after it was asked for, with five seconds.
std::optional<errc> answered_after(raft::duration time) {
  proposer_fixture p;
  p.ready();
  const auto ticket = p.submit(set("a", "1"), seconds{5});
  p.flush();
  p.advance(time);
  p.commit_all();
  return p.answer(ticket);
}

/// One whose leader refuses it all the time.
std::optional<errc> refused_for(raft::duration time) {
  proposer_fixture p;
  p.ready();
  const auto ticket = p.submit(set("a", "1"), seconds{5});
  p.flush();
  p.refuse(p.next());
  p.advance(time);
  return p.answer(ticket);
}

/// Whether an operation of a cluster without a leader is still waited for after a while.
bool still_waiting(const future<std::optional<std::string>>& answer) {
  return !answer.wait_for(milliseconds{300});
}

} // namespace

TEST_CASE("a node's request timeout is refused outside of its bounds") {
  CHECK(!accepts_timeout(nanoseconds{-1}));
  CHECK(!accepts_timeout(nanoseconds{0}));
  CHECK(accepts_timeout(nanoseconds{1}));
  CHECK(accepts_timeout(hours{24}));
  CHECK(!accepts_timeout(hours{24} + nanoseconds{1}));
}

TEST_CASE("a call's timeout counts before its collection's, and that before the node's") {
  CHECK(limit_with(seconds{1}, {}, {}) == seconds{1});
  CHECK(limit_with(seconds{1}, seconds{2}, {}) == seconds{2});
  CHECK(limit_with(seconds{1}, seconds{2}, seconds{3}) == seconds{3});
  CHECK(limit_with(seconds{1}, {}, seconds{3}) == seconds{3});
  // Nobody waits for longer than a day, and nobody can ask for less than nothing.
  CHECK(limit_with(seconds{1}, hours{24}, {}) == hours{24});
  CHECK(limit_with(seconds{1}, hours{24} + nanoseconds{1}, {}) == hours{24});
  CHECK(limit_with(seconds{1}, {}, hours{24}) == hours{24});
  CHECK(limit_with(seconds{1}, {}, caf::infinite) == hours{24});
  CHECK(limit_with(seconds{1}, {}, nanoseconds{1}) == nanoseconds{1});
  CHECK(limit_with(seconds{1}, seconds{2}, nanoseconds{-1}) == seconds{2});
}

TEST_CASE("an answer counts until the timeout, and from then on the outcome is unknown") {
  CHECK(answered_after(seconds{5} - nanoseconds{1}) == errc::none);
  CHECK(answered_after(seconds{5}) == errc::outcome_unknown);
  CHECK(answered_after(seconds{5} + nanoseconds{1}) == errc::outcome_unknown);
}

TEST_CASE("what nobody has taken until the timeout ends with it") {
  CHECK(refused_for(seconds{5} - nanoseconds{1}) == std::nullopt);
  CHECK(refused_for(seconds{5}) == errc::request_timeout);
  CHECK(refused_for(seconds{5} + nanoseconds{1}) == errc::request_timeout);
}

TEST_CASE("a facade takes the timeout of the node, or its own, or that of the call") {
  fake_cluster cluster;
  auto& member = cluster.members[0];
  const auto open = [&](caf::timespan of_node, caf::timespan of_collection) {
    member.access.request_timeout = of_node;
    map_options<std::string> options;
    options.request_timeout = of_collection;
    return cluster.map_of(0, options);
  };
  cluster.tell(leader_notice{std::nullopt, 9}); // nothing is answered before its time
  // Below: whoever may wait for an hour still waits.
  CHECK(still_waiting(open(hours{1}, {}).set("a", "1")));
  CHECK(still_waiting(open(milliseconds{1}, hours{1}).set("a", "1")));
  CHECK(still_waiting(open(milliseconds{1}, milliseconds{1}).set("a", "1", hours{1})));
  // At and above: the shortest time ends long before the others would.
  CHECK(code_of(open(milliseconds{50}, {}).set("a", "1").get()) == errc::no_leader);
  CHECK(code_of(open(hours{1}, milliseconds{50}).set("a", "1").get()) == errc::no_leader);
  CHECK(code_of(open(hours{1}, hours{1}).set("a", "1", milliseconds{50}).get()) == errc::no_leader);
}

} // namespace hamok::state_test
