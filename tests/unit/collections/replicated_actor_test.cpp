// The collection actor against a log that loses, refuses and repeats.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

namespace hamok::state_test {

namespace {

using maybe_text = std::optional<std::string>;

/// The whole digest, once the member has applied as much as any.
collection_status settled(fake_cluster& cluster, std::size_t which, raft::index_t index) {
  auto map = cluster.map_of(which);
  for (int i = 0; i < 10'000; ++i) {
    auto status = map.status(seconds{5});
    REQUIRE(status);
    if (status->applied_index >= index)
      return *status;
  }
  FAIL("the member does not get there");
  return {};
}

/// How a write with this deadline ends; waits longer for that than a thread would.
caf::error outcome_of_write(fake_cluster& cluster, caf::timespan timeout) {
  caf::scoped_actor self{cluster.system()};
  caf::error result;
  compat::request(self.operator->(), cluster.members[0].actor, seconds{20},
                  execute{set("a", "1"), timeout})
      .receive([](const blob&) {}, [&](const caf::error& reason) { result = reason; });
  return result;
}

} // namespace

TEST_CASE("a collection is created and answers its callers with results") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  const auto ready = map.await_ready();
  REQUIRE(ready);
  CHECK(ready->number == 1);
  CHECK_FALSE(ready->existed);
  CHECK(*map.set("a", "1").get() == std::nullopt);
  CHECK(*map.set("a", "2").get() == maybe_text{"1"});
  CHECK(map.size() == 1);
}

TEST_CASE("a caller sees its own acknowledged write at once, without a message") {
  fake_cluster cluster;
  auto map = cluster.map_of<std::string, int>(0);
  for (int i = 0; i < 200; ++i) {
    REQUIRE(map.set("k", i).get());
    REQUIRE(**map.get("k") == i);
  }
}

TEST_CASE("operations wait for a leader and then go out as one batch") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.await_ready());
  cluster.lead(false);
  REQUIRE(map.status()); // the notice goes by way of the hub; this is only the first of two hops
  std::vector<future<maybe_text>> answers;
  const auto before = cluster.control->batches();
  for (int i = 0; i < 100; ++i)
    answers.push_back(map.set("k" + std::to_string(i), "v", seconds{20}));
  cluster.lead();
  for (auto& answer : answers)
    REQUIRE(answer.get());
  CHECK(map.size() == 100);
  CHECK(cluster.control->batches() - before <= 100);
}

TEST_CASE("what is lost, refused or repeated on the way takes effect exactly once") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.await_ready());
  cluster.control->plan({fate::lose, fate::refuse, fate::repeat, fate::refuse, fate::repeat,
                         fate::lose, fate::commit, fate::repeat},
                        fate::repeat);
  std::vector<future<maybe_text>> answers;
  for (int i = 0; i < 50; ++i)
    answers.push_back(map.insert("k" + std::to_string(i), "v", seconds{20}));
  for (auto& answer : answers) {
    auto result = answer.get();
    REQUIRE(result);
    CHECK(*result == std::nullopt); // inserted: nobody was there before
  }
}

TEST_CASE("a deadline without any leader says that it cannot have happened") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.await_ready());
  cluster.tell(leader_notice{std::nullopt, 9});
  const auto reason = outcome_of_write(cluster, milliseconds{30});
  CHECK(reason == errc::no_leader);
  CHECK(cannot_have_happened(reason));
}

TEST_CASE("a deadline with every attempt refused says that it cannot have happened") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.await_ready());
  cluster.control->plan({}, fate::refuse);
  const auto reason = outcome_of_write(cluster, milliseconds{50});
  // The deadline may come while the last refusal is on its way.
  CHECK((reason == errc::request_timeout || reason == errc::outcome_unknown));
  cluster.control->plan({}, fate::commit);
  CHECK(map.set("b", "1").get());
}

TEST_CASE("a deadline with an attempt that vanished says that it may have happened") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.await_ready());
  cluster.control->plan({}, fate::lose);
  const auto reason = outcome_of_write(cluster, milliseconds{50});
  CHECK(reason == errc::outcome_unknown);
  CHECK_FALSE(cannot_have_happened(reason));
  cluster.control->plan({}, fate::commit);
  CHECK(map.set("b", "1").get());
}

TEST_CASE("a stopped member refuses at once") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.await_ready());
  cluster.control->plan({}, fate::stop);
  CHECK(code_of(map.set("a", "1", seconds{30}).get()) == errc::stopped);
}

TEST_CASE("a collection of another kind refuses everything by name") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.await_ready());
  cluster.tell(collection_created{5, {"c", "queue", {}, {}, {}}, errc::kind_mismatch});
  CHECK(code_of(map.set("a", "1").get()) == errc::kind_mismatch);
  CHECK(code_of(map.await_ready()) == errc::kind_mismatch);
}

TEST_CASE("closing answers what comes with closed, and opening once more takes it back") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.set("a", "1").get());
  map.close();
  CHECK(code_of(map.set("a", "2").get()) == errc::closed);
  CHECK(map.closed());
  cluster.created(errc::none);
  // The second opening goes by way of the hub.
  auto result = map.set("a", "3").get();
  for (int i = 0; i < 10'000 && !result; ++i)
    result = map.set("a", "3").get();
  REQUIRE(result);
  CHECK(*result == maybe_text{"1"});
  CHECK(map.await_ready()->existed);
}

TEST_CASE("a creation that is committed behind a close opens nothing; opening once more does") {
  const auto initial = encode_map_content(kv({{"a", std::string(lost_creation, 'x')}}));
  const collection_spec spec{"c", "map", {}, {}, {}};
  for (const bool created_first : {true, false}) {
    CAPTURE(created_first);
    fake_cluster cluster{1, "map", initial}; // the creation does not come by itself
    auto map = cluster.map_of(0);
    map.close();
    REQUIRE(map.closed());
    if (created_first) {
      cluster.tell(collection_created{1, spec, errc::none});
      const auto status = map.status();
      REQUIRE(status);
      CHECK(status->number == 1);
      CHECK(status->closed);
      CHECK(code_of(map.set("a", "1").get()) == errc::closed);
    }
    cluster.tell(collection_created{created_first ? 1U : 0U, spec, errc::none});
    CHECK_FALSE(map.closed());
    if (!created_first)
      cluster.tell(collection_created{1, spec, errc::none});
    CHECK(map.await_ready(seconds{20}));
    CHECK(*map.set("a", "1", seconds{20}).get() == std::nullopt);
  }
}

TEST_CASE("members agree: same content, same digest, same answers") {
  fake_cluster cluster{3};
  auto one = cluster.map_of(0);
  auto two = cluster.map_of(1);
  REQUIRE(one.await_ready());
  REQUIRE(two.await_ready());
  CHECK(two.await_ready()->existed);
  cluster.control->plan({}, fate::repeat);
  std::vector<future<maybe_text>> answers;
  for (int i = 0; i < 100; ++i) {
    answers.push_back(one.set("k" + std::to_string(i % 10), "one" + std::to_string(i)));
    answers.push_back(two.set("k" + std::to_string(i % 10), "two" + std::to_string(i)));
  }
  for (auto& answer : answers)
    REQUIRE(answer.get());
  const auto last = std::max(one.status()->applied_index, two.status()->applied_index);
  const auto first = settled(cluster, 0, last);
  for (std::size_t i = 1; i < 3; ++i) {
    const auto other = settled(cluster, i, last);
    if (other.applied_index == first.applied_index)
      CHECK(other.digest == first.digest);
    CHECK(other.digest.slice(0, 16) == first.digest.slice(0, 16));
    CHECK(other.size == 10);
  }
}

TEST_CASE("initial content is there on all members from the start") {
  const auto initial = encode_map_content(kv({{"a", "1"}, {"b", ""}}));
  fake_cluster cluster{2, "map", initial};
  for (std::size_t i = 0; i < 2; ++i) {
    auto map = cluster.map_of(i);
    REQUIRE(map.await_ready());
    CHECK(**map.get("a") == "1");
    CHECK(**map.get("b") == "");
  }
}

TEST_CASE("an operation that is larger than a message is applied whole") {
  fake_cluster cluster{2};
  auto map = cluster.map_of(0);
  std::vector<std::pair<std::string, std::string>> entries;
  for (int i = 0; i < 500; ++i)
    entries.emplace_back("k" + std::to_string(i), std::string(100, 'x'));
  cluster.control->plan({fate::commit, fate::lose, fate::commit, fate::refuse});
  REQUIRE(map.set_all(entries, seconds{20}).get());
  CHECK(map.size() == 500);
}

TEST_CASE("a session that ends on the cluster's clock is replaced unnoticed") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  for (int i = 0; i < 5; ++i) {
    cluster.control->advance_clock(seconds{100});
    const auto previous = map.set("k", std::to_string(i)).get();
    REQUIRE(previous);
    CHECK(*previous == (i == 0 ? maybe_text{} : maybe_text{std::to_string(i - 1)}));
  }
}

TEST_CASE("when the actor dies, threads that wait are told, and none is forgotten") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.await_ready());
  cluster.control->plan({}, fate::lose);
  auto waiting = map.set("a", "1", seconds{20});
  REQUIRE(map.status()); // it has arrived
  caf::anon_send_exit(map.actor(), caf::exit_reason::kill);
  CHECK(code_of(waiting.get()) == errc::outcome_unknown);
  CHECK(cluster.members[0].access.calls->size() == 0);
}

TEST_CASE("the applier is told how far a collection is") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.set("a", "1").get());
  const auto applied = map.status()->applied_index;
  for (int i = 0; i < 10'000 && cluster.control->confirmed() < applied; ++i)
    REQUIRE(map.status());
  CHECK(cluster.control->confirmed() >= applied);
}

TEST_CASE("when the actor ends, what cannot have happened is told as such") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.await_ready());
  cluster.tell(leader_notice{std::nullopt, 9});
  auto thread = map.set("a", "1", seconds{20});
  caf::scoped_actor self{cluster.system()};
  auto promise =
      compat::request(self.ptr(), map.actor(), seconds{20}, execute{set("b", "1"), seconds{20}});
  REQUIRE(map.status()); // both have arrived
  cluster.end(0);
  CHECK(code_of(thread.get()) == errc::stopped);
  caf::error reason;
  std::move(promise).receive([](const blob&) {}, [&](const caf::error& why) { reason = why; });
  CHECK(reason == errc::stopped);
  CHECK(cannot_have_happened(reason));
}

TEST_CASE("a collection ends for its applier only") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.set("a", "1").get());
  cluster.system().spawn([actor = map.actor()](caf::event_based_actor* self) {
    self->link_to(actor);
    self->quit(caf::exit_reason::remote_link_unreachable);
  });
  caf::anon_send_exit(map.actor(), caf::exit_reason::user_shutdown);
  for (int i = 0; i < 100; ++i)
    REQUIRE(map.set("a", "2").get());
}

TEST_CASE("only the applier is believed about the log and the leader") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.set("a", "1").get());
  const auto before = map.status();
  REQUIRE(before);
  compat::anon_send(map.actor(), leader_notice{std::nullopt, 99, errc::stopped});
  compat::anon_send(map.actor(),
                    collection_created{5, {"c", "queue", {}, {}, {}}, errc::kind_mismatch});
  compat::anon_send(map.actor(), apply_batch{{{before->applied_index + 1000, {}, b("x")}}});
  CHECK(*map.set("a", "2", seconds{20}).get() == maybe_text{"1"});
  CHECK(map.status()->applied_index < before->applied_index + 1000);
}

TEST_CASE("a member that takes no part says why, at once, to what waits and to what comes") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.set("a", "1").get());
  cluster.tell(leader_notice{std::nullopt, 9});
  auto waiting = map.set("a", "2", seconds{30});
  REQUIRE(map.status()); // it has arrived
  cluster.tell(leader_notice{the_leader, 9, errc::storage_failed});
  CHECK(code_of(waiting.get()) == errc::storage_failed);
  CHECK(code_of(map.set("a", "3", seconds{30}).get()) == errc::storage_failed);
  CHECK(map.await_created()); // what needs no log goes on
  cluster.tell(leader_notice{the_leader, 10});
  CHECK(*map.set("a", "4", seconds{20}).get() == maybe_text{"1"});
}

TEST_CASE("a member that was removed leaves nobody waiting for what it will never hear of") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.set("a", "1").get());
  cluster.control->plan({}, fate::lose);
  const auto batches = cluster.control->batches();
  auto in_doubt = map.set("a", "2", seconds{30});
  for (int i = 0; i < 10'000 && cluster.control->batches() == batches; ++i)
    REQUIRE(map.status());
  REQUIRE(cluster.control->batches() > batches);
  cluster.tell(leader_notice{std::nullopt, 9});
  auto unsent = map.set("a", "3", seconds{30});
  REQUIRE(map.status()); // it has arrived
  cluster.tell(leader_notice{std::nullopt, 9, errc::refused_retired});
  CHECK(code_of(in_doubt.get()) == errc::outcome_unknown);
  CHECK(code_of(unsent.get()) == errc::refused_retired);
  CHECK(code_of(map.set("a", "4", seconds{30}).get()) == errc::refused_retired);
}

TEST_CASE("a creation that is too large for the log is told to those who wait") {
  const auto initial = encode_map_content(kv({{"a", std::string(refused_creation, 'x')}}));
  fake_cluster cluster{1, "map", initial};
  auto map = cluster.map_of(0);
  CHECK(code_of(map.set("b", "1", seconds{30}).get()) == errc::too_large);
  CHECK(code_of(map.await_ready(seconds{30})) == errc::too_large);
}

TEST_CASE("a creation that goes on behind its caller's back is in doubt") {
  const auto initial = encode_map_content(kv({{"a", std::string(lost_creation, 'x')}}));
  fake_cluster cluster{1, "map", initial};
  auto map = cluster.map_of(0);
  CHECK(code_of(map.await_ready(milliseconds{30})) == errc::outcome_unknown);
}

TEST_CASE("a collection takes a bounded number of subscribers and of waiters") {
  const auto initial = encode_map_content(kv({{"a", std::string(lost_creation, 'x')}}));
  fake_cluster cluster{1, "map", initial};
  const auto actor = cluster.members[0].actor;
  std::vector<caf::actor> subscribers;
  caf::scoped_actor self{cluster.system()};
  caf::error reason;
  for (int i = 0; i < 1025 && !reason; ++i) {
    subscribers.push_back(cluster.system().spawn<caf::hidden>(
        [] { return caf::behavior{[](const collection_event&) {}}; }));
    compat::request(self.ptr(), actor, seconds{20}, subscribe_v, subscribers.back())
        .receive([] {}, [&](const caf::error& why) { reason = why; });
  }
  CHECK(reason == errc::overloaded);
  CHECK(subscribers.size() == 1025);
  for (const auto& one : subscribers)
    caf::anon_send_exit(one, caf::exit_reason::kill);
  for (int i = 0; i < 4096; ++i)
    compat::request(self.ptr(), actor, seconds{20}, await_ready_v, caf::timespan{seconds{20}});
  reason = {};
  compat::request(self.ptr(), actor, seconds{20}, await_ready_v, caf::timespan{seconds{20}})
      .receive([](const collection_status&) {}, [&](const caf::error& why) { reason = why; });
  CHECK(reason == errc::overloaded);
}

TEST_CASE("an infinite timeout is a very long one") {
  fake_cluster cluster;
  auto map = cluster.map_of(0);
  REQUIRE(map.await_ready(caf::infinite));
  CHECK(map.set("a", "1", caf::infinite).get());
  caf::scoped_actor self{cluster.system()};
  bool done = false;
  map.set(self, "a", "2", caf::infinite)
      .receive([&](const maybe_text&) { done = true; }, [](const caf::error&) {});
  CHECK(done);
}

} // namespace hamok::state_test
