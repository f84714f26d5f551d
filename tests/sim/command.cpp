#include "hamok/tests/sim/command.hpp"

#include "hamok/raft/codec.hpp"

#include <vector>

namespace hamok::sim {

blob to_payload(const operation& value, const blob& inner, std::size_t padding) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u32(value.client);
  out.u64(value.sequence);
  out.u64(value.first_outstanding);
  out.u8(static_cast<std::uint8_t>(value.kind));
  out.u8(value.key);
  out.u64(value.value);
  out.u64(value.expected);
  out.bytes(inner.bytes());
  bytes.resize(bytes.size() + padding, std::byte{0x2a});
  return blob::from_vector(std::move(bytes));
}

std::optional<command> from_payload(const blob& payload) {
  raft::reader in{payload};
  command result;
  result.what.client = in.u32();
  result.what.sequence = in.u64();
  result.what.first_outstanding = in.u64();
  result.what.kind = static_cast<operation_kind>(in.u8());
  result.what.key = in.u8();
  result.what.value = in.u64();
  result.what.expected = in.u64();
  result.inner = in.bytes();
  if (!in.ok() || result.what.kind > operation_kind::add)
    return std::nullopt;
  return result;
}

std::string to_string(const operation& value) {
  static constexpr const char* kinds[] = {"open",   "set",       "insert", "update_if",
                                          "remove", "remove_if", "add"};
  return "client " + std::to_string(value.client) + " #" + std::to_string(value.sequence) + " "
         + kinds[static_cast<std::size_t>(value.kind)] + " " + std::to_string(value.key) + " "
         + std::to_string(value.value) + " expects " + std::to_string(value.expected);
}

} // namespace hamok::sim
