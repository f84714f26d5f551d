#pragma once

// The leader: gathers what is proposed into batches, appends and replicates them.

#include "hamok/actors/role_shell.hpp"

#include <memory>
#include <vector>

namespace hamok {

/// State of the role actor of the leader.
///
/// The first batch of operations that finds nothing waiting schedules one flush behind what is
/// already in the mailbox: a burst becomes one append, one write and one frame for each follower,
/// and a single operation waits for nobody.
class leader_role {
public:
  using interface = role_actor;

  leader_role(self_ptr self, std::unique_ptr<role_context> context);

  role_actor::behavior_type make_behavior();

private:
  void gather(proposal_batch& batch);
  void on_deadline(const deadline_reached& msg);
  void flush();

  role_shell shell_;
  std::vector<proposal_batch> waiting_;
  std::size_t waiting_bytes_ = 0;
};

} // namespace hamok
