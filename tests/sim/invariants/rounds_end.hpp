#pragma once

// A round of votes does not wait for those who will not answer (consensus.md, 1).

#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>
#include <vector>

namespace hamok::sim {

/// A candidate asks for votes of one term no longer than half of `follower_max_idle`, or a third of
/// `election_timeout` if that is more, by its own clock: whoever has not answered by then is not
/// waited for until the candidacy ends.
class rounds_end final : public invariant {
public:
  const char* name() const noexcept override { return "rounds of votes end"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    if (step.after->role != raft::role::candidate)
      return;
    const bool asks = std::ranges::any_of(step.out->send, [](const raft::outbound& sent) {
      const auto* request = std::get_if<raft::vote_request>(&sent.message.body);
      return request != nullptr && !request->pre_vote;
    });
    if (!asks)
      return;
    rounds_.resize(all.members.size());
    auto& round = rounds_[step.who];
    const auto life = all.members[step.who].life;
    if (round.term != step.after->term || round.life != life)
      round = {step.after->term, life, step.local_now};
    const auto& config = all.lives[step.who].config;
    const auto limit = std::max(config.follower_max_idle / 2, config.election_timeout / 3);
    require(step.local_now - round.begun < limit, [&] {
      return called(all, step.who) + " still asks for votes of term " + str(round.term) + " after "
             + str((step.local_now - round.begun).count()) + " ns";
    });
  }

private:
  struct round_of_votes {
    raft::term_t term = 0;
    std::uint64_t life = 0;
    timestamp begun{0};
  };

  std::vector<round_of_votes> rounds_; ///< of each member, the last
};

} // namespace hamok::sim
