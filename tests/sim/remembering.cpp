#include "hamok/tests/sim/remembering.hpp"

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/world.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hamok::sim {

namespace {

using voters = std::vector<raft::member_id>;

class memory {
public:
  memory(const cluster_view& all, std::size_t also, std::set<std::string> uncounted = {})
      : all_(all),
        also_(also),
        uncounted_(std::move(uncounted)) {}

  [[nodiscard]] bool forgets(const raft::member_id& id) const {
    const auto number = all_.lives.number_of(id);
    return number == nobody || number == also_ || all_.lives[number].gone
           || uncounted_.contains(id.peer);
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
  std::set<std::string> uncounted_; ///< names
};

/// The names that two living lives have in `members`. Nobody is linked with both of them, and with
/// which is a matter of luck (consensus.md, 4): neither can be counted on.
std::set<std::string> twins_in(const cluster_view& all, const raft::configuration& members) {
  std::set<std::string> names;
  std::set<std::string> twins;
  for (const auto& id : raft::others(members, {})) {
    const auto number = all.lives.number_of(id);
    if (number != nobody && !all.lives[number].gone && !names.insert(id.peer).second)
      twins.insert(id.peer);
  }
  return twins;
}

/// Whether `one` ends with a later entry than `other`.
bool is_ahead(const shadow_log& one, const shadow_log& other) {
  return std::pair{one.term_at(one.last_index()), one.last_index()}
         > std::pair{other.term_at(other.last_index()), other.last_index()};
}

/// The names of those who will not vote for `candidate`, being ahead of it, and who stand for
/// nothing themselves: a promotion that they have not heard of has made voters of them. Whoever has
/// given them what the candidate lacks must not forget it.
std::set<std::string> out_of_reach(const cluster_view& all, const member_view& candidate,
                                   const raft::configuration& members) {
  std::set<std::string> names;
  for (const auto& id : members.voters) {
    const auto number = all.lives.number_of(id);
    if (number == nobody)
      continue;
    const auto& log = all.members[number].log;
    if (!raft::is_voter(all.members_at(log, log.last_index()), id) && is_ahead(log, candidate.log))
      names.insert(id.peer);
  }
  return names;
}

} // namespace

bool has_majority(const cluster_view& all, const raft::configuration& members, std::size_t also,
                  const std::set<std::string>& besides) {
  auto uncounted = twins_in(all, members);
  uncounted.insert(besides.begin(), besides.end());
  const memory who{all, also, std::move(uncounted)};
  // A leader may promote a learner that it has heard a moment ago and that has forgotten since.
  auto promoted = members.voters;
  for (const auto& learner : members.learners)
    if (who.forgets(learner)) {
      std::erase_if(promoted, [&](const raft::member_id& id) { return id.peer == learner.peer; });
      promoted.push_back(learner);
    }
  return who.has_majorities(members) && who.has_majority(promoted);
}

raft::configuration without(const cluster_view& all, raft::configuration members,
                            const std::vector<std::string>& names, std::size_t also) {
  const memory who{all, also};
  for (auto* half : {&members.voters, &members.outgoing})
    std::erase_if(*half, [&](const raft::member_id& id) {
      return !who.forgets(id) && std::ranges::find(names, id.peer) != names.end();
    });
  return members;
}

bool majority_remembers(const cluster_view& all, std::size_t also,
                        const std::vector<std::string>& out) {
  const auto survives = [&](const raft::configuration& members,
                            const std::set<std::string>& besides = {}) {
    return has_majority(all, members, also, besides)
           && has_majority(all, without(all, members, out, also), also, besides);
  };
  const auto committed = all.past.members_index_at(all.past.last_index());
  if (!survives(all.past.members_at(committed)))
    return false;
  return std::ranges::all_of(all.members, [&](const member_view& each) {
    return std::ranges::all_of(each.log.configurations(), [&](const auto& held) {
      return held.index < committed
             || survives(*held.members, out_of_reach(all, each, *held.members));
    });
  });
}

bool founders_remember(const world& all, std::size_t also) {
  const auto& view = all.rules.view();
  const auto& lost = all.nodes[all.lives[also].place];
  const auto& promised = lost.stored().founders;
  if (raft::contains(promised, lost.stored().self) && !has_majority(view, {promised, {}, {}}, also))
    return false;
  if (!all.is_founded())
    return true;
  const auto& members = view.past.members_at(view.past.last_index());
  return std::ranges::any_of(all.nodes, [&](const node& other) {
    return &other != &lost && other.has_base() && raft::is_voter(members, other.stored().self);
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
