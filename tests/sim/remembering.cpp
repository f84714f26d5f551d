#include "hamok/tests/sim/remembering.hpp"

#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <vector>

namespace hamok::sim {

namespace {

using voters = std::vector<raft::member_id>;

class memory {
public:
  memory(const cluster_view& all, std::size_t also) : all_(all), also_(also) {}

  [[nodiscard]] bool forgets(const raft::member_id& id) const {
    const auto number = all_.lives.number_of(id);
    return number == nobody || number == also_ || all_.lives[number].gone;
  }

  [[nodiscard]] bool has_majority(const voters& half) const {
    const auto left =
        std::ranges::count_if(half, [this](const raft::member_id& id) { return !forgets(id); });
    return static_cast<std::size_t>(left) >= raft::majority(half.size());
  }

  [[nodiscard]] bool has_majorities(const raft::configuration& members) const {
    return has_majority(members.voters)
           && (members.outgoing.empty() || has_majority(members.outgoing));
  }

private:
  const cluster_view& all_;
  std::size_t also_;
};

} // namespace

bool has_majority(const cluster_view& all, const raft::configuration& members, std::size_t also) {
  const memory who{all, also};
  // A leader may promote a learner that it has heard a moment ago and that has forgotten since.
  auto promoted = members.voters;
  for (const auto& learner : members.learners)
    if (who.forgets(learner)) {
      std::erase_if(promoted, [&](const raft::member_id& id) { return id.peer == learner.peer; });
      promoted.push_back(learner);
    }
  return who.has_majorities(members) && who.has_majority(promoted);
}

bool majority_remembers(const cluster_view& all, std::size_t also) {
  const auto committed = all.past.members_index_at(all.past.last_index());
  if (!has_majority(all, all.past.members_at(committed), also))
    return false;
  return std::ranges::all_of(all.members, [&](const member_view& each) {
    return std::ranges::all_of(each.log.configurations(), [&](const auto& held) {
      return held.index < committed || has_majority(all, *held.members, also);
    });
  });
}

bool majority_has_forgotten(const cluster_view& all) {
  const memory who{all, nobody};
  const auto committed = all.past.members_index_at(all.past.last_index());
  if (who.has_majorities(all.past.members_at(committed)))
    return false;
  for (std::size_t number = 0; number < all.members.size(); ++number)
    if (!all.lives[number].gone)
      for (const auto& held : all.members[number].log.configurations())
        if (held.index >= committed && who.has_majorities(*held.members))
          return false;
  return true;
}

} // namespace hamok::sim
