// The library's collections as a state machine under test: the same bytes as in a node's log, the
// same sessions, the same snapshots. Only the actors around them are missing.

#include "hamok/collections/session_state.hpp"
#include "hamok/collections/snapshot_state.hpp"
#include "hamok/collections/state_bytes_state.hpp"
#include "hamok/raft/codec.hpp"
#include "hamok/tests/sim/invariant.hpp"
#include "hamok/tests/sim/language.hpp"
#include "hamok/tests/sim/state_machine.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hamok::sim {

namespace {

/// Now and then a member goes on with what it has read back from its own snapshot.
constexpr raft::index_t snapshot_every = 61;

constexpr std::array kinds{collection_kind::map, collection_kind::record, collection_kind::queue,
                           collection_kind::emitter, collection_kind::remote_map};

// -- operations as entries ------------------------------------------------------------------------

raft::incarnation_id session_of(const operation& op) {
  return {0x5E55'0000 + std::uint64_t{op.place.session}, std::uint64_t{op.client} + 1};
}

blob encode_creation(const operation& op) {
  create_envelope create;
  create.name = std::string{"the "} + language_of(op.collection).kind;
  create.kind = language_of(op.collection).kind;
  create.creator = {0xC4EA, std::uint64_t{op.client} + 1};
  return encode(create);
}

blob encode_for_machine(const operation& op) {
  operation_envelope envelope;
  envelope.collection = op.number;
  envelope.session = session_of(op);
  envelope.sequence = op.place.sequence;
  envelope.first_outstanding = op.place.first_outstanding;
  envelope.content = op.kind == operation_kind::import;
  const auto& speaks = language_of(op.collection);
  if (!envelope.content) {
    envelope.command = speaks.command(op);
    return encode(envelope);
  }
  content_piece piece;
  piece.import = {op.sequence, op.client};
  piece.last = true;
  piece.bytes = speaks.import(op);
  envelope.command = encode(piece);
  return encode(envelope);
}

blob encode_operation(const operation& op) {
  switch (op.kind) {
  case operation_kind::create:
    return encode_creation(op);
  case operation_kind::open: {
    open_envelope open;
    open.collection = op.number;
    open.session = session_of(op);
    open.ttl = std::chrono::hours{24};
    return encode(open);
  }
  case operation_kind::keep_alive:
    return encode(keep_alive_envelope{op.number, session_of(op), op.place.first_outstanding});
  case operation_kind::close:
    return encode(close_envelope{op.number, session_of(op)});
  default:
    return encode_for_machine(op);
  }
}

std::uint64_t result_of(const operation& op, const applied_entry& done) {
  if (done.status != command_status::ok)
    cannot_read(op);
  if (op.kind != operation_kind::import)
    return language_of(op.collection).result(op, done.result);
  if (decode_content_outcome(done.result) != content_outcome::done)
    cannot_read(op);
  return 0;
}

// -- a member's collections -----------------------------------------------------------------------

/// One collection, and what is seen of it from outside.
class collection {
public:
  collection(collection_label label, collection_kind kind, std::unique_ptr<session_state> state)
      : label_(std::move(label)),
        state_(std::move(state)) {
    seen_.kind = kind;
    look();
  }

  [[nodiscard]] const collection_label& label() const noexcept { return label_; }
  [[nodiscard]] const picture& seen() const noexcept { return seen_; }
  [[nodiscard]] std::uint64_t digest_part() const noexcept { return digest_part_; }
  [[nodiscard]] bool has_session(const operation& op) const {
    return state_->contains(session_of(op));
  }
  [[nodiscard]] collection_cut cut() const { return {label_, state_->cut()}; }
  [[nodiscard]] std::shared_ptr<const hamok::remote_view> remote_map() const {
    return std::dynamic_pointer_cast<const hamok::remote_view>(state_->machine().view());
  }

  applied_entry apply(const command_context& context, const operation& op, const blob& entry) {
    const auto turn = op.kind == operation_kind::pop
                          ? state_->machine().turn_of(language_of(seen_.kind).command(op), 0)
                          : command_turn::any;
    auto done = state_->apply(context, entry);
    if (done.what == verdict::applied && turn != command_turn::any
        && done.result.empty() != (turn == command_turn::later))
      throw violation{"answers are as modelled", "a pop whose turn it is finds nothing, or the "
                                                 "other way round"};
    look();
    return done;
  }

private:
  void look() {
    seen_.items = language_of(seen_.kind).read(*state_->machine().view());
    seen_.digest = state_->machine().digest();
    digest_part_ = sim::digest_part(seen_.kind, seen_.items);
  }

  collection_label label_;
  std::unique_ptr<session_state> state_;
  picture seen_;
  std::uint64_t digest_part_ = 0;
};

std::optional<collection_kind> kind_called(std::string_view name) {
  for (const auto kind : kinds)
    if (language_of(kind).kind == name)
      return kind;
  return std::nullopt;
}

std::unique_ptr<hamok::state_machine> make_machine(const std::string& name) {
  const auto kind = kind_called(name);
  return kind ? language_of(*kind).make() : nullptr;
}

class collections_machine final : public state_machine {
public:
  operation_result apply(raft::index_t index, const raft::entry& value) override {
    touched_ = nullptr;
    const auto found =
        value.kind == raft::entry_kind::command ? from_payload(value.data) : std::nullopt;
    if (!found)
      return {};
    if (index / snapshot_every != last_ / snapshot_every)
      go_through_snapshot();
    last_ = index;
    const auto& op = found->what;
    give_up_before(op);
    const auto target = envelope_target(found->inner);
    if (!target)
      return apply_creation(index, op, found->inner);
    const auto known = collections_.find(*target);
    if (known == collections_.end())
      throw violation{"state machine safety", "there is no collection for " + to_string(op)};
    const bool had_session = known->second.has_session(op);
    const bool wants_events = ++applied_ % 2 == 0; // makes no difference to anything else
    const auto done =
        known->second.apply({index, value.cluster_time, wants_events}, op, found->inner);
    touched_ = &known->second.seen();
    return judge(index, op, done, had_session);
  }

  std::uint64_t digest() const override {
    std::uint64_t sum = 0;
    for (const auto& [number, each] : collections_)
      sum += each.digest_part();
    return sum;
  }

  const picture* touched() const override { return touched_; }

  std::vector<picture> collections() const override {
    std::vector<picture> result;
    for (const auto& [number, each] : collections_)
      result.push_back(each.seen());
    return result;
  }

  remote_map_part remote_map() const override {
    for (const auto& [number, each] : collections_)
      if (each.seen().kind == collection_kind::remote_map)
        return {number, each.remote_map()};
    return {};
  }

  blob snapshot() const override {
    std::vector<collection_cut> cuts;
    for (const auto& [number, each] : collections_)
      cuts.push_back(each.cut());
    raft::snapshot_meta meta;
    meta.index = last_;
    meta.members.voters = {{"a", {1, 1}}};
    byte_sink written;
    write_snapshot(meta, std::move(cuts), written);
    std::vector<std::byte> bytes;
    raft::writer out{bytes};
    out.bytes(written.take().bytes());
    out.varint(clients_.size());
    for (const auto& [client, record] : clients_) {
      out.varint(client);
      out.varint(record.first_outstanding);
      out.varint(record.places.size());
      for (const auto& [sequence, index] : record.places) {
        out.varint(sequence);
        out.varint(index);
      }
    }
    return blob::from_vector(std::move(bytes));
  }

  bool restore(const blob& bytes) override {
    raft::reader in{bytes};
    chunk_source source{in.bytes()};
    snapshot_content read;
    if (!in.ok() || !read_snapshot(source, make_machine, read).empty())
      return false;
    std::map<std::uint32_t, client_record> clients;
    for (auto left = in.count(3); left > 0 && in.ok(); --left) {
      auto& record = clients[static_cast<std::uint32_t>(in.varint())];
      record.first_outstanding = in.varint();
      for (auto places = in.count(2); places > 0 && in.ok(); --places) {
        const auto sequence = in.varint();
        record.places[sequence] = in.varint();
      }
    }
    if (!in.done())
      return false;
    collections_.clear();
    for (auto& [label, state] : read.collections)
      add(std::move(label), std::move(state));
    last_ = read.meta.index;
    clients_ = std::move(clients);
    touched_ = nullptr;
    return true;
  }

private:
  /// What a proposer remembers of itself, and the library need not.
  struct client_record {
    std::uint64_t first_outstanding = 0;
    std::map<std::uint64_t, raft::index_t> places; ///< where its operations took effect
  };

  const picture& add(collection_label label, std::unique_ptr<session_state> state) {
    const auto number = label.number;
    const auto kind = *kind_called(label.kind);
    const auto [added, is_new] =
        collections_.try_emplace(number, std::move(label), kind, std::move(state));
    return added->second.seen();
  }

  // The first creation of a name stands, as with the applier.
  operation_result apply_creation(raft::index_t index, const operation& op, const blob& entry) {
    const auto create = decode_create_envelope(entry);
    if (!create)
      throw violation{"state machine safety", "no creation: " + to_string(op)};
    for (const auto& [number, each] : collections_)
      if (each.label().name == create->name)
        return given_up(op) ? operation_result{} : place(index, op, number);
    touched_ = &add({index, create->name, create->kind, create->options, create->creator},
                    std::make_unique<session_state>(make_machine(create->kind)));
    return place(index, op, index);
  }

  operation_result judge(raft::index_t index, const operation& op, const applied_entry& done,
                         bool had_session) {
    const bool late = given_up(op);
    const bool again = late || clients_[op.client].places.contains(op.sequence);
    if (done.what == verdict::applied && again)
      throw violation{"no operation applied twice", "the session applies again " + to_string(op)};
    if (op.kind == operation_kind::open && again && !had_session
        && done.what != verdict::session_expired)
      throw violation{"state machine safety", "what is closed is open again: " + to_string(op)};
    switch (done.what) {
    case verdict::stale:
    case verdict::session_expired:
      if (late)
        return {};
      break;
    case verdict::applied:
    case verdict::duplicate:
      if (!late)
        return place(index, op, result_of(op, done));
      break;
    case verdict::opened:
    case verdict::kept_alive:
    case verdict::session_closed:
      return late ? operation_result{} : place(index, op, 0);
    default:
      break;
    }
    throw violation{"state machine safety", "the session refuses " + to_string(op)};
  }

  /// Where it took effect: here, or when it came first.
  operation_result place(raft::index_t index, const operation& op, std::uint64_t result) {
    const auto [known, is_new] = clients_[op.client].places.emplace(op.sequence, index);
    return {is_new, result, known->second};
  }

  /// Nobody asks any more what it has done.
  [[nodiscard]] bool given_up(const operation& op) {
    return op.sequence < clients_[op.client].first_outstanding;
  }

  void give_up_before(const operation& op) {
    auto& client = clients_[op.client];
    client.first_outstanding = std::max(client.first_outstanding, op.first_outstanding);
    client.places.erase(client.places.begin(), client.places.lower_bound(client.first_outstanding));
  }

  void go_through_snapshot() {
    const auto bytes = snapshot();
    collections_machine copy;
    if (!copy.restore(bytes) || copy.snapshot() != bytes || copy.digest() != digest())
      throw violation{"a cut is of one index", "a snapshot differs from what it was made of"};
    collections_ = std::move(copy.collections_);
  }

  std::map<std::uint64_t, collection> collections_; ///< by number
  raft::index_t last_ = 0;
  std::uint64_t applied_ = 0;
  std::map<std::uint32_t, client_record> clients_;
  const picture* touched_ = nullptr;
};

} // namespace

const state_machine_kind& collections_kind() noexcept {
  static constexpr state_machine_kind kind{
      "collections",
      []() -> std::unique_ptr<state_machine> { return std::make_unique<collections_machine>(); },
      encode_operation,
  };
  return kind;
}

} // namespace hamok::sim
