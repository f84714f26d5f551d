// What every actor of Hamok gets from compat::spawn.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/error.hpp"
#include "hamok/actors/placement.hpp"
#include "hamok/actors/status_collector.hpp"
#include "hamok/tests/catch.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using namespace hamok;

namespace {

/// Answers with its status, and does nothing else.
struct quiet_state {
  using interface = collection_status_collector;

  explicit quiet_state(self_ptr) {}

  interface::behavior_type make_behavior() {
    return {[](get_status) { return std::vector<collection_status>(3); }};
  }
};

/// Throws, whatever it is asked.
struct throwing_state {
  using interface = collection_status_collector;

  explicit throwing_state(self_ptr) {}

  interface::behavior_type make_behavior() {
    return {[](get_status) -> std::vector<collection_status> {
      throw std::runtime_error{"no such thing"};
    }};
  }
};

} // namespace

TEST_CASE("an exception ends an actor, and its reason says what was thrown") {
  caf::actor_system_config cfg;
  cfg.load<caf::io::middleman>();
  caf::actor_system system{cfg};
  for (const auto where : {placement::scheduler, placement::multiplexer}) {
    const auto actor = compat::spawn<throwing_state>(system, where);
    caf::scoped_actor self{system};
    self->monitor(actor);
    compat::anon_send(actor, get_status_v);
    std::string reason;
    self->receive([&](const caf::down_msg& down) { reason = text_of(down.reason); });
    CHECK(reason == "no such thing");
  }
}

TEST_CASE("an actor outlives an error message that it did not ask for") {
  caf::actor_system_config cfg;
  cfg.load<caf::io::middleman>();
  caf::actor_system system{cfg};
  for (const auto where : {placement::scheduler, placement::multiplexer}) {
    const auto actor = compat::spawn<quiet_state>(system, where);
    compat::anon_send(caf::actor_cast<caf::actor>(actor), make_error(errc::stopped));
    caf::scoped_actor self{system};
    std::size_t answered = 0;
    compat::request(self.operator->(), actor, std::chrono::seconds{20}, get_status_v)
        .receive([&](const std::vector<collection_status>& all) { answered = all.size(); },
                 [](const caf::error& reason) { FAIL(to_string(reason)); });
    CHECK(answered == 3);
    compat::anon_send(caf::actor_cast<caf::actor>(actor),
                      caf::exit_msg{{}, caf::exit_reason::kill});
  }
}
