// Founders that are expected by number: who of them founds together, and which lists are dead.

#include "hamok/raft/founding.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>

namespace hamok::raft {

namespace {

constexpr std::size_t max_spent = 32;

/// In order and every name once: what a proposer makes.
bool is_in_order(const std::vector<member_id>& founders) {
  return std::ranges::adjacent_find(founders, std::greater_equal<>{}, &member_id::peer)
         == founders.end();
}

} // namespace

std::vector<member_id> founding::first_group() const {
  const auto all = candidates();
  for (auto first = all.begin(); first != all.end(); ++first) {
    std::vector<member_id> group{*first};
    for (auto next = first + 1; next != all.end() && group.size() < expect_; ++next)
      if (next->peer != group.back().peer && std::ranges::all_of(group, [&](const member_id& one) {
            return see_each_other(one, *next);
          }))
        group.push_back(*next);
    if (group.size() == expect_)
      return group;
  }
  return {};
}

std::vector<member_id> founding::candidates() const {
  std::vector<member_id> result{self_};
  const auto add = [&](const member_id& id) {
    if (id.peer != self_.peer && !contains(taken_, id) && !contains(result, id))
      result.push_back(id);
  };
  for (const auto& [name, member] : met_)
    add(member);
  for (const auto& [member, seen] : seen_)
    std::ranges::for_each(seen, add);
  std::ranges::sort(result);
  return result;
}

bool founding::see_each_other(const member_id& a, const member_id& b) const {
  if (b == self_)
    return see_each_other(b, a);
  const auto of_a = seen_.find(a);
  const auto of_b = seen_.find(b);
  if (a == self_) {
    const auto found = met_.find(b.peer);
    return found != met_.end() && found->second == b && of_b != seen_.end()
           && contains(of_b->second, self_);
  }
  // Of whom only others have told, the best is assumed: a proposal then is that one's business.
  const auto sees = [this](auto known, const member_id& other) {
    return known == seen_.end() || contains(known->second, other);
  };
  return (of_a != seen_.end() || of_b != seen_.end()) && sees(of_a, b) && sees(of_b, a);
}

void founding::receive_by_number(const member_id& from, const founding_list& told,
                                 founding_output& out) {
  if (told.founders.size() != expect_ || !is_in_order(told.founders))
    return;
  if (!contains(taken_, from))
    taken_.push_back(from);
  if (is_dead(told)) {
    out.tell.push_back(from);
  } else if (list_ ? told.cluster == list_->cluster : contains(told.founders, self_)) {
    take(from, told, out);
  } else if (list_ && !founded_) {
    const auto proves = [&](const member_id& member) {
      return contains(list_->founders, member) && contains(told.founders, member)
             && (member == from || contains(told.accepted, member)) && member != self_;
    };
    if (std::ranges::any_of(list_->founders, proves))
      give_up(out);
    else if (contains(told.founders, self_))
      out.tell.push_back(from); // to whom this member's list is the proof
  }
}

void founding::learn(const std::vector<spent_life>& spent, founding_output& out) {
  for (const auto& life : spent)
    if (std::ranges::find(spent_, life) == spent_.end())
      spent_.push_back(life);
  if (spent_.size() > max_spent)
    spent_.erase(spent_.begin(), spent_.end() - static_cast<std::ptrdiff_t>(max_spent));
  if (list_ && !founded_ && is_dead(*list_))
    give_up(out);
}

void founding::give_up(founding_output& out) {
  spent_.push_back({self_, list_->cluster});
  out.dead = true;
}

bool founding::is_dead(const founding_list& list) const {
  // It has accepted this list, which is known to be dead, or another one, and so never this.
  return std::ranges::any_of(spent_, [&](const spent_life& life) {
    return life.cluster == list.cluster || contains(list.founders, life.life);
  });
}

} // namespace hamok::raft
