#pragma once

// What happens to a node and what it makes of it, in words, for whoever reads a trace.

#include "hamok/raft/life.hpp"

#include <string>

namespace hamok::sim {

[[nodiscard]] std::string to_string(const raft::life_event& what);
[[nodiscard]] std::string to_string(const raft::life_output& out, raft::life_stage stage);
[[nodiscard]] std::string to_string(const raft::wish& what);

} // namespace hamok::sim
