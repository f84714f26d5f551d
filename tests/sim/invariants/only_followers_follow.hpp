#pragma once

// Who is set up to follow only never leads, nor tries to (consensus.md, 6).

#include "hamok/tests/sim/invariant.hpp"

namespace hamok::sim {

/// An `only_follower` votes and counts, and asks nobody for a vote or pre-vote, whatever the links
/// do and whoever asks it to take over.
class only_followers_follow final : public invariant {
public:
  const char* name() const noexcept override { return "only followers follow"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    require(!all.lives[step.who].config.only_follower || step.after->role == raft::role::follower,
            [&] { return called(all, step.who) + " only follows, and campaigns"; });
  }

  void sending(const cluster_view& all, const send_view& send) override {
    require(!all.lives[send.who].config.only_follower
                || !std::holds_alternative<raft::vote_request>(send.message->body),
            [&] { return called(all, send.who) + " only follows, and asks for votes"; });
  }
};

} // namespace hamok::sim
