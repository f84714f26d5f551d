#include "hamok/raft/membership.hpp"

#include "hamok/raft/codec.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace hamok::raft {

namespace {

constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_memory = 1024; ///< retired lives, whatever `max_retired` says

bool well_named(const std::vector<member_id>& members) {
  std::vector<std::string_view> names;
  names.reserve(members.size());
  for (const auto& member : members)
    names.emplace_back(member.peer);
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end()
         && std::ranges::all_of(names, [](std::string_view name) {
              return !name.empty() && name.size() <= longest_name;
            });
}

bool valid_retired(const configuration& value) {
  return value.retired.size() <= longest_memory
         && std::ranges::is_sorted(value.retired, {}, &retired_member::index)
         && std::ranges::none_of(value.retired, [&](const retired_member& life) {
              return is_member(value, life.member);
            });
}

} // namespace

std::size_t seats(const configuration& value) {
  const auto is_new = [&](const member_id& learner) {
    return std::ranges::find(value.voters, learner.peer, &member_id::peer) == value.voters.end();
  };
  return value.voters.size()
         + static_cast<std::size_t>(std::ranges::count_if(value.learners, is_new));
}

bool valid(const configuration& value) {
  return !value.voters.empty() && seats(value) <= max_members
         && value.outgoing.size() <= max_members && well_named(value.voters)
         && well_named(value.outgoing) && well_named(value.learners)
         && std::ranges::none_of(value.learners,
                                 [&](const member_id& id) { return is_voter(value, id); })
         && valid_retired(value);
}

bool is_retired(const configuration& members, const member_id& id) noexcept {
  return std::ranges::find(members.retired, id, &retired_member::member) != members.retired.end();
}

bool sound(const initial_state& state) {
  if (!state.base.members.voters.empty() && !valid(state.base.members))
    return false;
  if (state.restored > state.base.index + state.entries.size())
    return false;
  auto term = state.base.term;
  for (const auto& item : state.entries) {
    if (item.term < term || item.term > state.hard.term)
      return false;
    if (item.kind == entry_kind::configuration && !read_configuration(item.data))
      return false;
    term = item.term;
  }
  return true;
}

membership::membership(index_t base, configuration at_base) {
  held_.push_back({base, std::move(at_base)});
}

std::size_t membership::position(index_t index) const noexcept {
  const auto behind = std::ranges::upper_bound(held_, index, {}, &logged_configuration::index);
  return static_cast<std::size_t>(std::distance(held_.begin(), behind)) - 1;
}

bool membership::names(const member_id& id) const noexcept {
  // The one in force first: it names nearly everybody who is asked about.
  return std::any_of(held_.rbegin(), held_.rend(),
                     [&](const logged_configuration& item) { return is_member(item.members, id); });
}

bool membership::named_until(index_t index, const member_id& id) const noexcept {
  const auto end = held_.begin() + static_cast<std::ptrdiff_t>(position(index)) + 1;
  return std::any_of(held_.begin(), end,
                     [&](const logged_configuration& item) { return is_member(item.members, id); });
}

std::vector<member_id> membership::all() const {
  std::vector<member_id> result;
  for (const auto& item : held_)
    for (const auto* list : {&item.members.voters, &item.members.outgoing, &item.members.learners})
      for (const auto& id : *list)
        if (!contains(result, id))
          result.push_back(id);
  return result;
}

void membership::append(index_t index, configuration members) {
  held_.push_back({index, std::move(members)});
}

bool membership::truncate_from(index_t first) {
  const auto before = held_.size();
  while (held_.size() > 1 && held_.back().index >= first)
    held_.pop_back();
  return held_.size() != before;
}

void membership::compact(index_t base) {
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(position(base)));
}

} // namespace hamok::raft
