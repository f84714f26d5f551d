#pragma once

// Who may link with this member (consensus.md, 4 and 5), whose messages its core hears, and when
// too many voters have forgotten what they promised. Both sides of a link judge each other.

#include "hamok/raft/types.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace hamok::raft {

/// Linked lives that take no part, at the most: founders-to-be, joiners and members-to-be.
inline constexpr std::size_t max_guests = 64;

/// What a member judges others by.
struct admission_view {
  member_id self;
  incarnation_id cluster;                ///< none: it belongs to no cluster yet
  configuration latest;                  ///< in force here; empty where there is no core
  configuration committed;               ///< the latest one that is committed
  std::vector<member_id> linked;         ///< whose hello was accepted, and whose link is up
  std::vector<member_id> outsiders = {}; ///< of those, who has said that it is in no cluster
};

/// What the other side has said of itself.
struct newcomer {
  member_id self;
  incarnation_id cluster;            ///< none: it belongs to no cluster yet
  std::optional<index_t> born_after; ///< none: it has not heard of any cluster yet
};

enum class verdict {
  welcome, ///< as a member, or as a guest that has no vote
  own_life,
  name_taken, ///< another life of this name is here, or is this very member; see `displaces`
  other_cluster,
  retired, ///< it was removed, or may have been
  too_many_guests,
};

[[nodiscard]] const char* to_string(verdict value) noexcept;

/// Whether it was removed, or may have been: nobody has to do with it any more.
[[nodiscard]] bool was_removed(const admission_view& here, const newcomer& other);

[[nodiscard]] verdict judge(const admission_view& here, const newcomer& other);

/// Whether a link with the life `there` has to end when `other`, of the same name, comes in. Of two
/// that have one name a voter stays, else whoever takes part, else whoever is in a cluster,
/// whichever was here first; of equals the one that is here.
[[nodiscard]] bool displaces(const admission_view& here, const newcomer& other,
                             const member_id& there);

/// Whether messages of the algorithm may pass a link. Two clusters can meet on a link that was
/// opened before either was founded; they must not hear each other.
[[nodiscard]] inline bool admits_messages(const incarnation_id& own,
                                          const incarnation_id& theirs) noexcept {
  return !own.none() && own == theirs;
}

/// The voters of `members`, in either half, of which another life is among `lives`: what they
/// promised is forgotten.
[[nodiscard]] std::vector<member_id> forgotten(const configuration& members,
                                               const std::vector<member_id>& lives);

/// Whether those who may still remember are too few for a quorum of `members` if `lost` do not.
/// Silence is no loss: whoever is only away may come back.
[[nodiscard]] bool quorum_is_lost(const configuration& members, const std::vector<member_id>& lost);

} // namespace hamok::raft
