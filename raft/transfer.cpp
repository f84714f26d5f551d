// Transfer of leadership (thesis, 3.10).

#include "hamok/raft/core.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace hamok::raft {

void core::on(const transfer_leadership& ev) {
  auto* state = std::get_if<leader_state>(&role_);
  if (state == nullptr) {
    out_.transfer = transfer_result::not_leader;
    return;
  }
  if (state->transfer) {
    out_.transfer = transfer_result::busy;
    return;
  }
  const auto to = ev.to ? ev.to : best_successor();
  if (!to || !may_succeed(*to)) {
    out_.transfer = transfer_result::no_successor;
    return;
  }
  const auto limit =
      config_.transfer_timeout > duration{0} ? config_.transfer_timeout : config_.follower_max_idle;
  state->transfer = transfer_state{*to, now_ + limit, false};
}

void core::advance_transfer() {
  auto* state = std::get_if<leader_state>(&role_);
  // One answer a step: the one to the event comes first.
  if (state == nullptr || !state->transfer || out_.transfer)
    return;
  auto& transfer = *state->transfer;
  if (now_ >= transfer.until) {
    // "If leadership transfer does not complete after about an election timeout, the prior leader
    // aborts the transfer and resumes accepting client requests" (3.10).
    state->transfer.reset();
    out_.transfer = transfer_result::timed_out;
    return;
  }
  // The successor has to hold all of the log, or it would end this term and lose its election.
  // Nothing is appended meanwhile.
  const auto* peer = find_peer(transfer.to);
  if (peer == nullptr || peer->match_index() != log_.last_index())
    return;
  // Should that get lost, it is sent again with each heartbeat. It would also end this leader's
  // lease, if there were any (consensus.md, 3).
  if (std::exchange(transfer.asked, true) && !out_.heartbeat)
    return;
  send(transfer.to, timeout_now{hard_.term});
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
