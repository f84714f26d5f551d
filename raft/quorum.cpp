#include "hamok/raft/quorum.hpp"

#include <algorithm>

namespace hamok::raft {

namespace {

vote_result count_half(const std::vector<member_id>& voters, const std::vector<member_id>& granted,
                       const std::vector<member_id>& refused) {
  const auto in = [](const std::vector<member_id>& list) {
    return [&list](const member_id& voter) { return contains(list, voter); };
  };
  const auto yes = static_cast<std::size_t>(std::ranges::count_if(voters, in(granted)));
  const auto no = static_cast<std::size_t>(std::ranges::count_if(voters, in(refused)));
  const auto needed = majority(voters.size());
  if (yes >= needed)
    return vote_result::won;
  return voters.size() - no < needed ? vote_result::lost : vote_result::pending;
}

} // namespace

vote_result count_votes(const configuration& members, const std::vector<member_id>& granted,
                        const std::vector<member_id>& refused) {
  if (members.voters.empty())
    return vote_result::lost;
  const auto incoming = count_half(members.voters, granted, refused);
  if (members.outgoing.empty())
    return incoming;
  const auto outgoing = count_half(members.outgoing, granted, refused);
  if (incoming == vote_result::lost || outgoing == vote_result::lost)
    return vote_result::lost;
  return incoming == vote_result::won ? outgoing : incoming;
}

bool contains(const std::vector<member_id>& members, const member_id& id) noexcept {
  return std::ranges::find(members, id) != members.end();
}

bool is_voter(const configuration& members, const member_id& id) noexcept {
  return contains(members.voters, id) || contains(members.outgoing, id);
}

bool is_member(const configuration& members, const member_id& id) noexcept {
  return is_voter(members, id) || contains(members.learners, id);
}

std::vector<member_id> others(const configuration& members, const member_id& self) {
  std::vector<member_id> result;
  for (const auto* list : {&members.voters, &members.outgoing, &members.learners})
    for (const auto& member : *list)
      if (member != self && !contains(result, member))
        result.push_back(member);
  return result;
}

} // namespace hamok::raft
