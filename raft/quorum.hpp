#pragma once

// Majorities, of one configuration or of both halves of a joint one (thesis, 4.3).

#include "hamok/raft/types.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace hamok::raft {

/// Members that make a majority of `voters` voters.
[[nodiscard]] constexpr std::size_t majority(std::size_t voters) noexcept {
  return voters / 2 + 1;
}

/// The largest value that a majority of `values` has reached; `nothing` when there are no values.
template <class T>
[[nodiscard]] T majority_value(std::vector<T> values, T nothing) {
  if (values.empty())
    return nothing;
  auto nth = values.begin() + static_cast<std::ptrdiff_t>(majority(values.size()) - 1);
  std::nth_element(values.begin(), nth, values.end(), std::greater<T>{});
  return *nth;
}

/// The largest value that a quorum of `members` has reached, `value_of(member)` giving each
/// voter's. In a joint configuration both majorities must have reached it.
template <class T, class ValueOf>
[[nodiscard]] T quorum_value(const configuration& members, T nothing, ValueOf value_of) {
  auto of = [&](const std::vector<member_id>& voters) {
    std::vector<T> values;
    values.reserve(voters.size());
    for (const auto& voter : voters)
      values.push_back(value_of(voter));
    return majority_value(std::move(values), nothing);
  };
  T result = of(members.voters);
  return members.outgoing.empty() ? result : std::min(result, of(members.outgoing));
}

enum class vote_result { pending, won, lost };

/// How a vote stands. It is lost as soon as a majority cannot be reached any more.
[[nodiscard]] vote_result count_votes(const configuration& members,
                                      const std::vector<member_id>& granted,
                                      const std::vector<member_id>& refused);

[[nodiscard]] bool contains(const std::vector<member_id>& members, const member_id& id) noexcept;
/// Votes and counts, in either half of a joint configuration.
[[nodiscard]] bool is_voter(const configuration& members, const member_id& id) noexcept;
/// Takes part, as voter or learner.
[[nodiscard]] bool is_member(const configuration& members, const member_id& id) noexcept;
/// Every member once, but for `self`.
[[nodiscard]] std::vector<member_id> others(const configuration& members, const member_id& self);

} // namespace hamok::raft
