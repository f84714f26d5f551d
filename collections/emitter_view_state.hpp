#pragma once

// The subscriptions of an emitter at one index, for readers on any thread.

#include "hamok/collections/emitter_command_state.hpp"
#include "hamok/collections/state_machine_state.hpp"

#include <functional>

namespace hamok {

/// Immutable; all functions may be called from any thread.
class emitter_view : public state_view {
public:
  /// Calls `visit` for each subscription, in no order that means anything.
  virtual void
  each(const std::function<void(const blob& event, const event_subscriber& who)>& visit) const = 0;
};

} // namespace hamok
