#include "hamok/tests/sim/roster.hpp"

namespace hamok::sim {

roster::roster(const scenario& plan) {
  for (const auto& member : plan.members) {
    const auto& id = member.config.self;
    lives_.push_back({member, lives_.size(), id.peer});
    founders_.voters.push_back(id);
  }
}

std::size_t roster::number_of(const raft::member_id& id) const noexcept {
  // Incarnations count from 1, in the order of the lives: see `plan_members`.
  const auto number = static_cast<std::size_t>(id.incarnation.low) - 1;
  return number < lives_.size() && lives_[number].config.self == id ? number : nobody;
}

std::size_t roster::number_of(const std::optional<raft::member_id>& id) const noexcept {
  return id ? number_of(*id) : nobody;
}

} // namespace hamok::sim
