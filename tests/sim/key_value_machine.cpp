// The simulator's own state machine: as small as one with exactly-once operations can be.

#include "hamok/raft/codec.hpp"
#include "hamok/tests/sim/state_machine.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace hamok::sim {

namespace {

class key_value_machine final : public state_machine {
public:
  operation_result apply(raft::index_t index, const raft::entry& value) override {
    if (value.kind != raft::entry_kind::command)
      return {};
    const auto found = from_payload(value.data);
    if (!found)
      return {};
    const auto& op = found->what;
    auto& by = clients_[op.client];
    by.first_outstanding = std::max(by.first_outstanding, op.first_outstanding);
    // Results that the client needs no more are forgotten, and gaps wait for what they lack.
    if (op.sequence < by.first_outstanding || op.sequence > by.done.size() + 1)
      return {};
    if (op.sequence <= by.done.size()) {
      const auto& before = by.done[op.sequence - 1];
      return {false, before.result, before.index};
    }
    by.done.push_back({true, execute(op), index});
    return by.done.back();
  }

  std::uint64_t digest() const override { return digest_; }

  blob snapshot() const override {
    std::vector<std::byte> bytes;
    raft::writer out{bytes};
    for (const auto& slot : values_) {
      out.u8(slot ? 1 : 0);
      out.varint(slot.value_or(0));
    }
    out.varint(clients_.size());
    for (const auto& [client, record] : clients_) {
      out.varint(client);
      out.varint(record.first_outstanding);
      out.varint(record.done.size());
      for (const auto& each : record.done) {
        out.varint(each.result);
        out.varint(each.index);
      }
    }
    return blob::from_vector(std::move(bytes));
  }

  bool restore(const blob& bytes) override {
    raft::reader in{bytes};
    key_value_machine next;
    for (std::size_t key = 0; key < values_.size(); ++key) {
      const bool held = in.u8() == 1;
      const auto value = in.varint();
      if (held) {
        next.values_[key] = value;
        next.digest_ += content_hash(static_cast<std::uint8_t>(key), value);
      }
    }
    for (auto left = in.count(3); left > 0 && in.ok(); --left) {
      auto& record = next.clients_[static_cast<std::uint32_t>(in.varint())];
      record.first_outstanding = in.varint();
      for (auto done = in.count(2); done > 0 && in.ok(); --done) {
        const auto result = in.varint();
        record.done.push_back({true, result, in.varint()});
      }
    }
    if (!in.done())
      return false;
    *this = std::move(next);
    return true;
  }

private:
  struct client_record {
    std::uint64_t first_outstanding = 0;
    std::vector<operation_result> done;
  };

  std::uint64_t execute(const operation& op) {
    using enum operation_kind;
    auto& slot = values_[op.key];
    const auto before = slot;
    const bool as_expected = before == op.expected;
    if (op.kind == set || (op.kind == insert && !before) || (op.kind == update_if && as_expected))
      slot = op.value;
    else if (op.kind == add)
      slot = before.value_or(0) + op.value;
    else if (op.kind == remove || (op.kind == remove_if && as_expected))
      slot.reset();
    if (before)
      digest_ -= content_hash(op.key, *before);
    if (slot)
      digest_ += content_hash(op.key, *slot);
    if (op.kind == update_if || op.kind == remove_if)
      return as_expected ? 1 : 0;
    return op.kind == open ? 0 : before.value_or(0);
  }

  std::array<std::optional<std::uint64_t>, 256> values_{};
  std::map<std::uint32_t, client_record> clients_;
  std::uint64_t digest_ = 0;
};

} // namespace

const state_machine_kind& key_value_kind() noexcept {
  static constexpr state_machine_kind kind{
      "key/value",
      []() -> std::unique_ptr<state_machine> { return std::make_unique<key_value_machine>(); },
      [](const operation&) { return blob{}; },
  };
  return kind;
}

} // namespace hamok::sim
