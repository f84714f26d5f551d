#pragma once

// A member that campaigns: it asks for votes until it leads, or follows somebody else.

#include "hamok/actors/role_shell.hpp"

#include <memory>

namespace hamok {

/// State of the role actor of a candidate.
class candidate_role {
public:
  using interface = role_actor;

  candidate_role(self_ptr self, std::unique_ptr<role_context> context)
      : shell_(self, std::move(context)) {}

  role_actor::behavior_type make_behavior();

private:
  role_shell shell_;
};

} // namespace hamok
