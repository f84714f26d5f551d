#pragma once

// Brokers that are nothing but their state, for states whose behavior is untyped: they understand
// the multiplexer's messages besides their typed interface.

#include "hamok/actors/placement.hpp"

#include <memory>
#include <utility>

namespace hamok {

/// `State` has a constructor `(caf::io::broker*, xs...)` and a `make_behavior()`, which runs in the
/// multiplexer's thread.
template <class State>
class broker_with_state : public compat::broker {
public:
  template <class... Ts>
  explicit broker_with_state(caf::actor_config& cfg, Ts&&... xs)
      : compat::broker(cfg),
        state_(std::make_unique<State>(this, std::forward<Ts>(xs)...)) {
    compat::outlive_errors(this);
    compat::end_on_exception(this);
  }

  caf::behavior make_behavior() override { return state_->make_behavior(); }

  void on_exit() override {
    state_.reset(); // handles to other actors must not keep them alive in a circle
    compat::broker::on_exit();
  }

private:
  std::unique_ptr<State> state_;
};

/// Spawns such a broker on the multiplexer. Not hidden: the multiplexer cannot stop before the last
/// socket is closed, and closing in order may need a timer; so the actor system has to wait for
/// these actors while it still works. All of them end with their node.
template <class State, class... Ts>
typename State::interface spawn_broker_state(caf::actor_system& system, Ts&&... xs) {
  caf::actor_config cfg{&system.middleman().backend()};
  return caf::actor_cast<typename State::interface>(
      system.spawn_class<broker_with_state<State>, caf::no_spawn_options>(cfg,
                                                                          std::forward<Ts>(xs)...));
}

} // namespace hamok
