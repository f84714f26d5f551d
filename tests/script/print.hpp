#pragma once

// The lines that scenarios expect.

#include "hamok/raft/core.hpp"

#include <string>

namespace hamok::script {

/// "term 3, vote n1; drops 4 and behind; entries 4..5 of terms 3 3"
[[nodiscard]] std::string describe(const raft::persist_request& value);
/// "3..4: x y"; entries without a command stand as their kind.
[[nodiscard]] std::string describe(const raft::committed_entries& value);
[[nodiscard]] std::string describe(const raft::proposal_outcome& value);
[[nodiscard]] std::string describe(const raft::change_outcome& value);
/// "members n1 n2 (n1 n2 n3) +n4": the voters, the outgoing ones, the learners.
[[nodiscard]] std::string describe(const raft::configuration& value);
[[nodiscard]] std::string describe(const raft::peer_progress& value);
/// Role, term, vote and log; a bar stands behind the last committed entry, and what is durable is
/// told when it is not all.
[[nodiscard]] std::string describe(const raft::core& value);

} // namespace hamok::script
