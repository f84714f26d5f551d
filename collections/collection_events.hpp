#pragma once

// Events of collections as callbacks, for those who do not want to write an actor for them.

#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/collections/event_relay.hpp"

#include <caf/actor.hpp>

#include <cstdint>
#include <functional>
#include <utility>

namespace hamok {

/// What a hidden listener does with what it hears. Each may be empty. They are called in the order
/// of the log, one at a time, on a thread of CAF, so they must not block; what they throw is lost.
struct event_callbacks {
  std::function<void(const collection_event&)> on_event;
  std::function<void(const event::lagged&)> on_lagged;
};

/// Calls `callback()` for the events of one kind.
template <class F>
event_callbacks callback_for(std::uint8_t kind, F callback) {
  return {[kind, callback = std::move(callback)](const collection_event& event) {
            if (event.kind == kind)
              callback();
          },
          {}};
}

/// Ends a callback. Copies are about the same callback; letting all of them go does not end it.
///
/// Thread safety: all functions from any thread.
class collection_subscription {
public:
  collection_subscription() = default;
  collection_subscription(collection_actor collection, caf::actor listener)
      : collection_(std::move(collection)),
        listener_(std::move(listener)) {}

  /// No further call begins after those that are under way. Nothing when it was cancelled before.
  void cancel();

private:
  collection_actor collection_;
  caf::actor listener_;
};

/// Makes a hidden actor that subscribes to `collection` and calls back.
collection_subscription listen(const collection_actor& collection, event_callbacks callbacks);

} // namespace hamok
