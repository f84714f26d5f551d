// Changes of the members (thesis, 4) and transfer of leadership (thesis, 3.10).

#include "hamok/raft/core.hpp"

#include <utility>

namespace hamok::raft {

void core::on(change_members&& ev) {
  const auto refused =
      role() == role::leader ? change_refusal::not_ready : change_refusal::not_leader;
  out_.change = change_outcome{refused, false, 0, std::move(ev.what.member), leader_};
}

void core::on(const transfer_leadership&) {
  out_.transfer =
      role() == role::leader ? transfer_result::no_successor : transfer_result::not_leader;
}

void core::members_changed() {
  // "A server always uses the latest configuration in its log" (thesis, 4.1): from when it is
  // there, and no longer than it is there. Called as well when one is known to be committed.
  out_.members_changed = true;
  forget_links();
  if (const auto* state = std::get_if<follower_state>(&role_))
    if (state->election_deadline.has_value() != may_campaign())
      reset_election_deadline();
}

} // namespace hamok::raft
