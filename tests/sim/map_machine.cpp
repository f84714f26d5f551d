// The library's map and its sessions as a state machine under test: the same bytes as in a node's
// log, the same code as in a collection.

#include "hamok/collections/map_state.hpp"
#include "hamok/collections/session_state.hpp"
#include "hamok/raft/codec.hpp"
#include "hamok/tests/sim/invariant.hpp"
#include "hamok/tests/sim/state_machine.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace hamok::sim {

namespace {

/// Now and then a member goes on with what it has read back from its own snapshot.
constexpr raft::index_t snapshot_every = 61;

raft::incarnation_id session_of(const operation& op) {
  return {0x5E55, std::uint64_t{op.client} + 1};
}

/// The session counts from 1; the client's first operation opens it.
std::uint64_t in_session(std::uint64_t sequence) {
  return sequence > 1 ? sequence - 1 : 1;
}

blob bytes_of(std::uint64_t value) {
  std::vector<std::byte> bytes;
  raft::writer{bytes}.u64(value);
  return blob::from_vector(std::move(bytes));
}

std::uint64_t number_in(const blob& bytes) {
  raft::reader in{bytes};
  const auto value = in.u64();
  if (!in.done())
    throw violation{"state machine safety", "the map gives a value that nobody has set"};
  return value;
}

blob command_of(const operation& op) {
  const auto key = bytes_of(op.key);
  const auto value = bytes_of(op.value);
  const auto expected = bytes_of(op.expected);
  switch (op.kind) {
  case operation_kind::set:
    return map_command::set(key.bytes(), value.bytes());
  case operation_kind::insert:
    return map_command::insert(key.bytes(), value.bytes());
  case operation_kind::update_if:
    return map_command::update_if(key.bytes(), value.bytes(), expected.bytes());
  case operation_kind::remove:
    return map_command::remove(key.bytes());
  case operation_kind::remove_if:
    return map_command::remove_if(key.bytes(), expected.bytes());
  case operation_kind::open:
  case operation_kind::add: // the map has no such command
    break;
  }
  return {};
}

blob encode_operation(const operation& op) {
  if (op.kind == operation_kind::open) {
    open_envelope open;
    open.session = session_of(op);
    open.ttl = std::chrono::hours{24};
    return encode(open);
  }
  operation_envelope envelope;
  envelope.session = session_of(op);
  envelope.sequence = in_session(op.sequence);
  envelope.first_outstanding = in_session(op.first_outstanding);
  envelope.command = command_of(op);
  return encode(envelope);
}

std::uint64_t result_of(const operation& op, const blob& answer) {
  if (op.kind == operation_kind::update_if || op.kind == operation_kind::remove_if) {
    bool done = false;
    if (map_answer::decode(answer, done))
      return done ? 1 : 0;
  } else {
    std::optional<blob> before;
    if (map_answer::decode(answer, before))
      return before ? number_in(*before) : 0;
  }
  throw violation{"state machine safety", "the map's answer cannot be read: " + to_string(op)};
}

std::unique_ptr<session_state> make_state() {
  return std::make_unique<session_state>(std::make_unique<map_state>());
}

class map_machine final : public state_machine {
public:
  operation_result apply(raft::index_t index, const raft::entry& value) override {
    const auto found =
        value.kind == raft::entry_kind::command ? from_payload(value.data) : std::nullopt;
    if (!found)
      return {};
    if (index / snapshot_every != last_ / snapshot_every)
      go_through_snapshot();
    last_ = index;
    const auto done = state_->apply({index, value.cluster_time, false}, found->inner);
    return judge(index, found->what, done);
  }

  std::uint64_t digest() const override {
    const auto answer = state_->machine().view()->query(map_query::entries());
    std::vector<key_value> entries;
    if (!answer || !map_answer::decode(*answer, entries))
      throw violation{"state machine safety", "the map's content cannot be read"};
    std::uint64_t sum = 0;
    for (const auto& [key, value] : entries)
      sum += content_hash(static_cast<std::uint8_t>(number_in(key)), number_in(value));
    return sum;
  }

  blob snapshot() const override {
    std::vector<std::byte> bytes;
    raft::writer out{bytes};
    out.bytes(state_->snapshot().bytes());
    out.varint(last_);
    out.varint(places_.size());
    for (const auto& [called, index] : places_) {
      out.varint(called.first);
      out.varint(called.second);
      out.varint(index);
    }
    return blob::from_vector(std::move(bytes));
  }

  bool restore(const blob& bytes) override {
    raft::reader in{bytes};
    auto state = make_state();
    if (!state->restore(in.bytes()))
      return false;
    const auto last = in.varint();
    std::map<name, raft::index_t> places;
    for (auto left = in.count(3); left > 0 && in.ok(); --left) {
      const auto client = static_cast<std::uint32_t>(in.varint());
      const auto sequence = in.varint();
      places[{client, sequence}] = in.varint();
    }
    if (!in.done())
      return false;
    state_ = std::move(state);
    last_ = last;
    places_ = std::move(places);
    return true;
  }

private:
  using name = std::pair<std::uint32_t, std::uint64_t>;

  operation_result judge(raft::index_t index, const operation& op, const applied_entry& done) {
    const name called{op.client, op.sequence};
    if (done.what == verdict::opened) {
      const bool first = places_.emplace(called, index).second;
      return {first, 0, places_[called]};
    }
    if (done.what == verdict::stale)
      return {};
    if (done.what != verdict::applied && done.what != verdict::duplicate)
      throw violation{"state machine safety", "the session refuses " + to_string(op)};
    if (done.what == verdict::applied)
      places_[called] = index;
    const auto result = result_of(op, done.result);
    return {done.what == verdict::applied, result, places_[called]};
  }

  void go_through_snapshot() {
    const auto bytes = state_->snapshot();
    auto copy = make_state();
    if (!copy->restore(bytes) || copy->snapshot() != bytes
        || copy->machine().digest() != state_->machine().digest())
      throw violation{"state machine safety", "a snapshot differs from what it was made of"};
    state_ = std::move(copy);
  }

  std::unique_ptr<session_state> state_ = make_state();
  raft::index_t last_ = 0;
  std::map<name, raft::index_t> places_; ///< where operations took effect
};

} // namespace

const state_machine_kind& map_kind() noexcept {
  static constexpr state_machine_kind kind{
      "map",
      operation_kind::remove_if,
      []() -> std::unique_ptr<state_machine> { return std::make_unique<map_machine>(); },
      encode_operation,
  };
  return kind;
}

} // namespace hamok::sim
