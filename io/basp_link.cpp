#include "hamok/io/basp_link.hpp"

#include "hamok/actors/placement.hpp"
#include "hamok/io/log.hpp"
#include "hamok/io/redial.hpp"
#include "hamok/io/sockets.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor.hpp>
#include <caf/io/network/multiplexer.hpp>
#include <caf/scoped_actor.hpp>

#include <spdlog/spdlog.h>

#include <optional>
#include <set>
#include <utility>

namespace hamok {

namespace {

/// Long enough for the multiplexer to have taken up a new doorman, and to have let one go.
constexpr caf::timespan settle_time = std::chrono::milliseconds{20};
/// How long one of two members leaves it to the other to connect.
constexpr caf::timespan head_start = std::chrono::milliseconds{300};
constexpr caf::timespan unpublish_patience = std::chrono::seconds{1};

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
    compat::request(this, manager, unpublish_patience, caf::unpublish_atom_v, whom, port_)
        .then([this] { quit_soon(); }, [this](const caf::error&) { quit_soon(); });
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
    // The middleman connects for all of the application, one after the other and without a limit of
    // its own: it gets only addresses where somebody answers.
    const auto first = turn_.next(std::chrono::steady_clock::now());
    auto tried = connect_to(target_.at, timeout_, std::chrono::steady_clock::time_point::max(),
                            {target_.look_up, first});
    if (!tried.socket) {
      turn_.failed();
      return failed(std::move(tried.error));
    }
    turn_.connected(tried.turn, std::chrono::steady_clock::now());
    tried.socket.reset();
    node_actor result;
    std::string problem = "it is no node of Hamok";
    caf::scoped_actor self{system};
    compat::request(self.operator->(), system.middleman().actor_handle(), timeout_,
                    caf::connect_atom_v, tried.at.host, tried.at.port)
        .receive(
            [&](const caf::node_id&, const caf::strong_actor_ptr& found,
                const std::set<std::string>& interface) {
              if (found && system.assignable<node_actor>(interface))
                result = caf::actor_cast<node_actor>(found);
            },
            [&](const caf::error& reason) { problem = caf::to_string(reason); });
    if (!result)
      return failed("cannot get the node at " + to_string(target_.at) + " over BASP: " + problem);
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
