#include "hamok/tests/sim/views.hpp"

#include <algorithm>

namespace hamok::sim {

std::size_t number_of(const scenario& plan, const raft::member_id& id) noexcept {
  // Incarnations count from 1, in the order of the members: see `plan_members`.
  const auto number = static_cast<std::size_t>(id.incarnation.low) - 1;
  if (number >= plan.members.size() || plan.members[number].config.self != id)
    return nobody;
  return number;
}

std::size_t number_of(const scenario& plan, const std::optional<raft::member_id>& id) noexcept {
  return id ? number_of(plan, *id) : nobody;
}

core_view look(const scenario& plan, const raft::core& from) {
  core_view view;
  view.role = from.role();
  view.term = from.term();
  view.vote = number_of(plan, from.hard().vote);
  view.leader = number_of(plan, from.leader());
  view.commit_index = from.commit_index();
  view.delivered_index = from.delivered_index();
  view.durable_index = from.durable_index();
  view.last_index = from.log().last_index();
  view.deadline = from.deadline();
  return view;
}

raft::index_t first_difference(const raft::log& real, const shadow_log& shadow,
                               raft::index_t count) {
  const auto last = std::min(real.last_index(), shadow.last_index());
  for (auto index = last - std::min(last, count) + 1; index <= last; ++index)
    if (chain(shadow.chain_at(index - 1), real.at(index)) != shadow.chain_at(index))
      return index;
  return real.last_index() == shadow.last_index() ? 0 : last + 1;
}

} // namespace hamok::sim
