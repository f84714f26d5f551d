#include "hamok/tests/sim/counts.hpp"

namespace hamok::sim {

namespace {

// In the order of `enum class count`.
constexpr std::array<const char*, counts::size> names{
    "messages sent",
    "messages lost",
    "messages duplicated",
    "messages repeated much later",
    "acknowledgements of what was dropped since",
    "messages delayed",
    "messages reordered",
    "messages stopped by a partition",
    "one-way partitions",
    "full partitions",
    "link-down events",
    "link-up events",
    "link changes never told",
    "link-down events without a cause",
    "garbage",
    "messages of strangers",
    "malformed vote requests",
    "malformed vote responses",
    "malformed append requests",
    "malformed append responses",
    "malformed demands to take over",
    "crashes between steps",
    "crashes before the write",
    "crashes after the write, before the sends",
    "crashes after the sync, before it is told",
    "crashes between two sends",
    "crashes before applying",
    "crashes after applying, before the answer",
    "power failures of all members",
    "new leaders struck at once",
    "deaths of the role alone",
    "restarts",
    "writes lost in a crash",
    "unsynced writes that survived a crash",
    "disk stalls",
    "members stopped and continued",
    "members with a skewed clock",
    "clock jumps",
    "ticks nobody asked for",
    "leaders that asked another to take over",
    "pre-vote rounds",
    "pre-votes refused by stickiness",
    "candidacies",
    "candidacies at the leader's wish",
    "elections won",
    "leader changes",
    "leaders that lost their quorum",
    "leaders that met a higher term",
    "truncations",
    "entries truncated",
    "appends refused",
    "appends sent before the last was answered",
    "held-back answers dropped",
    "messages rejected",
    "proposals refused: not the leader",
    "proposals refused: overloaded",
    "proposals forwarded",
    "requests retried",
    "answers lost",
    "operations met twice and applied once",
    "operations acknowledged",
    "operations committed",
    "steps checked",
    "runs repeated with an equal trace",
};

static_assert(names.back() != nullptr, "every count has a name");

} // namespace

const char* to_string(count what) noexcept {
  return names[static_cast<std::size_t>(what)];
}

} // namespace hamok::sim
