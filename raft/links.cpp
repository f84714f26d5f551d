#include "hamok/raft/links.hpp"

#include "hamok/raft/quorum.hpp"

#include <algorithm>

namespace hamok::raft {

const link_table::link* link_table::find(const member_id& id) const noexcept {
  const auto found = std::ranges::find(links_, id, &link::peer);
  return found == links_.end() ? nullptr : &*found;
}

void link_table::set(const member_id& id, state now) {
  const auto found = std::ranges::find(links_, id, &link::peer);
  if (found == links_.end())
    links_.push_back({id, now});
  else
    found->now = now;
}

void link_table::up(const member_id& id) {
  set(id, state::up);
}

void link_table::down(const member_id& id) {
  set(id, state::down);
}

void link_table::heard(const member_id& id) {
  if (!is_up(id))
    set(id, state::heard);
}

void link_table::keep_members(const std::vector<member_id>& members) {
  std::erase_if(links_, [&](const link& item) {
    return item.now != state::up && !contains(members, item.peer);
  });
}

bool link_table::is_up(const member_id& id) const noexcept {
  const auto* found = find(id);
  return found != nullptr && found->now != state::down;
}

bool link_table::is_down(const member_id& id) const noexcept {
  const auto* found = find(id);
  return found != nullptr && found->now == state::down;
}

std::vector<member_id> link_table::all_down() const {
  std::vector<member_id> result;
  for (const auto& item : links_)
    if (item.now == state::down)
      result.push_back(item.peer);
  return result;
}

} // namespace hamok::raft
