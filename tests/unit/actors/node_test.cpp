#include "hamok/actors/node_actor.hpp"
#include "hamok/tests/unit/actors/recorder.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>

namespace hamok::test {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

node_config local_config(std::vector<peer_endpoint> members = {}) {
  node_config result;
  result.peer_id = "a";
  result.link = link_kind::local;
  result.initial_members = std::move(members);
  return result;
}

/// A node actor that `validate()` has not looked at.
struct node_fixture : system_fixture {
  explicit node_fixture(node_config config)
      : actor(spawn_node_actor(system, std::move(config), {})) {}
  node_fixture(const node_fixture&) = delete;
  node_fixture& operator=(const node_fixture&) = delete;
  ~node_fixture() { caf::anon_send_exit(actor, caf::exit_reason::user_shutdown); }

  template <class... Ts>
  caf::error ask(Ts&&... xs) {
    caf::scoped_actor self{system};
    caf::error problem;
    compat::request(self.ptr(), actor, caf::timespan{20s}, std::forward<Ts>(xs)...)
        .receive([] {}, [&problem](caf::error& reason) { problem = std::move(reason); });
    return problem;
  }

  node_actor actor;
};

} // namespace

TEST_CASE("a hello that the others could not read is no start") {
  auto config = local_config();
  config.app_data = R"({"a":")" + std::string(40'000, 'x') + R"("})";
  node_fixture fix{std::move(config)};
  const auto problem = fix.ask(start_node_v);
  CHECK(problem == errc::invalid_config);
  CHECK(text_of(problem).find("app-data") != std::string::npos);
}

TEST_CASE("a member whose endpoint is none is told, not passed over") {
  auto config = local_config({{"a", ""}, {"b", "nonsense"}});
  config.link = link_kind::broker;
  node_fixture fix{std::move(config)};
  auto seen = std::make_shared<record<std::string>>();
  const auto listener = fix.system.spawn<caf::hidden>([seen] {
    return event_listener([seen](const any_event& value) { seen->add(to_string(value)); });
  });
  REQUIRE(!fix.ask(subscribe_v, listener));
  REQUIRE(!fix.ask(start_node_v));
  CHECK(eventually([&] {
    for (const auto& line : seen->get())
      if (line.starts_with("error code=invalid_config text=\"'b' cannot be dialed"))
        return true;
    return false;
  }));
  caf::anon_send_exit(listener, caf::exit_reason::user_shutdown);
}

TEST_CASE("a stop waits for its own links, whatever an earlier stop has waited for") {
  node_fixture fix{local_config({{"a", ""}, {"b", ""}})};
  // A link that does not end when it is told to.
  const auto hangs = caf::actor_cast<link_actor>(fix.system.spawn<caf::hidden>([] {
    return caf::behavior{[](close_link, const caf::error&) {}, [](const peer_word&) {}};
  }));
  link_hello said;
  said.remote.cluster = "hamok";
  said.remote.self = {"b", {1, 1}};
  said.remote.state_kinds = state_registry::instance().kinds();
  said.dialed = true;
  said.epoch = 1;

  REQUIRE(!fix.ask(start_node_v));
  REQUIRE(!fix.ask(stop_node_v)); // at once; its timer goes off in a second
  const auto first = clock::now();
  REQUIRE(eventually([&] { return clock::now() - first > 500ms; }));
  REQUIRE(!fix.ask(start_node_v));
  REQUIRE(!fix.ask(said, hangs));
  compat::anon_send(fix.actor, link_opened_v, said.remote, hangs);
  const auto second = clock::now();
  const auto problem = fix.ask(stop_node_v);
  INFO(to_string(problem));
  CHECK(!problem);
  CHECK(clock::now() - second > 900ms);
  caf::anon_send_exit(hangs, caf::exit_reason::kill);
}

TEST_CASE("a callback that throws keeps nobody from hearing") {
  system_fixture fix;
  auto config = local_config();
  config.auto_start = false;
  auto made = spawn_node(fix.system, config);
  REQUIRE(made);
  auto seen = std::make_shared<record<std::string>>();
  const auto bad = made->on_any([](const any_event&) { throw std::runtime_error("no"); });
  const auto good = made->on_any([seen](const any_event& value) { seen->add(to_string(value)); });
  REQUIRE(!made->start());
  CHECK(eventually([&] { return seen->size() >= 2; }));
  good.cancel();
  good.cancel(); // once more does nothing
}

TEST_CASE("a node that is gone is calling nobody, were it somebody who has cancelled meanwhile") {
  system_fixture fix;
  auto config = local_config();
  config.auto_start = false;
  std::atomic<bool> inside{false};
  std::atomic<bool> cancelled{false};
  std::atomic<bool> returned{false};
  {
    auto made = spawn_node(fix.system, config);
    REQUIRE(made);
    const auto slow = made->on_any([&](const any_event&) {
      inside = true;
      static_cast<void>(eventually([&] { return cancelled.load(); }));
      std::this_thread::sleep_for(100ms); // longer than the node needs to end
      returned = true;
    });
    REQUIRE(!made->start());
    REQUIRE(eventually([&] { return inside.load(); }));
    slow.cancel();
    cancelled = true;
  }
  CHECK(returned);
}

} // namespace hamok::test
