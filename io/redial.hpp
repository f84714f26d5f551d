#pragma once

// What all dialers have in common: when to try, when to wait and when to leave it.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/io/backoff.hpp"
#include "hamok/io/dialer.hpp"

#include <chrono>
#include <random>
#include <utility>

namespace hamok {

/// State of a dialer. `Connect` is called with the actor system and gives a new link, or none; it
/// may have a function `ended` that hears why a link has ended.
template <class Connect>
class redial {
public:
  using interface = dialer_actor;

  redial(self_ptr self, Connect connect, node_actor node, dial_limits limits)
      : self_(self),
        connect_(std::move(connect)),
        node_(std::move(node)),
        backoff_(limits.min_backoff, limits.max_backoff, std::random_device{}()),
        steady_(limits.max_backoff) {}

  dialer_actor::behavior_type make_behavior() {
    monitors_.watch(self_, node_, [this](const caf::error& reason) { self_->quit(reason); });
    return {
        [this](caf::connect_atom) {
          if (wanted_)
            return;
          wanted_ = true;
          backoff_.reset();
          attempt();
        },
        [this](caf::idle_atom) {
          wanted_ = false;
          ++generation_; // what is scheduled is void
        },
    };
  }

private:
  using clock = std::chrono::steady_clock;

  void attempt() {
    ++generation_;
    if (!wanted_ || linked_)
      return;
    const auto link = connect_(self_->system());
    if (!link)
      return pause();
    linked_ = true;
    linked_at_ = clock::now();
    monitors_.watch(self_, link, [this](const caf::error& reason) { link_ended(reason); });
  }

  void link_ended(const caf::error& reason) {
    linked_ = false;
    if constexpr (requires { connect_.ended(reason); })
      connect_.ended(reason);
    if (!wanted_)
      return;
    // What held for a while was up: a short one was refused, or lost before it was of use.
    if (clock::now() - linked_at_ < steady_)
      return pause();
    backoff_.reset();
    attempt();
  }

  void pause() {
    compat::run_after(self_, backoff_.next(), [this, due = ++generation_] {
      if (due == generation_)
        attempt();
    });
  }

  self_ptr self_;
  Connect connect_;
  node_actor node_;
  backoff backoff_;
  caf::timespan steady_;
  compat::monitors monitors_;
  clock::time_point linked_at_;
  bool wanted_ = false;
  bool linked_ = false;
  std::uint64_t generation_ = 0;
};

} // namespace hamok
