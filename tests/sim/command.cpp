#include "hamok/tests/sim/command.hpp"

#include "hamok/raft/codec.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

namespace hamok::sim {

namespace {

using kinds = std::vector<operation_kind>;

constexpr std::uint64_t members = 4;

} // namespace

const std::vector<operation_kind>& operations_of(collection_kind kind) {
  using enum operation_kind;
  static const kinds of_table{set, insert, update_if, remove, remove_if, add};
  static const kinds of_map{set,       set,       set,        insert,     insert,
                            update_if, update_if, update_if,  remove,     remove_if,
                            erase,     set_all,   set_all,    insert_all, remove_all,
                            erase_all, clear,     keep_alive, import};
  static const kinds of_record{set,     set,        insert,        update_if,     update_if,
                               set_all, insert_all, update_all_if, update_all_if, update_all_if,
                               erase,   clear,      keep_alive,    import};
  static const kinds of_queue{push,     push, push, push, push,  push,       push_all,
                              push_all, pop,  pop,  pop,  pop,   pop,        pop,
                              pop,      pop,  pop,  pop,  clear, keep_alive, import};
  static const kinds of_emitter{
      subscribe, subscribe, subscribe,   subscribe,     subscribe,         unsubscribe,
      update,    update,    unsubscribe, remove_member, remove_subscriber, publish,
      publish,   publish,   keep_alive,  import};
  static const kinds of_remote_map{set,        set,        set,       insert,    insert,
                                   update_if,  update_if,  update_if, remove,    remove_if,
                                   erase,      set_all,    set_all,   clear,     insert_all,
                                   remove_all, remove_all, erase_all, keep_alive};
  static const std::array all{&of_table, &of_map,     &of_record,
                              &of_queue, &of_emitter, &of_remote_map};
  return *all[static_cast<std::size_t>(kind)];
}

std::vector<item> pairs_of(const operation& op) {
  std::vector<item> result;
  for (std::uint64_t i = 0; i < op.count; ++i)
    result.push_back({(op.key + i * op.expected) % 6, op.value + i});
  return result;
}

std::vector<expected_item> expectations_of(const operation& op) {
  std::vector<expected_item> result;
  for (const auto& pair : pairs_of(op)) {
    const auto way = (op.expected + result.size()) % 3;
    result.push_back({pair.name, static_cast<expectation>(way)});
  }
  return result;
}

std::vector<std::uint64_t> pushed_by(const operation& op) {
  const auto first = std::uint64_t{op.client} << 48U | op.sequence << 8U | 1U;
  const auto count = op.kind == operation_kind::push ? 1U : op.count;
  std::vector<std::uint64_t> result;
  for (std::uint64_t i = 0; i < count; ++i)
    result.push_back(first + i);
  return result;
}

std::pair<std::uint32_t, std::uint64_t> pusher_of(std::uint64_t pushed) noexcept {
  return {static_cast<std::uint32_t>(pushed >> 48U), pushed >> 8U & 0xFF'FFFF'FFFF};
}

subscription subscription_of(const operation& op) noexcept {
  return {op.key % 3U, op.key / 3U % members, op.count / 2U};
}

bool expects_metadata(const operation& op) noexcept {
  return op.count % 2 == 1;
}

content subscriptions_of(const operation& op) {
  std::map<std::uint64_t, std::uint64_t> result;
  for (std::uint64_t i = 0; i < op.count; ++i)
    result[to_number({(op.key + i) % 3, (op.key + op.expected * i) % members, i % 2})] = op.value;
  content sorted;
  for (const auto& [which, metadata] : result)
    sorted.push_back({which, metadata});
  return sorted;
}

blob to_payload(const operation& value, const blob& inner, std::size_t padding) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.varint(value.client);
  out.varint(value.sequence);
  out.varint(value.first_outstanding);
  out.u8(static_cast<std::uint8_t>(value.collection));
  out.varint(value.number);
  out.varint(value.place.session);
  out.varint(value.place.sequence);
  out.varint(value.place.first_outstanding);
  out.u8(static_cast<std::uint8_t>(value.kind));
  out.u8(value.key);
  out.u8(value.count);
  out.varint(value.value);
  out.varint(value.expected);
  if (value.kind == operation_kind::report)
    out.bytes(value.words.bytes());
  out.bytes(inner.bytes());
  bytes.resize(bytes.size() + padding, std::byte{0x2a});
  return blob::from_vector(std::move(bytes));
}

std::optional<command> from_payload(const blob& payload) {
  raft::reader in{payload};
  command result;
  auto& what = result.what;
  what.client = static_cast<std::uint32_t>(in.varint());
  what.sequence = in.varint();
  what.first_outstanding = in.varint();
  what.collection = static_cast<collection_kind>(in.u8());
  what.number = in.varint();
  what.place.session = static_cast<std::uint32_t>(in.varint());
  what.place.sequence = in.varint();
  what.place.first_outstanding = in.varint();
  what.kind = static_cast<operation_kind>(in.u8());
  what.key = in.u8();
  what.count = in.u8();
  what.value = in.varint();
  what.expected = in.varint();
  if (what.kind == operation_kind::report)
    what.words = in.bytes();
  result.inner = in.bytes();
  if (!in.ok() || what.kind >= operation_kind::end_
      || what.collection > collection_kind::remote_map)
    return std::nullopt;
  return result;
}

const char* to_string(operation_kind kind) noexcept {
  static constexpr std::array names{
      "create",        "open",       "keep_alive", "close",       "set",     "insert",
      "update_if",     "remove",     "remove_if",  "add",         "set_all", "insert_all",
      "update_all_if", "remove_all", "erase",      "erase_all",   "clear",   "push",
      "push_all",      "pop",        "subscribe",  "unsubscribe", "update",  "remove_subscriber",
      "remove_member", "publish",    "claim",      "report",      "import"};
  static_assert(names.size() == static_cast<std::size_t>(operation_kind::end_));
  return names[static_cast<std::size_t>(kind)];
}

std::string to_string(const operation& value) {
  return "client " + std::to_string(value.client) + " #" + std::to_string(value.sequence) + " "
         + to_string(value.collection) + " " + to_string(value.kind) + " "
         + std::to_string(value.key) + " " + std::to_string(value.value) + " expects "
         + std::to_string(value.expected) + " of " + std::to_string(value.count);
}

} // namespace hamok::sim
