#pragma once

// A request of an actor for which its actor system does not wait when it ends.

#include "hamok/actors/caf_compat.hpp"

#include <caf/error.hpp>
#include <caf/timespan.hpp>

#include <utility>

namespace hamok {

/// Sends `xs` to `to` in the name of the hidden actor `self`. `on_end` is called when they are
/// answered, however, and again after `limit`.
///
/// With CAF's own limit of requests (0.18.7) the handler would hold the timer and the timer the
/// actor. When the system ends before either comes, neither would ever go, nor what the actor
/// knows.
template <class Self, class Handle, class F, class... Ts>
void request_of_hidden(Self* self, const Handle& to, caf::timespan limit, F on_end, Ts&&... xs) {
  compat::run_after(self, limit, on_end);
  compat::request(self, to, caf::infinite, std::forward<Ts>(xs)...)
      .then([on_end] { on_end(); }, [on_end](const caf::error&) { on_end(); });
}

} // namespace hamok
