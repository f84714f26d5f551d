#include "hamok/io/peer_link.hpp"

#include "hamok/io/broker_state.hpp"
#include "hamok/io/peer_session.hpp"

#include <memory>
#include <utility>

namespace hamok {

namespace {

/// The state of the actor on the side that has dialed.
class dialed_link {
public:
  using interface = link_actor;

  dialed_link(caf::io::broker* self, unique_fd socket, link_config config,
              std::string expected_peer, std::string where)
      : self_(self),
        socket_(std::move(socket)),
        config_(std::move(config)),
        expected_peer_(std::move(expected_peer)),
        where_(std::move(where)) {}

  /// Runs in the multiplexer's thread, where the socket belongs from now on.
  caf::behavior make_behavior() {
    monitors_.watch(self_, config_.node, [this](const caf::error&) { session_->node_ended(); });
    compat::on_exit_message(self_, [this](caf::exit_msg& msg) { session_->wind_up(msg.reason); });
    connection conn{self_, self_->add_scribe(socket_.release()), config_.limits};
    session_ = std::make_unique<peer_session>(self_, std::move(conn), std::move(config_), true,
                                              std::move(expected_peer_), std::move(where_));
    session_->start_dialed();
    return session_->make_behavior();
  }

private:
  caf::io::broker* self_;
  unique_fd socket_;
  link_config config_;
  std::string expected_peer_;
  std::string where_;
  compat::monitors monitors_;
  std::unique_ptr<peer_session> session_;
};

} // namespace

link_actor spawn_peer_link(caf::actor_system& system, unique_fd socket, link_config config,
                           std::string expected_peer, std::string where) {
  return spawn_broker_state<dialed_link>(system, std::move(socket), std::move(config),
                                         std::move(expected_peer), std::move(where));
}

} // namespace hamok
