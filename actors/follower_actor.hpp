#pragma once

// A member that follows: it answers, waits for the leader, and campaigns when it hears none.

#include "hamok/actors/role_shell.hpp"

#include <memory>

namespace hamok {

/// State of the role actor of a follower.
class follower_role {
public:
  using interface = role_actor;

  follower_role(self_ptr self, std::unique_ptr<role_context> context)
      : shell_(self, std::move(context)) {}

  role_actor::behavior_type make_behavior();

private:
  role_shell shell_;
};

} // namespace hamok
