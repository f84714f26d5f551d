#include "hamok/tests/sim/roster.hpp"

#include "hamok/tests/sim/hashing.hpp"

#include <algorithm>
#include <utility>

namespace hamok::sim {

roster::roster(const scenario& plan) {
  for (const auto& member : plan.members) {
    const auto& id = member.config.self;
    lives_.push_back({member, lives_.size(), lives_.size(), id.peer, false, std::nullopt});
    if (plan.founding)
      continue;
    lives_.back().born_after = raft::index_t{0};
    founders_.voters.push_back(id);
  }
}

std::size_t roster::add(std::size_t slot, std::size_t place, const scenario& plan, dice& chance) {
  const auto number = lives_.size();
  life next{plan.members[slot % plan.members.size()], slot, place, {}, false, std::nullopt};
  auto& config = next.config;
  config.self.peer = name_of(slot);
  config.self.incarnation = {mix(plan.seed, number), number + 1};
  config.only_follower = false;
  config.seed = chance.next();
  const auto before = std::ranges::count(lives_, slot, &life::slot);
  next.called = config.self.peer + (before > 0 ? std::to_string(before + 1) : "");
  lives_.push_back(std::move(next));
  return number;
}

std::size_t roster::living() const noexcept {
  return static_cast<std::size_t>(std::ranges::count(lives_, false, &life::gone));
}

std::size_t roster::living_in(std::size_t slot) const noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      lives_, [slot](const life& each) { return each.slot == slot && !each.gone; }));
}

bool roster::has_twin(std::size_t who) const noexcept {
  for (std::size_t other = 0; other < size(); ++other)
    if (other != who && lives_[other].slot == lives_[who].slot
        && (other > who || !lives_[other].gone))
      return true;
  return false;
}

std::size_t roster::anybody(dice& chance) const noexcept {
  auto left = chance.below(living());
  for (std::size_t who = 0; who < size(); ++who)
    if (!lives_[who].gone && left-- == 0)
      return who;
  return 0;
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
