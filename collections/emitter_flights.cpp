#include "hamok/collections/emitter_flights.hpp"

#include <algorithm>

namespace hamok {

std::optional<std::uint64_t> emitter_flights::begin(std::optional<std::uint64_t> caller,
                                                    raft::timestamp deadline) {
  if (flights_.size() >= max_flights)
    return std::nullopt;
  auto& made = flights_[++last_];
  made.caller = caller;
  made.deadline = deadline;
  return last_;
}

bool emitter_flights::expect(std::uint64_t flight, const raft::member_id& member,
                             std::size_t bytes) {
  auto& which = flights_.at(flight);
  if (const auto early = which.answers.extract(member)) {
    which.ends.emplace_back(member, early.mapped());
    return true;
  }
  auto& there = loads_[member];
  if (there.count >= max_per_member
      || (there.count > 0 && there.bytes + bytes > max_bytes_per_member)) {
    which.ends.emplace_back(member, errc::overloaded);
    return false;
  }
  ++there.count;
  there.bytes += bytes;
  which.missing.emplace(member, bytes);
  return true;
}

void emitter_flights::fail(std::uint64_t flight, const raft::member_id& member, errc reason) {
  auto& which = flights_.at(flight);
  if (const auto early = which.answers.extract(member))
    reason = early.mapped();
  which.ends.emplace_back(member, reason);
}

std::optional<finished_flight> emitter_flights::launched(std::uint64_t flight) {
  const auto found = flights_.find(flight);
  if (found == flights_.end())
    return std::nullopt;
  found->second.launched = true;
  deadlines_.emplace(found->second.deadline, flight);
  return finish_if_done(found);
}

std::optional<std::uint64_t> emitter_flights::abandon(std::uint64_t flight) {
  const auto gone = flights_.extract(flight);
  return gone ? gone.mapped().caller : std::nullopt;
}

std::optional<finished_flight>
emitter_flights::answered(std::uint64_t flight, const raft::member_id& member, errc reason) {
  const auto found = flights_.find(flight);
  if (found == flights_.end())
    return std::nullopt;
  const auto missing = found->second.missing.extract(member);
  if (missing) {
    landed(member, missing.mapped());
    found->second.ends.emplace_back(member, reason);
  } else if (!found->second.launched) {
    found->second.answers.emplace(member, reason);
  }
  return finish_if_done(found);
}

std::vector<finished_flight> emitter_flights::lost(const raft::member_id& member) {
  std::vector<finished_flight> result;
  for (auto i = flights_.begin(); i != flights_.end();) {
    const auto which = i++;
    if (which->second.missing.contains(member))
      if (auto done = answered(which->first, member, errc::connection_lost))
        result.push_back(std::move(*done));
  }
  return result;
}

std::vector<finished_flight> emitter_flights::expire(raft::timestamp now) {
  std::vector<finished_flight> result;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto which = flights_.find(deadlines_.begin()->second);
    for (const auto& [member, bytes] : std::exchange(which->second.missing, {})) {
      landed(member, bytes);
      which->second.ends.emplace_back(member, errc::outcome_unknown);
    }
    result.push_back(finish(which));
  }
  return result;
}

std::vector<std::uint64_t> emitter_flights::clear() {
  std::vector<std::uint64_t> result;
  for (const auto& [number, which] : flights_)
    if (which.caller)
      result.push_back(*which.caller);
  flights_.clear();
  loads_.clear();
  deadlines_.clear();
  return result;
}

std::optional<raft::timestamp> emitter_flights::deadline() const {
  if (deadlines_.empty())
    return std::nullopt;
  return deadlines_.begin()->first;
}

void emitter_flights::landed(const raft::member_id& member, std::size_t bytes) {
  const auto found = loads_.find(member);
  if (found == loads_.end())
    return;
  found->second.bytes -= bytes;
  if (--found->second.count == 0)
    loads_.erase(found);
}

std::optional<finished_flight> emitter_flights::finish_if_done(flights::iterator which) {
  if (!which->second.launched || !which->second.missing.empty())
    return std::nullopt;
  return finish(which);
}

/// A member can be there twice, as the life that it is and as one that has not been cleaned up yet:
/// what counts is that it has handled the event.
finished_flight emitter_flights::finish(flights::iterator which) {
  finished_flight result;
  result.caller = which->second.caller;
  auto& [handled, failed] = result.result;
  for (const auto& [member, reason] : which->second.ends)
    if (reason == errc::none)
      handled.push_back(member.peer);
  for (const auto& [member, reason] : which->second.ends)
    if (reason != errc::none && std::ranges::find(handled, member.peer) == handled.end())
      failed.emplace_back(member.peer, reason);
  std::ranges::sort(handled);
  std::ranges::sort(failed);
  deadlines_.erase({which->second.deadline, which->first});
  flights_.erase(which);
  return result;
}

} // namespace hamok
