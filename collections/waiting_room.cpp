#include "hamok/collections/waiting_room.hpp"

namespace hamok {

errc waiting_room::enter(visitor who) {
  if (waiting_.size() + away_.size() >= max_waiting_ || bytes_ + who.command.size() > max_bytes_)
    return errc::overloaded;
  bytes_ += who.command.size();
  settle(next_++, std::move(who));
  return errc::none;
}

void waiting_room::settle(arrival place, visitor who) {
  deadlines_.emplace(who.deadline, place);
  waiting_.emplace(place, std::move(who));
}

waiting_room::waiting_map::iterator waiting_room::take_out(waiting_map::iterator which) {
  deadlines_.erase({which->second.deadline, which->first});
  return waiting_.erase(which);
}

std::optional<waiting_room::visitor> waiting_room::leave(const state_machine& machine) {
  const auto first = waiting_.begin();
  if (first == waiting_.end()
      || machine.turn_of(first->second.command, away_.size()) == command_turn::later)
    return std::nullopt;
  const auto place = first->first;
  auto who = first->second;
  take_out(first);
  away_.emplace(who.ticket, std::pair{place, who});
  return who;
}

bool waiting_room::returned(const proposer_answer& answer, raft::timestamp now) {
  const auto found = away_.find(answer.ticket);
  if (found == away_.end())
    return false;
  auto [place, who] = std::move(found->second);
  away_.erase(found);
  if (answer.failure == errc::none && answer.result.empty() && who.deadline > now) {
    settle(place, std::move(who));
    return true;
  }
  bytes_ -= who.command.size();
  return false;
}

waiting_room::waiting_map::iterator waiting_room::end_wait(waiting_map::iterator which, errc reason,
                                                           proposer_output& out) {
  out.answers.push_back({which->second.ticket, reason, {}});
  bytes_ -= which->second.command.size();
  return take_out(which);
}

void waiting_room::expire(raft::timestamp now, proposer_output& out) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now)
    end_wait(waiting_.find(deadlines_.begin()->second), errc::none, out);
}

void waiting_room::dismiss(errc reason, proposer_output& out) {
  while (!waiting_.empty())
    end_wait(waiting_.begin(), reason, out);
}

} // namespace hamok
