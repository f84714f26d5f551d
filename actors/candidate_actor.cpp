#include "hamok/actors/candidate_actor.hpp"

namespace hamok {

role_actor::behavior_type candidate_role::make_behavior() {
  return shell_.behavior([this](const proposal_batch& batch) { shell_.refuse(batch); });
}

} // namespace hamok
