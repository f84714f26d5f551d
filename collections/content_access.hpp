#pragma once

// Exports and imports of the content of one collection, of whatever kind, for plain threads. Actors
// send `export_content_v` and `import_content_v` to the collection.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/actors/interfaces/timeout.hpp"

#include <caf/expected.hpp>

#include <chrono>

namespace hamok {

/// Deadline of exports and imports for which nobody names one: there is more to do than for one
/// operation.
inline constexpr caf::timespan default_transfer_timeout = std::chrono::seconds{60};

/// The content of the collection as it is on the member of the handle, at one index; waits until it
/// is created.
[[nodiscard]] caf::expected<collection_snapshot>
export_collection(const collection_actor& from, caf::timespan timeout = default_transfer_timeout);

/// Replaces the content of the collection, on all members, in one entry of the log: who reads finds
/// the old content or the new one. Callers, subscribers and handles stay as they are; subscribers
/// hear `resync`. The snapshot has to be of the same kind, or it is `kind_mismatch`, and may be of
/// another name; one that cannot be understood is `snapshot_failed`, and changes nothing. Otherwise
/// as for every operation: `cannot_have_happened` tells whether trying again is safe.
[[nodiscard]] caf::error import_collection(const collection_actor& to, collection_snapshot given,
                                           caf::timespan timeout = default_transfer_timeout);

} // namespace hamok
