#pragma once

// What the core is known to do less well than it should, and what the checks let pass until it is
// mended: then the line here goes to `false`, or away.

namespace hamok::sim {

/// A refusal of an append request of an older term carries the member's present term, and that
/// request's round and indices. When the same leader leads that term too, it takes it for an answer
/// to one of its present rounds: contact that never was, and a `next_index` from another log.
inline constexpr bool answers_to_older_terms_count = true;

/// A leader whose link to a member changes before that member has matched anything in its term
/// begins with the first entry of all, whatever it has found out before.
inline constexpr bool link_changes_begin_anew = true;

} // namespace hamok::sim
