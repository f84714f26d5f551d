#pragma once

// Who hears a leader helps nobody to replace it (thesis, 4.2.3 and 9.6; consensus.md, 1 and 2).

#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>
#include <vector>

namespace hamok::sim {

/// A follower that has heard its leader within `follower_max_idle`, by its own clock, and was not
/// told that its link to it is down, grants no vote and no pre-vote and takes over no term for one,
/// unless the leader itself has asked for the election (thesis, 3.10).
class stickiness final : public invariant {
public:
  const char* name() const noexcept override { return "stickiness"; }

  void started(const cluster_view& all, std::size_t who) override {
    contacts_.resize(all.members.size());
    contacts_[who] = {};
  }

  void stepped(const cluster_view& all, const step_view& step) override {
    auto& contact = contacts_[step.who];
    if (step.event == event_kind::link_down && step.from == step.before.leader)
      contact.link_down = true;
    const bool asked = step.vote_request && !step.vote_request->transfer && !step.must_be_rejected;
    // Who was refused is answered again when the leader's link goes down, and only then.
    if ((asked || step.event == event_kind::link_down) && sticks(all, step, contact))
      check(all, step);
    if (step.event == event_kind::link_up && step.from == step.before.leader)
      contact.link_down = false;
    if (step.append_received && !step.must_be_rejected && step.chunk_is_right
        && step.from == step.after->leader && step.message_term == step.after->term)
      contact = {step.local_now, false};
  }

private:
  struct leader_contact {
    timestamp heard{0};
    bool link_down = false;
  };

  static bool sticks(const cluster_view& all, const step_view& step,
                     const leader_contact& contact) {
    return step.before.role == raft::role::follower && step.before.leader != nobody
           && !contact.link_down
           && step.local_now - contact.heard < all.lives[step.who].config.follower_max_idle;
  }

  void check(const cluster_view& all, const step_view& step) const {
    const bool granted = std::ranges::any_of(step.out->send, [](const raft::outbound& sent) {
      const auto* answer = std::get_if<raft::vote_response>(&sent.message.body);
      return answer != nullptr && answer->granted;
    });
    require(!granted && step.after->vote == step.before.vote
                && step.after->term == step.before.term,
            [&] {
              return called(all, step.who) + " hears " + called(all, step.before.leader)
                     + ", the leader of term " + str(step.before.term)
                     + ", and helps another candidate";
            });
  }

  std::vector<leader_contact> contacts_; ///< by member
};

} // namespace hamok::sim
