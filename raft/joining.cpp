#include "hamok/raft/joining.hpp"

#include "hamok/raft/membership.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <cstddef>

namespace hamok::raft {

namespace {

constexpr std::size_t max_lives = 4 * max_members;

} // namespace

bool sound(const cluster_news& news) {
  return !news.cluster.none() && valid(configuration{news.founders, {}, {}}) && valid(news.members);
}

snapshot_meta base_of(const std::vector<member_id>& founders) {
  snapshot_meta base;
  base.members.voters = founders;
  return base;
}

void neighbours::met(const member_id& peer, const incarnation_id& cluster) {
  linked_[peer] = {cluster, std::nullopt};
  if (lives_.size() >= max_lives && !lives_.contains(peer.peer))
    std::erase_if(lives_, [this](const auto& life) { return !is_linked(life.second); });
  lives_.insert_or_assign(peer.peer, peer);
}

void neighbours::lost(const member_id& peer) {
  linked_.erase(peer);
}

void neighbours::said(const member_id& peer, const cluster_news& news) {
  const auto found = linked_.find(peer);
  if (found != linked_.end())
    found->second = {news.cluster, news.born_after};
}

void neighbours::part() {
  linked_.clear();
}

bool neighbours::is_linked(const member_id& peer) const noexcept {
  return linked_.contains(peer);
}

std::vector<member_id> neighbours::linked() const {
  std::vector<member_id> result;
  for (const auto& [peer, said] : linked_)
    result.push_back(peer);
  return result;
}

std::vector<member_id> neighbours::silent() const {
  std::vector<member_id> result;
  for (const auto& [peer, said] : linked_)
    if (!said.born_after)
      result.push_back(peer);
  return result;
}

incarnation_id neighbours::cluster_of(const member_id& peer) const noexcept {
  const auto found = linked_.find(peer);
  return found == linked_.end() ? incarnation_id{} : found->second.cluster;
}

std::vector<order_target> neighbours::in(const incarnation_id& cluster) const {
  std::vector<order_target> result;
  for (const auto& [peer, said] : linked_)
    if (said.cluster == cluster && said.born_after)
      result.push_back({peer, *said.born_after});
  return result;
}

void neighbours::learn(const configuration& before, const configuration& now) {
  for (const auto& id : others(now, {}))
    if (const auto met = lives_.find(id.peer); met != lives_.end() && met->second != id
                                               && !is_member(before, id) && !is_linked(met->second))
      lives_.erase(met);
}

std::vector<member_id> neighbours::lives() const {
  std::vector<member_id> result;
  for (const auto& [name, life] : lives_)
    result.push_back(life);
  return result;
}

} // namespace hamok::raft
