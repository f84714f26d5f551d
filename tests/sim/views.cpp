#include "hamok/tests/sim/views.hpp"

#include <algorithm>

namespace hamok::sim {

core_view look(const roster& lives, const raft::core& from) {
  core_view view;
  view.role = from.role();
  view.term = from.term();
  view.vote = lives.number_of(from.hard().vote);
  view.leader = lives.number_of(from.leader());
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
  for (auto index = std::max(last - std::min(last, count) + 1, real.first_index()); index <= last;
       ++index)
    if (chain(shadow.chain_at(index - 1), real.at(index)) != shadow.chain_at(index))
      return index;
  return real.last_index() == shadow.last_index() ? 0 : last + 1;
}

} // namespace hamok::sim
