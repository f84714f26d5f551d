#include "hamok/io/accepted_link.hpp"

#include "hamok/actors/interfaces/endpoint.hpp"
#include "hamok/io/broker_state.hpp"
#include "hamok/io/client_session.hpp"
#include "hamok/io/log.hpp"
#include "hamok/io/peer_session.hpp"

#include <caf/actor.hpp>

#include <spdlog/spdlog.h>

#include <optional>
#include <string>
#include <utility>

namespace hamok {

namespace {

/// Adds one to a number as long as it lives.
class counted {
public:
  counted(std::shared_ptr<connection_counts> owner, std::atomic<std::size_t>& number) noexcept
      : owner_(std::move(owner)),
        number_(number) {
    ++number_;
  }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { --number_; }

private:
  std::shared_ptr<connection_counts> owner_;
  std::atomic<std::size_t>& number_;
};

class accepted_link {
public:
  using interface = caf::actor;

  accepted_link(caf::io::broker* self, caf::io::connection_handle handle, link_config config,
                const std::shared_ptr<connection_counts>& counts)
      : self_(self),
        connection_(self, handle, config.limits),
        config_(std::move(config)),
        counts_(counts),
        all_(counts, counts->all),
        unfinished_(std::in_place, counts, counts->unfinished) {}

  caf::behavior make_behavior() {
    where_ = connection_.remote();
    monitors_.watch(self_, config_.node, [this](const caf::error&) { node_ended(); });
    compat::on_exit_message(self_, [this](caf::exit_msg& msg) { wind_up(msg.reason); });
    connection_.start();
    compat::run_after(self_, config_.limits.hello_timeout, [this] {
      if (!peer_ && !client_)
        refuse(errc::request_timeout, "nothing that makes a hello has come in time");
    });
    return {
        [this](const caf::io::new_data_msg& msg) { on_data(msg); },
        [this](const caf::io::data_transferred_msg& msg) { connection_.transferred(msg); },
        [this](const caf::io::connection_closed_msg&) { quit(errc::connection_lost); },
        [this](caf::flush_atom) { connection_.flush(); },
    };
  }

private:
  void wind_up(const caf::error& reason) {
    if (peer_)
      peer_->wind_up(reason);
    else if (client_)
      client_->wind_up(reason);
    else
      connection_.leave(reason);
  }

  void node_ended() {
    if (peer_)
      peer_->node_ended();
    else if (client_)
      client_->node_ended();
    else
      quit(errc::stopped);
  }

  void on_data(const caf::io::new_data_msg& msg) {
    if (connection_.finishing())
      return;
    connection_.feed(msg);
    const auto first = connection_.next();
    if (!first) {
      if (connection_.parser_error() != errc::none)
        refuse(connection_.parser_error(), "the bytes are no frames of this protocol");
      return;
    }
    if (first->type == frame_type::hello)
      become_peer_link(*first);
    else if (first->type == frame_type::client_hello)
      become_client_link(*first);
    else
      refuse(errc::refused_malformed, "the first frame is no hello");
  }

  void become_peer_link(const frame& first) {
    peer_ = std::make_unique<peer_session>(self_, std::move(connection_), std::move(config_), false,
                                           std::string{}, where_);
    peer_->when_up([this] { unfinished_.reset(); });
    self_->become(peer_->make_behavior());
    peer_->start_accepted(first);
  }

  void become_client_link(const frame& first) {
    if (counts_->clients >= counts_->max_clients)
      return refuse(errc::overloaded, "there are too many clients");
    as_client_.emplace(counts_, counts_->clients);
    client_ =
        std::make_unique<client_session>(self_, std::move(connection_), std::move(config_), where_);
    client_->when_up([this] { unfinished_.reset(); });
    self_->become(client_->make_behavior());
    client_->start(first);
  }

  void refuse(errc reason, const std::string& text) {
    if (connection_.finishing())
      return;
    logger()->warn("connection from {}: refused: {} ({})", where_, text, to_string(reason));
    // Without the port: who comes again and again is told of once in a while only.
    compat::send(
        self_, config_.node,
        event::error{reason, "connection from " + host_part(where_) + ": refused: " + text});
    const refusal word{reason, text};
    connection_.write_frame(frame_type::refused, [&word](raft::writer& out) { encode(word, out); });
    connection_.finish();
    compat::run_after(self_, config_.limits.linger, [this, reason] { quit(reason); });
  }

  void quit(errc reason) { connection_.leave(make_error(reason)); }

  caf::io::broker* self_;
  connection connection_;
  link_config config_;
  std::shared_ptr<connection_counts> counts_;
  counted all_;
  std::optional<counted> unfinished_;
  std::optional<counted> as_client_;
  std::string where_;
  compat::monitors monitors_;
  std::unique_ptr<peer_session> peer_;
  std::unique_ptr<client_session> client_;
};

} // namespace

void spawn_accepted(caf::io::broker* owner, caf::io::connection_handle handle, link_config config,
                    std::shared_ptr<connection_counts> counts) {
  auto scribe = owner->take(handle);
  if (!scribe)
    return;
  auto child =
      spawn_broker_state<accepted_link>(owner->system(), handle, std::move(config), counts);
  auto* raw = caf::actor_cast<caf::abstract_actor*>(child);
  static_cast<caf::io::broker*>(raw)->move_scribe(std::move(scribe));
}

} // namespace hamok
