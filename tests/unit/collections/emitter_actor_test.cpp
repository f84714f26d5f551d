// The emitter on a member alone.

#include "hamok/collections/emitter.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/collections/fake_cluster.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_response_promise.hpp>

#include <atomic>
#include <thread>

namespace hamok::state_test {

namespace {

struct tick {
  int number = 0;
};

template <class Inspector>
bool inspect(Inspector& f, tick& x) {
  return f.object(x).fields(f.field("number", x.number));
}

namespace other {
struct tick {
  static constexpr std::string_view event_name = "another tick";
};
} // namespace other

using clock_emitter = emitter<tick>;

const raft::member_id myself{"me", {0, 1}};

struct lone_emitter {
  lone_emitter() : cluster(1, "emitter"), facade("c", member().actor, member().access) {}

  fake_cluster::member& member() { return cluster.members.at(0); }

  /// The member's node has begun, and takes part.
  void begin() {
    REQUIRE(facade.await_ready());
    cluster.tell(peers_notice{myself, {myself}, {}});
  }

  fake_cluster cluster;
  clock_emitter facade;
};

/// What a slow subscriber has been asked and has been told.
struct slowness {
  std::atomic<std::size_t> asked{0};
  std::atomic<std::uint64_t> missed{0};
};

/// Answers nothing until it is told to.
caf::behavior slow(caf::event_based_actor* self, const std::shared_ptr<slowness>& numbers) {
  auto held = std::make_shared<std::vector<caf::typed_response_promise<void>>>();
  return {[self, held, numbers](const emitted_event&) {
            ++numbers->asked;
            auto promise = self->make_response_promise<void>();
            held->push_back(promise);
            return promise;
          },
          [numbers](const event::lagged& what) { numbers->missed += what.count; },
          [held](caf::flush_atom) {
            for (auto& one : std::exchange(*held, {}))
              one.deliver();
          }};
}

bool soon(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + seconds{20};
  while (!condition())
    if (std::chrono::steady_clock::now() > end)
      return false;
    else
      std::this_thread::yield();
  return true;
}

} // namespace

TEST_CASE("an event type is called what it says, or as the compiler writes it") {
  CHECK(event_name_of<other::tick>() == "another tick");
  CHECK(event_name_of<std::string_view>().find("string_view") != std::string_view::npos);
  CHECK(event_name_of<int>() == "int");
  CHECK(event_name_of<raft::member_id>() == "hamok::raft::member_id");
}

TEST_CASE("requests to an emitter wait until its member takes part, and no longer than they say") {
  lone_emitter lone;
  REQUIRE(lone.facade.await_ready());
  const auto early = lone.facade.publish(tick{1}, milliseconds{50}).get();
  REQUIRE_FALSE(early);
  CHECK(early.error() == errc::request_timeout);
  auto waiting = lone.facade.publish(tick{2}, seconds{20});
  lone.begin();
  const auto answer = waiting.get();
  REQUIRE(answer);
  CHECK(*answer == publish_result{});
}

TEST_CASE("an emitter refuses what is larger than its limits") {
  lone_emitter lone;
  lone.begin();
  emitter_request request;
  request.what = emitter_verb::publish;
  request.event = std::string(emitter_limit::name_bytes + 1, 'x');
  caf::scoped_actor self{lone.cluster.system()};
  const auto outcome = [&](const emitter_request& what) {
    auto result = errc::none;
    compat::request(self.ptr(), lone.facade.actor(), seconds{20}, what)
        .receive([](const blob&) {},
                 [&](const caf::error& reason) { result = static_cast<errc>(reason.code()); });
    return result;
  };
  CHECK(outcome(request) == errc::too_large);
  request.event = "x";
  CHECK(outcome(request) == errc::none);
  request.content = blob::from_vector(std::vector<std::byte>(emitter_limit::payload_bytes + 1));
  CHECK(outcome(request) == errc::too_large);
  request.content = {};
  request.what = emitter_verb::subscribe;
  CHECK(outcome(request) == errc::bad_command); // nobody to subscribe
}

TEST_CASE("a collection of another kind is no emitter") {
  fake_cluster cluster;
  const clock_emitter facade{"c", cluster.members[0].actor, cluster.members[0].access};
  const auto refused = facade.publish(tick{1}).get();
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == errc::not_supported);
}

TEST_CASE("a slow subscriber is asked no more than fits, and hears what it has missed") {
  lone_emitter lone;
  lone.begin();
  auto numbers = std::make_shared<slowness>();
  auto subscriber = lone.cluster.system().spawn(slow, numbers);
  REQUIRE(lone.facade.subscribe<tick>(subscriber));
  const auto room = fake_cluster::options().max_buffered_events;
  for (std::size_t i = 0; i < room + 7; ++i)
    REQUIRE_FALSE(lone.facade.notify(tick{static_cast<int>(i)}));
  REQUIRE(soon([&] { return lone.facade.stats()->published == room + 7; }));
  CHECK(soon([&] { return numbers->asked == room; }));
  CHECK(lone.facade.stats()->received == room);
  CHECK(lone.facade.stats()->failed == 7);
  const auto refused = lone.facade.publish(tick{0}).get();
  REQUIRE(refused);
  CHECK(refused->failed == std::vector<std::pair<std::string, errc>>{{"me", errc::overloaded}});
  compat::anon_send(subscriber, caf::flush_atom_v);
  CHECK(soon([&] { return numbers->missed == 8; }));
  CHECK(soon([&] { return lone.facade.stats()->delivered == room; }));
  caf::anon_send_exit(subscriber, caf::exit_reason::user_shutdown);
}

TEST_CASE("what the log says of subscribers that are not there any more is put right") {
  lone_emitter lone;
  lone.begin();
  caf::scoped_actor self{lone.cluster.system()};
  const auto log = [&](const blob& command) {
    compat::request(self.ptr(), lone.facade.actor(), seconds{20}, execute{command, seconds{20}})
        .receive([](const blob&) {}, [](const caf::error& reason) { FAIL(to_string(reason)); });
  };
  const auto name = event_name_of<tick>();
  log(emitter_command::subscribe(name, {myself, 77}, {})); // of an earlier actor
  CHECK(soon([&] { return !lone.facade.has_subscribers<tick>(); }));
  std::atomic<int> heard{0};
  REQUIRE(lone.facade.subscribe<tick>([&](const tick& x) { heard = x.number; }));
  log(emitter_command::remove_member(myself)); // by mistake
  CHECK(soon([&] { return lone.facade.has_subscribers<tick>(); }));
  CHECK(soon([&] {
    const auto result = lone.facade.publish(tick{5}).get();
    return result && result->handled.size() == 1;
  }));
  CHECK(heard == 5);
}

TEST_CASE("another life of a member brings its subscriptions along") {
  lone_emitter lone;
  lone.begin();
  REQUIRE(lone.facade.subscribe<tick>([](const tick&) {}, "mine"));
  const raft::member_id reborn{"me", {0, 2}};
  lone.cluster.tell(leader_notice{reborn, 9});
  lone.cluster.tell(peers_notice{reborn, {reborn}, {}});
  CHECK(soon([&] {
    const auto known = lone.facade.subscriptions<tick>();
    return known && known->size() == 1 && known->front().member == reborn
           && known->front().metadata == "mine";
  }));
}

} // namespace hamok::state_test
