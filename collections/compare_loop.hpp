#pragma once

// Conditional operations under an equality of the user's own (consensus.md, 15): it is evaluated
// here, against the value of this member, and what goes into the log is a compare-and-swap on the
// exact bytes that were found equal. When another write comes in between, it starts over. This
// member may lag behind, so the answer "false" is given only after an entry of this run has been
// applied here: no write that was acknowledged before the run can be missing then.

#include "hamok/actors/interfaces/interfaces.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include <functional>

namespace hamok {

struct compare_loop {
  collection_actor collection;
  /// The question for the present value; its answer is an optional value, see `map_answer`.
  blob question;
  /// A command that changes nothing: once it is answered, this member is up to date.
  blob barrier;
  /// Whether the present value satisfies the condition.
  std::function<caf::expected<bool>(const blob& present)> matches;
  /// The command that acts if the value still has exactly the bytes `present`, and answers a bool.
  std::function<blob(const blob& present)> command;
};

/// Spawns a hidden actor that runs the loop once: it takes one `execute`, whose command it ignores
/// and whose timeout it keeps, answers with an encoded bool, and ends.
[[nodiscard]] caf::actor spawn_compare_loop(caf::actor_system& system, compare_loop loop);

/// The same for callers that are no actors: `done` is called once.
void start_compare_loop(caf::actor_system& system, compare_loop loop, caf::timespan timeout,
                        std::function<void(caf::expected<blob>)> done);

} // namespace hamok
