#include "hamok/raft/admission.hpp"

#include "hamok/raft/membership.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>

namespace hamok::raft {

namespace {

bool is_other_life(const member_id& a, const member_id& b) {
  return a.peer == b.peer && a.incarnation != b.incarnation;
}

bool takes_part(const admission_view& here, const member_id& id) {
  return is_member(here.latest, id) || is_member(here.committed, id);
}

/// Of two lives that have one name the higher stays. What is committed counts for more than what is
/// in force: that may be the log of a leader that nobody follows any more.
int rank(const admission_view& here, const member_id& id, bool in_cluster) {
  if (is_voter(here.committed, id))
    return 3;
  if (takes_part(here, id))
    return 2;
  return in_cluster ? 1 : 0;
}

bool is_crowded(const admission_view& here, const member_id& id) {
  const auto is_guest = [&](const member_id& peer) { return !takes_part(here, peer); };
  return is_guest(id) && !contains(here.linked, id)
         && static_cast<std::size_t>(std::ranges::count_if(here.linked, is_guest)) >= max_guests;
}

} // namespace

const char* to_string(verdict value) noexcept {
  switch (value) {
  case verdict::welcome:
    return "welcome";
  case verdict::own_life:
    return "own life";
  case verdict::name_taken:
    return "name taken";
  case verdict::other_cluster:
    return "other cluster";
  case verdict::retired:
    return "retired";
  case verdict::too_many_guests:
    return "too many guests";
  }
  return "unknown";
}

bool was_removed(const admission_view& here, const newcomer& other) {
  // Only what is committed counts: a removal that is not may vanish again (thesis, 4.1).
  if (is_retired(here.committed, other.self))
    return true;
  return !takes_part(here, other.self) && other.born_after
         && *other.born_after < here.committed.retired_floor;
}

verdict judge(const admission_view& here, const newcomer& other) {
  if (other.self == here.self)
    return verdict::own_life;
  if (is_other_life(other.self, here.self))
    return verdict::name_taken;
  if (!here.cluster.none() && !other.cluster.none() && here.cluster != other.cluster)
    return verdict::other_cluster;
  if (was_removed(here, other))
    return verdict::retired;
  if (std::ranges::any_of(here.linked, [&](const member_id& id) {
        return is_other_life(id, other.self) && !displaces(here, other, id);
      }))
    return verdict::name_taken;
  return is_crowded(here, other.self) ? verdict::too_many_guests : verdict::welcome;
}

bool displaces(const admission_view& here, const newcomer& other, const member_id& there) {
  // The one that stays may have come while the link to the other was down. If it could keep that
  // one out, a majority that needs this link would have no leader for as long as both live.
  const bool there_in_cluster = !contains(here.outsiders, there);
  return is_other_life(there, other.self)
         && rank(here, other.self, !other.cluster.none()) > rank(here, there, there_in_cluster);
}

std::vector<member_id> forgotten(const configuration& members,
                                 const std::vector<member_id>& lives) {
  std::vector<member_id> result;
  for (const auto* half : {&members.voters, &members.outgoing})
    for (const auto& voter : *half)
      if (!contains(result, voter) && !contains(lives, voter)
          && std::ranges::any_of(lives, [&](const member_id& life) {
               return is_other_life(life, voter) && !is_retired(members, life);
             }))
        result.push_back(voter);
  return result;
}

bool quorum_is_lost(const configuration& members, const std::vector<member_id>& lost) {
  return count_votes(members, {}, lost) == vote_result::lost;
}

} // namespace hamok::raft
