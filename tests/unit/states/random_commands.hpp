#pragma once

// Commands that rapidcheck makes up: mostly such as users give, with few names, so that they meet.

#include "hamok/collections/emitter_command_state.hpp"
#include "hamok/collections/map_command_state.hpp"
#include "hamok/collections/queue_command_state.hpp"
#include "hamok/collections/state_machine_state.hpp"

#include <rapidcheck.h>

#include <memory>
#include <string>
#include <vector>

namespace hamok::state_test {

/// A kind of state machine, and how to come by commands for it.
struct random_state {
  const char* name;
  std::unique_ptr<state_machine> (*make)();
  rc::Gen<blob> (*command)();
};

[[nodiscard]] const std::vector<random_state>& random_states();

/// Short, and often what is easily taken for nothing.
[[nodiscard]] rc::Gen<blob> random_bytes();

} // namespace hamok::state_test
