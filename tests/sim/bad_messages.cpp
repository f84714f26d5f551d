#include "hamok/tests/sim/bad_messages.hpp"

#include <utility>
#include <vector>

namespace hamok::sim {

namespace {

std::optional<raft::message> malformed_append(raft::message message, dice& chance) {
  auto& request = std::get<raft::append_request>(message.body);
  switch (chance.below(4)) {
  case 0: // a term before the log
    request.prev_log_index = 0;
    request.prev_log_term = request.term;
    return message;
  case 1: // an entry of a term that its leader does not know
    if (request.entries.empty())
      return std::nullopt;
    request.entries.back().term = request.term + 1;
    return message;
  case 2: // terms that fall along the log
    if (request.entries.empty() || request.prev_log_term < 2)
      return std::nullopt;
    request.entries.front().term = request.prev_log_term - 1;
    return message;
  default: // a log that is ahead of its leader
    request.prev_log_term = request.term + 1;
    return message;
  }
}

} // namespace

garbage_bytes garbage(const blob& message, dice& chance) {
  const auto source = message.bytes();
  std::vector<std::byte> bytes{source.begin(), source.end()};
  switch (chance.below(4)) {
  case 0:
    bytes.resize(chance.below(bytes.size()));
    return {blob::from_vector(std::move(bytes)), true};
  case 1:
    bytes.resize(bytes.size() + chance.between(1, 20), std::byte{0});
    return {blob::from_vector(std::move(bytes)), true};
  case 2:
    bytes[chance.below(bytes.size())] ^= static_cast<std::byte>(1u << chance.below(8));
    return {blob::from_vector(std::move(bytes)), false};
  default:
    for (auto& byte : bytes)
      byte = static_cast<std::byte>(chance.below(256));
    return {blob::from_vector(std::move(bytes)), false};
  }
}

raft::receive from_a_stranger(const scenario& plan, std::size_t from, const raft::message& message,
                              dice& chance) {
  auto id = plan.members[from].config.self;
  if (chance.chance(500))
    id.incarnation.high += 1;
  else
    id.peer += "x";
  return {std::move(id), message};
}

std::optional<raft::receive> malformed(const scenario& plan, std::size_t from, std::size_t to,
                                       const raft::message& message, dice& chance) {
  auto damaged = message;
  const auto& sender = plan.members[from].config.self;
  switch (chance.below(4)) {
  case 0:
    damaged.group += 1;
    return raft::receive{sender, std::move(damaged)};
  case 1: // from the member itself
    return raft::receive{plan.members[to].config.self, std::move(damaged)};
  default:
    break;
  }
  if (!std::holds_alternative<raft::append_request>(damaged.body))
    return std::nullopt;
  auto append = malformed_append(std::move(damaged), chance);
  if (!append)
    return std::nullopt;
  return raft::receive{sender, std::move(*append)};
}

} // namespace hamok::sim
