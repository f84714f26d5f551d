#include "hamok/raft/dialing.hpp"

#include "hamok/raft/quorum.hpp"

#include <algorithm>

namespace hamok::raft {

dialing_plan plan_dialing(const dialing_view& here) {
  dialing_plan result;
  // Also members of which nothing is known yet: there has to be room when somebody tells of them.
  for (const auto& member : others(here.members, here.self))
    result.kept.insert(member.peer);
  const auto members = result.kept;
  for (const auto& member : here.linked)
    result.kept.insert(member.peer);
  if (here.rests)
    return result;
  const bool inside = is_member(here.members, here.self);
  const auto add = [&](const known_peer& peer) {
    if (peer.peer != here.self.peer && !peer.endpoint.empty()
        && std::ranges::find(result.wanted, peer.peer, &known_peer::peer) == result.wanted.end())
      result.wanted.push_back(peer);
  };
  for (const auto& peer : here.known)
    if (!inside || members.contains(peer.peer))
      add(peer);
  for (const auto& peer : here.awaited)
    add(peer);
  result.seek = !inside || std::ranges::none_of(here.linked, [&](const member_id& id) {
    return is_member(here.members, id);
  });
  return result;
}

} // namespace hamok::raft
