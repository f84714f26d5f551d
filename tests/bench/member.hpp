#pragma once

// A member that makes load for itself when it is told to. It reads commands from stdin, a line
// each, and answers each with a line of JSON:
//
//   ready             waits for a leader and the map -> {"leader": bool}
//   measure N MS      keeps N sets in flight for MS ms
//                     -> {"sets", "errors", "seconds", "p50_us", "p99_us"}
//   load N SETS KEYS  does so many sets under so many keys, N in flight
//                     -> {"sets", "errors", "seconds"}
//   usage             -> {"cpu_seconds", "resident_mib"} since the process began
//
// It ends with its input.

#include <string>
#include <vector>

namespace hamok::bench {

/// Runs the member; `members` are all founders as `id@host:port`, and before them there may be
/// `--log-max-bytes=N`. The program's exit code.
int run_member(const std::string& peer_id, const std::vector<std::string>& members);

} // namespace hamok::bench
