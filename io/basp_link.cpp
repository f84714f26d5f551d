#include "hamok/io/basp_link.hpp"

#include "hamok/actors/placement.hpp"
#include "hamok/io/hidden_request.hpp"
#include "hamok/io/log.hpp"
#include "hamok/io/redial.hpp"
#include "hamok/io/sockets.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor.hpp>
#include <caf/io/network/multiplexer.hpp>
#include <caf/scoped_actor.hpp>

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace hamok {

namespace {

/// Long enough for the multiplexer to have taken up a new doorman, and to have let one go.
constexpr caf::timespan settle_time = std::chrono::milliseconds{20};
/// How long one of two members leaves it to the other to connect.
constexpr caf::timespan head_start = std::chrono::milliseconds{300};
constexpr caf::timespan unpublish_patience = std::chrono::seconds{1};
/// How long an actor system may need to say who it is, once it has accepted a connection.
constexpr caf::timespan handshake_patience = std::chrono::seconds{2};

/// Stands for a published port: ends when it is free again.
class basp_port : public caf::event_based_actor {
public:
  basp_port(caf::actor_config& cfg, node_actor node, std::uint16_t port)
      : caf::event_based_actor(cfg),
        node_(std::move(node)),
        port_(port) {}

  caf::behavior make_behavior() override {
    compat::outlive_errors(this);
    monitors_.watch(this, node_, [this](const caf::error& why) { leave(why); });
    compat::on_exit_message(this, [this](caf::exit_msg& msg) { leave(msg.reason); });
    compat::run_after(this, settle_time, [this] {
      settled_ = true;
      if (leaving_)
        unpublish();
    });
    return {[](caf::unit_t) {}};
  }

  void on_exit() override { node_ = nullptr; }

private:
  void leave(const caf::error& reason) {
    if (std::exchange(leaving_, reason))
      return;
    if (settled_)
      unpublish();
  }

  void unpublish() {
    const auto manager = system().middleman().actor_handle();
    const auto whom = caf::actor_cast<caf::actor_addr>(node_);
    request_of_hidden(
        this, manager, unpublish_patience, [this] { quit_soon(); }, caf::unpublish_atom_v, whom,
        port_);
  }

  void quit_soon() {
    compat::run_after(this, settle_time, [this] { quit(*leaving_); });
  }

  node_actor node_;
  std::uint16_t port_;
  compat::monitors monitors_;
  bool settled_ = false;
  std::optional<caf::error> leaving_;
};

/// The connections that a dialer has given to BASP, so that it can end them.
///
/// One side may use a connection that the other has forgotten: BASP (0.18.7) tidies up after the
/// end of a connection a little later, by the number of its descriptor, which may then be that of
/// the next one already; and whoever comes back sooner than that is taken for one that is still
/// there. Then nothing is heard over the connection for good, until one side closes it.
class basp_connections {
public:
  /// Remembers a connection by a copy of its descriptor.
  void add(unique_fd copy) {
    open_.push_back(std::move(copy));
    forget_ended();
  }

  /// Lets go of those that have ended: a copy of its descriptor keeps a connection half open.
  void forget_ended() {
    std::erase_if(open_, [](const unique_fd& fd) {
      char byte = 0;
      const auto count = ::recv(fd.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
      return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
    });
  }

  /// Ends all; both sides see that at once.
  void end() {
    for (const auto& fd : open_)
      end(fd);
    open_.clear();
  }

  static void end(const unique_fd& copy) { ::shutdown(copy.get(), SHUT_RDWR); }

private:
  std::vector<unique_fd> open_;
};

/// Gets the handle of a published node; runs in the thread of a detached actor, so it may block
/// within its limits.
class basp_dialer {
public:
  basp_dialer(dial_target target, actor_link_options options, link_config config,
              const dial_limits& limits)
      : target_(std::move(target)),
        options_(std::move(options)),
        config_(std::move(config)),
        timeout_(limits.connect_timeout),
        steady_(2 * limits.max_backoff),
        turn_(steady_) {}

  link_actor operator()(caf::actor_system& system) {
    if (yields())
      return {};
    auto node = find(system);
    if (!node)
      return {};
    last_error_.clear();
    linked_ = true;
    return spawn_actor_link(system, std::move(node), target_.peer, "at " + to_string(target_.at),
                            options_, config_);
  }

  /// The link that was given last has ended.
  void ended(const caf::error& reason) {
    if (reason == errc::request_timeout)
      connections_.end();
    else
      connections_.forget_ended();
  }

private:
  /// When two actor systems connect to each other at the same time, BASP closes both connections:
  /// each side takes the one that it has opened for the redundant one. So of two members that know
  /// each other, one gives the other a moment, at the beginning of each round of attempts.
  bool yields() {
    const auto now = std::chrono::steady_clock::now();
    if (std::exchange(linked_, false) || now - last_attempt_ > steady_)
      round_begin_ = now;
    last_attempt_ = now;
    return !target_.peer.empty() && target_.peer < config_.make_hello().self.peer
           && now - round_begin_ < head_start;
  }

  node_actor find(caf::actor_system& system) {
    // BASP gets a socket that is connected. The middleman would open it for all of the application,
    // one after the other and without a limit of its own.
    const auto first = turn_.next(std::chrono::steady_clock::now());
    auto tried = connect_to(target_.at, timeout_, std::chrono::steady_clock::time_point::max(),
                            {target_.look_up, first});
    if (!tried.socket) {
      turn_.failed();
      return failed(std::move(tried.error));
    }
    turn_.connected(tried.turn, std::chrono::steady_clock::now());
    unique_fd copy{::fcntl(tried.socket.get(), F_DUPFD_CLOEXEC, 0)};
    std::string problem = "it is no node of Hamok";
    auto result = shake_hands(system, std::move(tried.socket), tried.at.port, problem);
    if (!result) {
      basp_connections::end(copy); // BASP would keep it for ever
      return failed("cannot get the node at " + to_string(target_.at) + " over BASP: " + problem);
    }
    connections_.add(std::move(copy));
    return result;
  }

  /// What the middleman does behind its request, with a connection of its own.
  node_actor shake_hands(caf::actor_system& system, unique_fd socket, std::uint16_t port,
                         std::string& problem) {
    node_actor result;
    auto& middleman = system.middleman();
    auto scribe = middleman.backend().new_scribe(socket.release());
    caf::scoped_actor self{system};
    compat::request(self.operator->(), middleman.get_named_broker("BASP"), handshake_patience,
                    caf::connect_atom_v, std::move(scribe), port)
        .receive(
            [&](const caf::node_id&, const caf::strong_actor_ptr& found,
                const std::set<std::string>& interface) {
              if (found && system.assignable<node_actor>(interface))
                result = caf::actor_cast<node_actor>(found);
            },
            [&](const caf::error& reason) { problem = caf::to_string(reason); });
    return result;
  }

  /// The same failure again and again is worth one line.
  node_actor failed(std::string why) {
    if (why != last_error_)
      logger()->info("{}", why);
    last_error_ = std::move(why);
    return {};
  }

  dial_target target_;
  actor_link_options options_;
  link_config config_;
  caf::timespan timeout_;
  caf::timespan steady_;
  address_turn turn_;
  basp_connections connections_;
  std::chrono::steady_clock::time_point last_attempt_;
  std::chrono::steady_clock::time_point round_begin_;
  bool linked_ = false;
  std::string last_error_;
};

} // namespace

caf::expected<listening> spawn_basp_port(caf::actor_system& system, const endpoint& at,
                                         bool allow_insecure, node_actor node) {
  if (!system.has_middleman())
    return make_error(errc::invalid_config,
                      "links over BASP need an actor system with caf::io::middleman");
  auto bound = listen_on(at, allow_insecure);
  if (!bound.socket)
    return make_error(errc::invalid_config, bound.error);
  // What `publish` does behind its request, which would wait for the thread that may be ours.
  auto& middleman = system.middleman();
  auto doorman = middleman.backend().new_doorman(bound.socket.release());
  compat::anon_send(middleman.get_named_broker("BASP"), caf::publish_atom_v, std::move(doorman),
                    bound.at.port, caf::actor_cast<caf::strong_actor_ptr>(node),
                    system.message_types<node_actor>());
  auto actor = system.spawn<basp_port, caf::hidden>(std::move(node), bound.at.port);
  return listening{caf::actor_cast<caf::actor>(actor), std::move(bound.at)};
}

dialer_actor spawn_basp_dialer(caf::actor_system& system, dial_target target,
                               actor_link_options options, link_config config, dial_limits limits) {
  auto node = config.node;
  return caf::actor_cast<dialer_actor>(
      // Not hidden: the actor system waits for its thread.
      system.spawn<compat::shell<redial<basp_dialer>, caf::event_based_actor>, caf::detached>(
          basp_dialer{std::move(target), std::move(options), std::move(config), limits},
          std::move(node), limits));
}

} // namespace hamok
