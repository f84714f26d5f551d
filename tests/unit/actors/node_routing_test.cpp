#include "hamok/actors/node_actor.hpp"
#include "hamok/tests/unit/actors/recorder.hpp"

#include <caf/send.hpp>

namespace hamok::test {

namespace {

/// A node alone, with a stand-in for its only collection.
struct routing_fixture : system_fixture {
  routing_fixture() {
    node_config config;
    config.peer_id = "a";
    config.link = link_kind::local;
    node_parts parts;
    parts.spawn_collection = [this](const collection_context& context, const collection_spec&) {
      origin = context.origin;
      collection = system.spawn([this] {
        return caf::behavior{
            [](const collection_created&) {},
            [](const apply_batch&) {},
            [](const leader_notice&) {},
            [this](const proposal_refused& x) { refused.add(x); },
            [this](const direct_reply& x, const raft::member_id&) { answers.add(x); },
            [this](const peers_notice& x) { peers.add(x); },
            [](get_status) { return collection_status{}; }};
      });
      return caf::expected<collection_actor>{caf::actor_cast<collection_actor>(collection)};
    };
    node = spawn_node_actor(system, std::move(config), std::move(parts));
    ask<caf::unit_t>(start_node_v);
    ask<collection_actor>(open_collection_v, collection_spec{"x", "emitter", {}, {}});
    const auto status = ask<node_status>(get_status_v);
    self = {status.peer_id, status.incarnation};
  }

  ~routing_fixture() {
    kill(node);
    kill(collection);
    node = nullptr;
    collection = nullptr;
  }

  template <class T, class... Ts>
  T ask(Ts&&... xs) {
    caf::scoped_actor asking{system};
    T result{};
    auto handle = compat::request(asking.ptr(), node, std::chrono::seconds{10}, xs...);
    auto failed = [](const caf::error& reason) { FAIL(to_string(reason)); };
    if constexpr (std::is_same_v<T, caf::unit_t>)
      std::move(handle).receive([] {}, failed);
    else
      std::move(handle).receive([&](T& answer) { result = std::move(answer); }, failed);
    return result;
  }

  record<proposal_refused> refused;
  record<direct_reply> answers;
  record<peers_notice> peers;
  std::atomic<std::uint64_t> origin{0};
  node_actor node;
  caf::actor collection;
  raft::member_id self;
};

} // namespace

TEST_CASE("that another member takes no part any more says nothing about this one") {
  routing_fixture fix;
  const auto told = [&](std::optional<raft::member_id> via, errc reason) {
    const auto before = fix.refused.size();
    compat::anon_send(fix.node, proposal_refused{std::move(via), fix.origin, 7, reason});
    REQUIRE(eventually([&] { return fix.refused.size() > before; }));
    return fix.refused.get().back().reason;
  };
  for (const auto& via : {std::optional<raft::member_id>{}, std::optional{fix.self}}) {
    for (const auto reason : {errc::stopped, errc::closed, errc::storage_failed})
      CHECK(told(via, reason) == errc::not_leader);
    CHECK(told(via, errc::overloaded) == errc::overloaded);
    CHECK(told(via, errc::too_large) == errc::too_large);
  }
}

TEST_CASE("only the applier is believed about what is applied") {
  routing_fixture fix;
  compat::anon_send(fix.node, applied_up_to{1'000'000});
  CHECK(fix.ask<node_status>(get_status_v).applied_index < 1'000'000);
}

TEST_CASE("a message to a life that is not linked is answered at once") {
  routing_fixture fix;
  const raft::member_id bob{"bob", {1, 2}};
  compat::anon_send(fix.node, bob, direct_message{1, fix.origin, 7, {}});
  REQUIRE(eventually([&] { return fix.answers.size() == 1; }));
  CHECK(fix.answers.get().back().request == 7);
  CHECK(fix.answers.get().back().reason == errc::connection_lost);
  fix.ask<caf::unit_t>(stop_node_v);
  compat::anon_send(fix.node, bob, direct_message{1, fix.origin, 8, {}});
  REQUIRE(eventually([&] { return fix.answers.size() == 2; }));
  CHECK(fix.answers.get().back().reason == errc::stopped);
}

TEST_CASE("collections that talk are told who takes part") {
  routing_fixture fix;
  CHECK(eventually([&] {
    const auto told = fix.peers.get();
    return !told.empty() && told.back().self == fix.self && told.back().linked.empty()
           && told.back().members == std::vector{fix.self};
  }));
}

} // namespace hamok::test
