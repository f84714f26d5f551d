#include "hamok/tests/sim/bad_messages.hpp"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

namespace hamok::sim {

namespace {

/// What its receiver knows for certain, and that the sender follows from it.
struct receiver_view {
  const core_view& core;
  bool from_its_leader = false;
};

/// Further than terms can have been counted.
raft::term_t far_ahead(raft::term_t term, dice& chance) {
  return chance.chance(300) ? ~raft::term_t{0} : term + (raft::term_t{1} << 33) + chance.below(9);
}

/// Any index or round that is larger.
std::uint64_t beyond(std::uint64_t value, dice& chance) {
  return chance.chance(300) ? ~std::uint64_t{0} : value + chance.between(1, 1000);
}

raft::term_t term_before(const core_view& receiver) {
  return receiver.term > 1 ? receiver.term - 1 : 0;
}

// Each makes a message impossible: in itself, or for this very receiver.

void damage(raft::vote_request& request, const receiver_view& to, dice& chance) {
  switch (chance.below(4)) {
  case 0:
    request.term = 0;
    return;
  case 1:
    request.term = far_ahead(to.core.term, chance);
    return;
  case 2: // a log of a later term than its owner
    request.last_log_index = std::max<raft::index_t>(request.last_log_index, 1);
    request.last_log_term = request.term + 1;
    return;
  default: // a term without a log
    request.last_log_index = 0;
    request.last_log_term = 1;
    return;
  }
}

void damage(raft::vote_response& response, const receiver_view& to, dice& chance) {
  const auto term = to.core.term;
  switch (chance.below(6)) {
  case 0:
    response.term = far_ahead(term, chance);
    return;
  case 1: // an answer to nothing
    response = {term, 0, response.pre_vote, false};
    return;
  case 2: // a vote of one term for another: for what the receiver asks for, or will
    response = {chance.chance(500) ? term_before(to.core) : term + 1, term, false, true};
    return;
  case 3: // a pre-vote for a term that the voter has already
    response = {term + 1, term + 1, true, true};
    return;
  case 4: // an answer to what was not asked yet
    response = {term, term + 2, true, chance.chance(500)};
    return;
  default: // a vote of a term that is over
    response = {term_before(to.core), term_before(to.core), false, true};
    return;
  }
}

void damage_entries(raft::append_request& request, dice& chance) {
  if (request.entries.empty())
    request.entries.push_back({request.term, raft::entry_kind::noop, duration{1}, {}});
  auto& last = request.entries.back();
  switch (chance.below(5)) {
  case 0: // of a term that its leader does not know
    last.term = request.term + 1;
    return;
  case 1:
    last.term = 0;
    return;
  case 2:
    last.cluster_time = raft::max_cluster_time + duration{1};
    return;
  case 3: { // the clock goes back
    auto next = last;
    last.cluster_time += duration{1};
    request.entries.push_back(std::move(next));
    return;
  }
  default: { // terms fall
    auto next = last;
    --next.term;
    request.entries.push_back(std::move(next));
    return;
  }
  }
}

void damage(raft::append_request& request, const receiver_view& to, dice& chance) {
  switch (chance.below(6)) {
  case 0:
    request.term = chance.chance(500) ? 0 : far_ahead(to.core.term, chance);
    return;
  case 1: // a term before the log
    request.prev_log_index = 0;
    request.prev_log_term = std::max<raft::term_t>(request.term, 1);
    return;
  case 2: // a log that is ahead of its leader
    request.prev_log_term = request.term + 1;
    return;
  case 3: // a second leader in one term
    if (to.core.leader != nobody && !to.from_its_leader) {
      request = {to.core.term, 0, 0, to.core.commit_index, beyond(0, chance), {}};
      return;
    }
    [[fallthrough]];
  default:
    return damage_entries(request, chance);
  }
}

void damage(raft::append_response& response, const receiver_view& to, dice& chance) {
  response.term = to.core.term;
  switch (chance.below(6)) {
  case 0:
    response.term = 0;
    return;
  case 1:
    response.term = far_ahead(to.core.term, chance);
    return;
  case 2: // nobody takes entries of an earlier term than its own
    response.success = true;
    ++response.term;
    return;
  case 3:
    response.success = chance.chance(800);
    response.match_index = beyond(to.core.last_index, chance);
    return;
  case 4:
    response.success = chance.chance(200);
    response.rejected_index = beyond(to.core.last_index, chance);
    return;
  default: // more rounds than there can have been
    response.round = ~std::uint64_t{0} - chance.below(9);
    return;
  }
}

void damage(raft::timeout_now& request, const receiver_view& to, dice& chance) {
  const bool from_nobody = !to.from_its_leader || to.core.role != raft::role::follower;
  switch (chance.below(4)) {
  case 0:
    request.term = far_ahead(to.core.term, chance);
    return;
  case 1: // its leader has led before
    request.term = term_before(to.core);
    return;
  default: // its leader has not asked
    request.term = from_nobody ? to.core.term : 0;
    return;
  }
}

/// Makes `request` one that begins with `data` of a snapshot.
void begin_at_zero(raft::install_request& request) {
  request.offset = 0;
  request.meta = raft::snapshot_meta{
      request.snapshot.index, request.snapshot.term, duration{0}, {{{"x", {1, 1}}}, {}, {}}};
}

void damage(raft::install_request& request, const receiver_view& to, dice& chance) {
  switch (chance.below(9)) {
  case 0:
    request.term = chance.chance(500) ? 0 : far_ahead(to.core.term, chance);
    return;
  case 1: // an entry of a later term than its leader's
    request.snapshot.term = request.term + 1;
    return;
  case 2:
    request.snapshot.index = 0;
    return;
  case 3: // bytes behind the end
    request.offset = request.snapshot.size + 1;
    request.meta.reset();
    return;
  case 4:
    request.snapshot.size = 0;
    return;
  case 5: // the first chunk tells what it is of, and no other does
    if (request.meta)
      request.meta.reset();
    else
      begin_at_zero(request);
    request.offset = request.meta ? 1 : 0;
    return;
  case 6:
    begin_at_zero(request);
    request.meta->members.voters.clear();
    return;
  case 7:
    begin_at_zero(request);
    ++request.meta->index;
    return;
  default:
    request.checksum ^= static_cast<std::uint32_t>(chance.between(1, 9));
    return;
  }
}

void damage(raft::install_response& response, const receiver_view& to, dice& chance) {
  response.term = to.core.term;
  switch (chance.below(4)) {
  case 0:
    response.term = 0;
    return;
  case 1:
    response.term = far_ahead(to.core.term, chance);
    return;
  case 2:
    response.received = beyond(response.snapshot.size, chance);
    return;
  default:
    response.round = ~std::uint64_t{0} - chance.below(9);
    return;
  }
}

/// A message of the kind, as it could come to `to`.
raft::message_body example(std::size_t kind, const core_view& to, dice& chance) {
  const auto term = to.term;
  switch (kind) {
  case 0:
    return raft::vote_request{term + 1, to.last_index, term, chance.chance(500), false};
  case 1:
    return raft::vote_response{term, term, false, true};
  case 2:
    return raft::append_request{term, 0, 0, 0, 0, {}};
  case 3:
    return raft::append_response{term, 0, chance.chance(500), 0, 0, 0, 0};
  case 4:
    return raft::timeout_now{term};
  case 5: {
    raft::install_request request{
        term, 0, {to.last_index + 1, std::max<raft::term_t>(term, 1), 9, 0}, 0, 0, {}, {}};
    begin_at_zero(request);
    return request;
  }
  default:
    return raft::install_response{term, 0, {to.last_index, term, 9, 0}, 0};
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

raft::receive from_a_stranger(const roster& lives, std::size_t from, const raft::message& message,
                              dice& chance) {
  auto id = lives[from].config.self;
  if (chance.chance(500))
    id.incarnation.high += 1;
  else
    id.peer += "x";
  return {std::move(id), message};
}

raft::receive malformed(const roster& lives, std::size_t from, std::size_t to,
                        const core_view& receiver, raft::message message, dice& chance) {
  auto sender = lives[from].config.self;
  const auto kind = chance.below(std::variant_size_v<raft::message_body>);
  if (message.body.index() != kind)
    message.body = example(kind, receiver, chance);
  switch (chance.below(12)) {
  case 0:
    message.group += 1;
    break;
  case 1: // from the member itself
    sender = lives[to].config.self;
    break;
  default:
    std::visit(
        [&](auto& body) {
          damage(body, {receiver, receiver.leader == from}, chance);
        },
        message.body);
  }
  return {std::move(sender), std::move(message)};
}

} // namespace hamok::sim
