// The remote map on a member alone, which leads.

#include "hamok/collections/memory_remote_storage.hpp"
#include "hamok/collections/remote_map.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

namespace hamok::state_test {

namespace {

using texts = remote_map<std::string, std::string>;

struct lone_remote_map {
  explicit lone_remote_map(remote_storage_ptr with = std::make_shared<memory_remote_storage>())
      : storage(std::move(with)),
        cluster(1, "remote_map"),
        facade("c", member().actor, member().access) {
    member().access.storages->put("c", storage);
  }

  fake_cluster::member& member() { return cluster.members.at(0); }

  /// The member takes part, and leads.
  void lead() {
    cluster.tell(peers_notice{the_leader, {the_leader}, {}});
    cluster.lead();
  }
  errc outcome(const blob& operation) {
    caf::scoped_actor self{cluster.system()};
    auto result = errc::none;
    compat::request(self.ptr(), facade.actor(), seconds{20}, execute{operation, seconds{10}})
        .receive([](const blob&) {},
                 [&](const caf::error& reason) { result = static_cast<errc>(reason.code()); });
    return result;
  }

  remote_storage_ptr storage;
  fake_cluster cluster;
  texts facade;
};

blob bytes(const std::string& text) {
  return blob::from_string(text);
}

} // namespace

TEST_CASE(
    "operations of a remote map wait for a leader that executes, and no longer than they say") {
  lone_remote_map lone;
  auto waiting = lone.facade.set("k", "1", seconds{20});
  const auto late = lone.facade.set("k", "2", milliseconds{100}).get();
  REQUIRE_FALSE(late);
  CHECK(late.error() == errc::outcome_unknown); // it is in the log
  lone.lead();
  CHECK(*waiting.get() == std::nullopt);
  CHECK(*lone.facade.set("k", "3", seconds{20}).get() == "2");
}

TEST_CASE("operations of a remote map that nobody can create cannot have happened") {
  fake_cluster cluster(1, "remote_map", blob::from_string(std::string(lost_creation, 'x')));
  const texts facade{"c", cluster.members[0].actor, cluster.members[0].access};
  const auto refused = facade.set("k", "1", milliseconds{50}).get();
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == errc::request_timeout);
}

TEST_CASE("a remote map refuses what it does not understand before it is in the log") {
  lone_remote_map lone;
  lone.lead();
  REQUIRE(lone.facade.await_ready());
  for (const auto* text : {"", "\x01", "\x0c", "\x7f"})
    CHECK(lone.outcome(bytes(text)) == errc::bad_command);
  const std::string large(remote_limit::operation_bytes, 'x');
  CHECK(code_of(lone.facade.set("k", large).get()) == errc::too_large);
  CHECK(lone.outcome(remote_operation::read(bytes("\x7f"))) == errc::bad_command);
  CHECK(lone.outcome(remote_operation::read(map_query::size())) == errc::none);
  CHECK(lone.cluster.control->batches() == 0);
}

TEST_CASE("a remote map says how far its execution is") {
  lone_remote_map lone;
  lone.lead();
  REQUIRE(lone.facade.set("k", "1", seconds{20}).get());
  caf::scoped_actor self{lone.cluster.system()};
  remote_summary summary;
  compat::request(self.ptr(), lone.facade.actor(), seconds{20}, read_state{remote_query::summary()})
      .receive([&](const blob& answer) { REQUIRE(decode(answer, summary)); },
               [](const caf::error& reason) { FAIL(to_string(reason)); });
  CHECK(summary.waiting == 0);
  CHECK(summary.reported > 0);
  CHECK(summary.executor > 0);
  CHECK_FALSE(summary.owner.none());
}

TEST_CASE("callers of a remote map hear of its end, and of a close") {
  {
    lone_remote_map lone(nullptr);
    lone.lead();
    REQUIRE(lone.facade.await_ready());
    auto waiting = lone.facade.set("k", "1", seconds{20});
    CHECK(code_of(lone.facade.get("k").get()) == errc::remote_unavailable);
    REQUIRE_FALSE(waiting.wait_for(milliseconds{50}));
    lone.facade.close();
    CHECK(code_of(waiting.get()) == errc::outcome_unknown);
    CHECK(code_of(lone.facade.set("k", "2").get()) == errc::closed);
  }
  lone_remote_map lone(nullptr);
  lone.lead();
  REQUIRE(lone.facade.await_ready());
  auto waiting = lone.facade.set("k", "1", seconds{20});
  REQUIRE_FALSE(waiting.wait_for(milliseconds{50}));
  lone.cluster.end(0);
  CHECK(code_of(waiting.get()) == errc::outcome_unknown);
}

TEST_CASE("a drained remote map has no caller that waits") {
  lone_remote_map lone;
  auto waiting = lone.facade.set("k", "1", seconds{20});
  REQUIRE(lone.facade.await_ready());
  caf::scoped_actor self{lone.cluster.system()};
  auto drained = compat::request(self.operator->(), lone.facade.actor(), seconds{20}, drain_v);
  CHECK_FALSE(waiting.wait_for(milliseconds{50}));
  lone.lead();
  std::move(drained).receive([] {}, [](const caf::error& reason) { FAIL(to_string(reason)); });
  CHECK(waiting.wait_for(milliseconds{0}));
}

} // namespace hamok::state_test
