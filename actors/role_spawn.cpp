#include "hamok/actors/candidate_actor.hpp"
#include "hamok/actors/follower_actor.hpp"
#include "hamok/actors/leader_actor.hpp"
#include "hamok/actors/placement.hpp"

namespace hamok {

role_actor spawn_role(caf::actor_system& system, std::unique_ptr<role_context> context) {
  const auto where = context->where;
  switch (context->core.role()) {
  case raft::role::candidate:
    return compat::spawn<candidate_role>(system, where, std::move(context));
  case raft::role::leader:
    return compat::spawn<leader_role>(system, where, std::move(context));
  case raft::role::follower:
    break;
  }
  return compat::spawn<follower_role>(system, where, std::move(context));
}

} // namespace hamok
