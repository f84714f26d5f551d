// Transfer of leadership (thesis, 3.10).

#include "hamok/raft/core.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace hamok::raft {

void core::on(const transfer_leadership&) {
  out_.transfer =
      role() == role::leader ? transfer_result::no_successor : transfer_result::not_leader;
}

bool core::may_succeed(const member_id& id) const {
  const auto* peer = find_peer(id);
  return peer != nullptr && contains(members().voters, id) && !peer->passive()
         && !links_.is_down(id);
}

std::optional<member_id> core::best_successor() const {
  // Whoever lacks least can take over soonest; of equal ones, who was heard last.
  const progress_state* best = nullptr;
  const auto rank = [](const progress_state& peer) {
    return std::tuple{peer.match_index(), peer.last_contact()};
  };
  for (const auto& peer : std::get<leader_state>(role_).peers) {
    if (!may_succeed(peer.id()) || !is_reachable(peer.id()))
      continue;
    if (best == nullptr || rank(*best) < rank(peer)
        || (rank(*best) == rank(peer) && peer.id() < best->id()))
      best = &peer;
  }
  return best == nullptr ? std::nullopt : std::optional{best->id()};
}

} // namespace hamok::raft
