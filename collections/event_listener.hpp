#pragma once

// Events of an emitter as callbacks, for those who do not want to write an actor for them.

#include "hamok/actors/interfaces/interfaces.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <functional>

namespace hamok {

/// Answers whether the event could be handled; it may throw.
using event_handler = std::function<bool(const emitted_event&)>;

/// A hidden actor that calls back, and answers events with an error where that fails. It ends when
/// nobody names it any more.
[[nodiscard]] caf::actor spawn_event_listener(caf::actor_system& system, event_handler handler);

} // namespace hamok
