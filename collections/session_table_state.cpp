#include "hamok/collections/session_table_state.hpp"

#include <algorithm>
#include <vector>

namespace hamok {

bool session_table::advance(const command_context& context) {
  if (context.index <= part_.applied_index)
    return false;
  part_.applied_index = context.index;
  part_.clock = std::max(part_.clock, context.cluster_time);
  if (part_.clock >= next_expiry_)
    expire();
  return true;
}

session_record* session_table::find(const raft::incarnation_id& id) {
  if (last_used_.second != nullptr && last_used_.first == id)
    return last_used_.second;
  const auto* found = part_.sessions.find(id);
  if (found == nullptr)
    return nullptr;
  auto one = *found;
  if (one->made_after != cuts_) { // it is in a cut, which must stay as it is
    one = std::make_shared<session_record>(*one);
    one->made_after = cuts_;
    part_.sessions = std::move(part_.sessions).set(id, one);
  }
  last_used_ = {id, one.get()};
  return one.get();
}

bool session_table::contains(const raft::incarnation_id& id) const {
  return part_.sessions.find(id) != nullptr;
}

verdict session_table::open(const open_envelope& open) {
  if (auto* known = find(open.session)) {
    known->last_active = part_.clock;
    return verdict::opened;
  }
  if (retired_ids_.contains(open.session) || open.opened_after < part_.floor
      || open.opened_after >= part_.applied_index)
    return verdict::session_expired;
  if (part_.sessions.size() >= limits_.max_sessions)
    return verdict::too_many_sessions;
  auto opened = std::make_shared<session_record>();
  opened->ttl = std::min(open.ttl, limits_.max_ttl);
  opened->last_active = part_.clock;
  opened->made_after = cuts_;
  next_expiry_ = std::min(next_expiry_, part_.clock + opened->ttl);
  part_.sessions = std::move(part_.sessions).set(open.session, std::move(opened));
  return verdict::opened;
}

verdict session_table::keep_alive(const keep_alive_envelope& alive) {
  auto* owner = find(alive.session);
  if (owner == nullptr)
    return verdict::session_expired;
  owner->last_active = part_.clock;
  owner->give_up_before(alive.first_outstanding);
  return verdict::kept_alive;
}

void session_table::close(const raft::incarnation_id& id) {
  if (contains(id))
    retire(id);
}

void session_table::expire() {
  std::vector<std::pair<raft::duration, raft::incarnation_id>> due;
  next_expiry_ = raft::duration::max();
  for (const auto& [id, value] : part_.sessions) {
    const auto end = value->last_active + value->ttl;
    if (end < part_.clock)
      due.emplace_back(end, id);
    else
      next_expiry_ = std::min(next_expiry_, end);
  }
  std::sort(due.begin(), due.end());
  for (const auto& [end, id] : due)
    retire(id);
}

void session_table::retire(const raft::incarnation_id& id) {
  last_used_ = {};
  part_.sessions = std::move(part_.sessions).erase(id);
  part_.add_retired({id, part_.applied_index});
  retired_ids_.emplace(id, part_.applied_index);
  if (part_.retired.size() <= limits_.max_retired)
    return;
  const auto& [oldest, index] = part_.retired.front();
  part_.floor = index;
  retired_ids_.erase(oldest);
  part_.drop_retired();
}

std::shared_ptr<const session_part> session_table::cut() {
  ++cuts_;
  last_used_ = {};
  return std::make_shared<const session_part>(part_);
}

void session_table::load(session_part part) {
  part_ = std::move(part);
  retired_ids_.clear();
  for (const auto& ended : part_.retired)
    retired_ids_.insert(ended);
  last_used_ = {};
  next_expiry_ = raft::duration::min(); // looked at with the next entry
}

} // namespace hamok
