#include "hamok/io/listener.hpp"

#include "hamok/io/accepted_link.hpp"
#include "hamok/io/broker_state.hpp"
#include "hamok/io/sockets.hpp"

#include <caf/io/system_messages.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace hamok {

namespace {

/// How often a listener that has stopped accepting looks whether it may go on.
constexpr caf::timespan retry_accept = std::chrono::milliseconds{20};

/// Long enough for the multiplexer to have taken up a new doorman.
constexpr caf::timespan settle_time = std::chrono::milliseconds{20};

class listener_state {
public:
  using interface = caf::actor;

  listener_state(caf::io::broker* self, unique_fd socket, listener_config config)
      : self_(self),
        socket_(std::move(socket)),
        config_(std::move(config)),
        counts_(std::make_shared<connection_counts>()) {
    counts_->max_clients = config_.max_connections - config_.max_connections / 4;
  }

  caf::behavior make_behavior() {
    // Whoever accepts for a node ends with it.
    monitors_.watch(self_, config_.link.node, [this](const caf::error& why) { leave(why); });
    compat::on_exit_message(self_, [this](caf::exit_msg& msg) { leave(msg.reason); });
    doorman_ = self_->add_doorman(socket_.release());
    compat::run_after(self_, settle_time, [this] {
      settled_ = true;
      if (leaving_)
        self_->quit(*leaving_);
    });
    return {
        [this](const caf::io::new_connection_msg& msg) { on_connection(msg); },
        [this](const caf::io::acceptor_closed_msg&) { self_->quit(make_error(errc::stopped)); },
    };
  }

private:
  /// A doorman that comes and goes within one round of the multiplexer would never be closed, and
  /// its port would stay taken.
  void leave(const caf::error& reason) {
    if (settled_)
      self_->quit(reason);
    else
      leaving_ = reason;
  }

  void on_connection(const caf::io::new_connection_msg& msg) {
    spawn_accepted(self_, msg.handle, config_.link, counts_);
    if (!full())
      return;
    // Without descriptors the accept loop would spin, so we stop long before that.
    self_->halt(doorman_);
    if (!std::exchange(halted_, true))
      compat::run_after(self_, retry_accept, [this] { try_again(); });
  }

  void try_again() {
    if (full()) {
      compat::run_after(self_, retry_accept, [this] { try_again(); });
      return;
    }
    halted_ = false;
    self_->trigger(doorman_);
    // A halt that is taken back within one round of the multiplexer can be lost: say it twice.
    compat::run_after(self_, retry_accept, [this] {
      if (!halted_)
        self_->trigger(doorman_);
    });
  }

  [[nodiscard]] bool full() const noexcept {
    return counts_->unfinished >= config_.max_unfinished || counts_->all >= config_.max_connections;
  }

  caf::io::broker* self_;
  unique_fd socket_;
  listener_config config_;
  std::shared_ptr<connection_counts> counts_;
  caf::io::accept_handle doorman_;
  compat::monitors monitors_;
  bool halted_ = false;
  bool settled_ = false;
  std::optional<caf::error> leaving_;
};

} // namespace

caf::expected<listening> spawn_listener(caf::actor_system& system, listener_config config) {
  // The application needs descriptors too, and without any left accepting would spin.
  config.max_connections = std::min(config.max_connections, descriptor_limit() / 2);
  auto bound = listen_on(config.at, config.allow_insecure);
  if (!bound.socket)
    return make_error(errc::invalid_config, bound.error);
  auto actor =
      spawn_broker_state<listener_state>(system, std::move(bound.socket), std::move(config));
  return listening{std::move(actor), std::move(bound.at)};
}

} // namespace hamok
