#include "hamok/actors/candidate_actor.hpp"

namespace hamok {

role_actor::behavior_type candidate_role::make_behavior() {
  return {
      [this](peer_message& msg) { shell_.on_peer_message(msg); },
      [this](const proposal_batch& batch) { shell_.refuse(batch); },
      [this](link_opened, const raft::member_id& member, link_actor& link) {
        shell_.on_link_opened(member, std::move(link));
      },
      [this](link_closed, const raft::member_id& member) { shell_.on_link_closed(member); },
      [this](const applied_up_to& msg) { shell_.on_applied(msg); },
      [this](const write_done& msg) { shell_.on_write_done(msg); },
      [this](const deadline_reached& msg) { shell_.on_deadline(msg); },
      [this](get_view) { return shell_.view(); },
      [](retire) {
        // Only a role that has handed over is asked to; it has another behavior by then.
      },
  };
}

} // namespace hamok
