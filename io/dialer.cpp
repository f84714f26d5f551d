#include "hamok/io/dialer.hpp"

#include "hamok/actors/placement.hpp"
#include "hamok/io/backoff.hpp"
#include "hamok/io/log.hpp"
#include "hamok/io/peer_link.hpp"
#include "hamok/io/redial.hpp"
#include "hamok/io/sockets.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace hamok {

namespace {

/// Connects a socket; runs in the thread of a detached actor, so it may block within its limits.
class socket_dialer {
public:
  socket_dialer(dial_target target, link_config config, caf::timespan timeout)
      : target_(std::move(target)),
        config_(std::move(config)),
        timeout_(timeout) {}

  link_actor operator()(caf::actor_system& system) {
    auto result = connect_to(target_.at, timeout_);
    if (!result.socket) {
      // The same failure again and again is worth one line.
      if (result.error != last_error_)
        logger()->info("{}", result.error);
      last_error_ = std::move(result.error);
      return {};
    }
    last_error_.clear();
    return spawn_peer_link(system, std::move(result.socket), config_, target_.peer,
                           to_string(target_.at));
  }

private:
  dial_target target_;
  link_config config_;
  caf::timespan timeout_;
  std::string last_error_;
};

using dialer_state = redial<socket_dialer>;

} // namespace

dialer_actor spawn_dialer(caf::actor_system& system, dial_target target, link_config config,
                          dial_limits limits) {
  auto node = config.node;
  return caf::actor_cast<dialer_actor>(
      // Not hidden: the actor system waits for its thread.
      system.spawn<compat::shell<dialer_state, caf::event_based_actor>, caf::detached>(
          socket_dialer{std::move(target), std::move(config), limits.connect_timeout},
          std::move(node), limits));
}

} // namespace hamok
