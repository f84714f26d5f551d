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
  socket_dialer(dial_target target, link_config config, const dial_limits& limits)
      : target_(std::move(target)),
        config_(std::move(config)),
        timeout_(limits.connect_timeout),
        turn_(2 * limits.max_backoff) {}

  link_actor operator()(caf::actor_system& system) {
    const auto first = turn_.next(std::chrono::steady_clock::now());
    auto result = connect_to(target_.at, timeout_, std::chrono::steady_clock::time_point::max(),
                             {target_.look_up, first});
    if (!result.socket) {
      turn_.failed();
      // The same failure again and again is worth one line.
      if (result.error != last_error_)
        logger()->info("{}", result.error);
      last_error_ = std::move(result.error);
      return {};
    }
    turn_.connected(result.turn, std::chrono::steady_clock::now());
    last_error_.clear();
    return spawn_peer_link(system, std::move(result.socket), config_, target_.peer,
                           to_string(target_.at));
  }

private:
  dial_target target_;
  link_config config_;
  caf::timespan timeout_;
  address_turn turn_;
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
          socket_dialer{std::move(target), std::move(config), limits}, std::move(node), limits));
}

} // namespace hamok
