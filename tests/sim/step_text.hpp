#pragma once

// Steps of a core in words, for whoever reads a trace.

#include "hamok/tests/sim/roster.hpp"
#include "hamok/tests/sim/views.hpp"

#include <string>

namespace hamok::sim {

/// What happens to the member.
[[nodiscard]] std::string to_string(const raft::event_body& what);

/// What it makes of it.
[[nodiscard]] std::string describe_change(const core_view& before, const core_view& after,
                                          const raft::output& out);

/// " members a b - a b c + d": voters, the outgoing half of a joint configuration, and learners.
[[nodiscard]] std::string describe_members(const roster& lives, const raft::configuration& members);

} // namespace hamok::sim
