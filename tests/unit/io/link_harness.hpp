#pragma once

// Every kind of link behind one interface, for tests that hold for all of them.

#include "hamok/io/basp_link.hpp"
#include "hamok/io/custom_link.hpp"
#include "hamok/io/dialer.hpp"
#include "hamok/io/listener.hpp"
#include "hamok/io/local_link.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/io/fake_node.hpp"
#include "hamok/tests/unit/io/stalling_proxy.hpp"

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace hamok::testing {

/// One member, and what it has going.
struct link_side {
  link_side(caf::actor_system& where, const std::string& id)
      : system(where),
        name(id),
        node(where, id) {
    node.limits.ping_interval = 20ms;
    node.limits.silence_limit = 60s; // where it matters the case sets another
    node.limits.linger = 50ms;
  }
  link_side(const link_side&) = delete;
  link_side& operator=(const link_side&) = delete;
  ~link_side() {
    for (const auto& dialer : dialers)
      caf::anon_send_exit(dialer, caf::exit_reason::user_shutdown);
    if (port) {
      caf::anon_send_exit(port, caf::exit_reason::user_shutdown);
      caf::scoped_actor self{system};
      self->wait_for(port); // hidden: its actor system does not wait for it
    }
  }

  [[nodiscard]] node_record& record() const { return *node.record; }

  caf::actor_system& system;
  std::string name; ///< by which others look for it, whatever it says of itself
  fake_member node;
  endpoint at;
  caf::actor port;
  std::vector<dialer_actor> dialers;
};

/// The kind of link that a case is about. `alpha` can be found, `beta` dials.
class links {
public:
  links() = default;
  links(const links&) = delete;
  links& operator=(const links&) = delete;
  virtual ~links() = default;

  /// Whether one side knows at once when the end of the other, or its node, has died.
  static constexpr bool notices_death = true;
  /// Whether the side that is dialed does not know yet by whom.
  static constexpr bool anonymous = true;

  virtual link_side& add(const std::string& id) = 0;
  /// Others can dial it from now on.
  virtual void open(link_side& side) = 0;
  void dial(link_side& from, link_side& to) {
    from.dialers.push_back(make_dialer(from, to));
    compat::anon_send(from.dialers.back(), caf::connect_atom_v);
  }
  /// Nothing comes through, without a word.
  virtual void freeze() = 0;
  /// All that is open passes again.
  virtual void thaw() = 0;
  /// New links pass; whoever has missed the end of an old one does not hear of it.
  virtual void let_new_pass() = 0;

  link_side& alpha() { return *alpha_; }
  link_side& beta() { return *beta_; }

  /// Beta has dialed alpha, and both know it.
  void link() {
    begin();
    REQUIRE(alpha().record().wait_linked("beta"));
    REQUIRE(beta().record().wait_linked("alpha"));
  }
  void begin() {
    open(alpha());
    open(beta());
    dial(beta(), alpha());
  }

protected:
  virtual dialer_actor make_dialer(link_side& from, link_side& to) = 0;
  void set_up() {
    alpha_ = &add("alpha");
    beta_ = &add("beta");
  }

private:
  link_side* alpha_ = nullptr;
  link_side* beta_ = nullptr;
};

/// A TCP connection, with a proxy in between.
class broker_links : public links {
public:
  broker_links() { set_up(); }

  link_side& add(const std::string& id) override { return sides_.emplace_back(io_.system, id); }

  void open(link_side& side) override {
    listener_config config;
    config.at = {"127.0.0.1", 0};
    config.link = side.node.config();
    auto result = spawn_listener(io_.system, std::move(config));
    REQUIRE(result);
    side.port = result->actor;
    side.at = proxies_.emplace_back(result->at).at();
  }

  void freeze() override {
    for (auto& proxy : proxies_)
      proxy.freeze();
  }
  void thaw() override {
    for (auto& proxy : proxies_)
      proxy.thaw();
  }
  void let_new_pass() override {
    for (auto& proxy : proxies_)
      proxy.let_new_pass();
  }

protected:
  dialer_actor make_dialer(link_side& from, link_side& to) override {
    return spawn_dialer(io_.system, {to.name, to.at}, from.node.config());
  }

private:
  io_system io_;
  std::list<stalling_proxy> proxies_;
  std::list<link_side> sides_;
};

/// What the kinds without a proxy have in common.
class network_links : public links {
public:
  void freeze() override {
    for (const auto* one : {"alpha", "beta"})
      for (const auto* other : {"alpha", "beta"})
        network_->cut(one, other);
  }
  void thaw() override { network_->heal_all(); }
  void let_new_pass() override { network_->heal_all(); }

protected:
  std::shared_ptr<local_network> network_ = std::make_shared<local_network>();
};

/// One actor system without the middleman.
class local_links : public network_links {
public:
  local_links() { set_up(); }
  ~local_links() override {
    for (const auto& side : sides_)
      leave_local_nodes(io_.system, "test", side.name, side.node.node);
  }

  link_side& add(const std::string& id) override {
    auto& side = sides_.emplace_back(io_.system, id);
    side.record().actor_options = {placement::scheduler, network_};
    return side;
  }

  void open(link_side& side) override {
    side.node.let_in();
    REQUIRE(!enter_local_nodes(io_.system, "test", side.name, side.node.node));
  }

protected:
  dialer_actor make_dialer(link_side& from, link_side& to) override {
    return spawn_local_dialer(io_.system, "test", to.name, from.record().actor_options,
                              from.node.config());
  }

private:
  io_system io_{false};
  std::list<link_side> sides_;
};

/// An actor system for each member.
class basp_links : public network_links {
public:
  basp_links() { set_up(); }

  link_side& add(const std::string& id) override {
    auto& side = sides_.emplace_back(systems_.emplace_back().system, id);
    side.record().actor_options = {placement::automatic, network_};
    return side;
  }

  void open(link_side& side) override {
    side.node.let_in();
    auto result = spawn_basp_port(side.system, {"127.0.0.1", 0}, false, side.node.node);
    REQUIRE(result);
    side.port = result->actor;
    side.at = result->at;
  }

protected:
  dialer_actor make_dialer(link_side& from, link_side& to) override {
    return spawn_basp_dialer(from.system, {to.name, to.at}, from.record().actor_options,
                             from.node.config());
  }

private:
  std::list<io_system> systems_;
  std::list<link_side> sides_;
};

/// The test carries the frames, by the names of the members.
class custom_links : public network_links {
public:
  static constexpr bool notices_death = false;
  static constexpr bool anonymous = false;

  custom_links() { set_up(); }

  link_side& add(const std::string& id) override {
    auto& side = sides_.emplace_back(io_.system, id);
    side.record().custom_options.placement = placement::scheduler;
    side.record().custom_options.retry = 20ms;
    {
      const std::lock_guard guard{carrier_->mutex};
      carrier_->nodes.emplace(id, side.node.node);
    }
    side.record().update([this, id](node_record& r) {
      r.carry = [id, carrier = carrier_, network = network_](const std::string& peer,
                                                             const blob& frame) {
        const std::lock_guard guard{carrier->mutex};
        if (!network->passes(id, peer))
          return;
        const auto [first, last] = carrier->nodes.equal_range(peer);
        for (auto i = first; i != last; ++i)
          compat::anon_send(i->second, accept_message_v, id, frame);
      };
    });
    return side;
  }
  ~custom_links() override {
    const std::lock_guard guard{carrier_->mutex};
    carrier_->nodes.clear();
  }

  void open(link_side& side) override { side.node.let_in(); }

protected:
  dialer_actor make_dialer(link_side& from, link_side& to) override {
    from.node.let_in(); // answers come as everything else
    return spawn_custom_dialer(io_.system, to.name, from.record().custom_options,
                               from.node.config());
  }

private:
  struct carrier {
    std::mutex mutex;
    std::multimap<std::string, node_actor> nodes;
  };

  io_system io_{false};
  std::shared_ptr<carrier> carrier_ = std::make_shared<carrier>();
  std::list<link_side> sides_;
};

} // namespace hamok::testing
