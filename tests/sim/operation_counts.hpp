#pragma once

// Which operations on collections there were, and what came of them.

#include "hamok/tests/sim/counts.hpp"
#include "hamok/tests/sim/history.hpp"

namespace hamok::sim {

/// Those that took effect, each once.
void count_operations(counts& done, const history& past);

} // namespace hamok::sim
