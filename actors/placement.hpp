#pragma once

// How actors come to life, and where: in CAF's scheduler or in the multiplexer's own thread.

#include "hamok/actors/caf_compat.hpp"

#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/broker.hpp>
#include <caf/io/middleman.hpp>

#include <memory>
#include <utility>

namespace hamok::compat {

using broker = tidy<caf::io::broker>;

/// An actor that is nothing but its state: `Base` is `caf::event_based_actor` or `broker`.
template <class State, class Base>
class shell : public Base {
public:
  template <class... Ts>
  explicit shell(caf::actor_config& cfg, Ts&&... xs)
      : Base(cfg),
        state_(std::make_unique<State>(this, std::forward<Ts>(xs)...)) {
    outlive_errors(this);
    end_on_exception(this);
  }

  caf::behavior make_behavior() override { return state_->make_behavior().unbox(); }

  void on_exit() override {
    if constexpr (requires(State & state) { state.on_exit(); })
      state_->on_exit();
    state_.reset(); // handles to other actors must not keep them alive in a circle
    Base::on_exit();
  }

private:
  std::unique_ptr<State> state_;
};

/// Spawns `State` where `where` says. `State` has a constructor `(self_ptr, xs...)`, a member type
/// `interface` (its typed handle) and a `make_behavior()` of that interface. If it has an
/// `on_exit()`, that is called when the actor has ended, which is before its destructor at the
/// latest; the destructor may run in any thread.
template <class State, class... Ts>
typename State::interface spawn(caf::actor_system& system, placement where, Ts&&... xs) {
  if (where == placement::automatic)
    where = system.has_middleman() ? placement::multiplexer : placement::scheduler;
  if (where == placement::multiplexer) {
    caf::actor_config cfg{&system.middleman().backend()};
    return caf::actor_cast<typename State::interface>(
        system.spawn_class<shell<State, broker>, caf::hidden>(cfg, std::forward<Ts>(xs)...));
  }
  return caf::actor_cast<typename State::interface>(
      system.spawn<shell<State, caf::event_based_actor>, caf::hidden>(std::forward<Ts>(xs)...));
}

} // namespace hamok::compat
