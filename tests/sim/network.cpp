#include "hamok/tests/sim/network.hpp"

#include "hamok/raft/codec.hpp"
#include "hamok/tests/sim/bad_messages.hpp"
#include "hamok/tests/sim/world.hpp"

#include <utility>

namespace hamok::sim {

namespace {

/// Old messages that are kept for each member, of each kind.
constexpr std::size_t max_old_messages = 6;

/// The receiver reads what was sent. Not at arrival: what is refused there would look like a loss.
void check_codec(const raft::message& message, const blob& bytes) {
  const auto read = raft::decode_message(bytes);
  if (!read)
    throw violation{"codec", "what was encoded cannot be decoded: " + raft::to_string(message)};
  if (*read != message)
    throw violation{"codec",
                    raft::to_string(message) + " was decoded as " + raft::to_string(*read)};
}

} // namespace

network::network(world& all) : all_(all), untrue_(all) {}

duration network::delay() {
  const auto& plan = all_.plan.network;
  auto result = all_.chance.between(plan.min_delay, plan.max_delay);
  if (!healed_ && all_.chance.chance(plan.spike_per_mille)) {
    result += all_.chance.between(duration{0}, plan.max_spike);
    all_.done.add(count::messages_delayed);
  }
  return result;
}

void network::send(std::size_t from, std::size_t to, const raft::message& message) {
  const auto bytes = raft::to_blob(message);
  check_codec(message, bytes);
  all_.done.add(count::messages_sent);
  all_.story.note(all_.time.now(), {0x5E4D, from, to, hash_bytes(bytes.bytes())}, [&] {
    return all_.name(from) + " -> " + all_.name(to) + "  " + raft::to_string(message);
  });
  untrue_.keep(from, to, message, bytes);
  const auto number = ++paths_.at(from, to).sent;
  if (!healed_)
    disturb(from, to, message, bytes);
  if (paths_.at(from, to).blocked > 0) {
    all_.done.add(count::messages_blocked);
    return;
  }
  const auto& plan = all_.plan.network;
  if (!healed_ && all_.chance.chance(plan.loss_per_mille)) {
    all_.done.add(count::messages_lost);
    return;
  }
  dispatch(from, to, bytes, number);
  if (!healed_ && all_.chance.chance(plan.duplicate_per_mille)) {
    all_.done.add(count::messages_duplicated);
    dispatch(from, to, bytes, number);
  }
  if (!healed_)
    repeat_later(from, to, message, bytes, number);
}

// Copies that come when their term is over are what the checks of terms are for. Answers to votes
// are few, so they are repeated more often.
void network::repeat_later(std::size_t from, std::size_t to, const raft::message& message,
                           const blob& bytes, std::uint64_t number) {
  const auto& plan = all_.plan.network;
  const bool vote = std::holds_alternative<raft::vote_response>(message.body);
  if (!all_.chance.chance(plan.late_copy_per_mille * (vote ? 10 : 1)))
    return;
  all_.done.add(count::messages_repeated_late);
  all_.time.after(all_.chance.between(plan.max_delay, plan.max_late_copy),
                  [this, from, to, bytes, number] {
                    if (!healed_)
                      arrive(from, to, bytes, number);
                  });
  if (old_.size() <= to)
    old_.resize(to + 1);
  auto& old = old_[to][message.body.index()];
  if (old.size() < max_old_messages)
    old.push_back({from, number, bytes});
  else
    old[all_.chance.below(old.size())] = {from, number, bytes};
}

void network::repeat_old(std::size_t to) {
  if (healed_ || old_.size() <= to)
    return;
  for (const auto& kind : old_[to])
    for (const auto& message : kind) {
      if (all_.chance.chance(600))
        continue;
      all_.done.add(count::messages_repeated_late);
      dispatch(message.from, to, message.bytes, message.number);
    }
}

bool network::carry(std::size_t from, std::size_t to, std::function<void()> arrive) {
  if (paths_.at(from, to).blocked > 0
      || (!healed_ && all_.chance.chance(all_.plan.network.loss_per_mille)))
    return false;
  all_.time.after(delay(), std::move(arrive));
  return true;
}

void network::dispatch(std::size_t from, std::size_t to, const blob& bytes, std::uint64_t number) {
  all_.time.after(delay(), [this, from, to, bytes, number] { arrive(from, to, bytes, number); });
}

void network::arrive(std::size_t from, std::size_t to, const blob& bytes, std::uint64_t number) {
  auto& way = paths_.at(from, to);
  if (way.blocked > 0) {
    all_.done.add(count::messages_blocked);
    return;
  }
  if (number < way.arrived)
    all_.done.add(count::messages_reordered);
  else
    way.arrived = number;
  all_.members[to].receive(from, bytes);
}

// Beside the real messages: bytes that are none, and messages that nobody may send.
void network::disturb(std::size_t from, std::size_t to, const raft::message& message,
                      const blob& bytes) {
  const auto& plan = all_.plan.network;
  if (all_.chance.chance(plan.garbage_per_mille))
    read_garbage(bytes);
  if (all_.chance.chance(plan.stranger_per_mille))
    all_.time.after(delay(), [this, from, to, message] {
      if (all_.members[to].receive_bad(from_a_stranger(all_.lives, from, message, all_.chance)))
        all_.done.add(count::strangers);
    });
  if (all_.chance.chance(plan.malformed_per_mille))
    all_.time.after(delay(), [this, from, to, message] { send_malformed(from, to, message); });
}

// Made when it arrives, for the state that its receiver is in then.
void network::send_malformed(std::size_t from, std::size_t to, const raft::message& message) {
  const auto& receiver = all_.rules.view().members[to].now;
  // Most messages are between a leader and others; what others may not say, others have to say.
  if (all_.chance.chance(400))
    from = all_.lives.anybody(all_.chance);
  auto damaged = malformed(all_.lives, from, to, receiver, message, all_.chance);
  const auto kind =
      static_cast<std::size_t>(count::malformed_vote_requests) + damaged.message.body.index();
  if (all_.members[to].receive_bad(std::move(damaged)))
    all_.done.add(static_cast<count>(kind));
}

// It only has to be told from a message: what happens to be one, no link would let pass.
void network::read_garbage(const blob& bytes) {
  all_.done.add(count::garbage);
  const auto damaged = garbage(bytes, all_.chance);
  const auto read = raft::decode_message(damaged.bytes);
  if (!read)
    return;
  if (damaged.never_a_message)
    throw violation{"garbage is not a message",
                    "cut or extended bytes were read as " + raft::to_string(*read)};
  if (raft::to_blob(*read) != damaged.bytes)
    throw violation{"codec", "two encodings were read as the same " + raft::to_string(*read)};
}

void network::block(std::size_t from, std::size_t to) {
  if (from == to)
    return;
  ++paths_.at(from, to).blocked;
  tell_of_link(from, to, false);
}

void network::unblock(std::size_t from, std::size_t to) {
  if (from == to || paths_.at(from, to).blocked == 0)
    return;
  --paths_.at(from, to).blocked;
  if (paths_.at(from, to).blocked == 0 && paths_.at(to, from).blocked == 0)
    tell_of_link(from, to, true);
}

void network::unblock_all() {
  const auto size = all_.lives.size();
  for (std::size_t from = 0; from < size; ++from)
    for (std::size_t to = 0; to < size; ++to)
      while (paths_.at(from, to).blocked > 0)
        unblock(from, to);
}

void network::heal() {
  unblock_all();
  healed_ = true;
}

void network::tell_of_link(std::size_t one, std::size_t other, bool up) {
  tell_end(one, other, up);
  tell_end(other, one, up);
}

void network::tell_end(std::size_t whom, std::size_t peer, bool up) {
  const auto& plan = all_.plan.network;
  if (!healed_ && !all_.chance.chance(plan.link_told_per_mille)) {
    all_.done.add(count::link_changes_untold);
    return;
  }
  all_.time.after(all_.chance.between(duration{0}, plan.max_link_notice), [this, whom, peer, up] {
    // Late news of what is long over would be a fault.
    if (up || !healed_ || all_.lives[peer].gone)
      all_.nodes[all_.lives[whom].place].link_changed(whom, peer, up);
  });
}

} // namespace hamok::sim
