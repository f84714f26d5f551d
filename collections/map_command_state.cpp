#include "hamok/collections/map_command_state.hpp"

#include "hamok/raft/codec.hpp"

#include <utility>

namespace hamok {

namespace {

using bytes_view = std::span<const std::byte>;

constexpr std::size_t max_varint = 10;

/// Key, the marker of a value, value: the form in which the map stores a pair, so that applying a
/// command is one copy.
void write_pair(bytes_view key, bytes_view value, raft::writer& out) {
  out.raw(key);
  out.u8(static_cast<std::uint8_t>(map_answer::present));
  out.raw(value);
}

template <class Code>
blob only(Code code) {
  const auto byte = static_cast<std::byte>(code);
  return blob{bytes_view{&byte, 1}};
}

/// A code and one pair.
blob pair(map_command::code code, bytes_view key, bytes_view value) {
  std::vector<std::byte> bytes;
  bytes.reserve(2 + max_varint + key.size() + value.size());
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(code));
  out.varint(key.size());
  write_pair(key, value, out);
  return blob::from_vector(std::move(bytes));
}

/// Bytes that `write_pairs` writes at the most.
std::size_t room_for(const std::vector<key_value>& entries) {
  auto size = max_varint;
  for (const auto& entry : entries)
    size += 2 * max_varint + 1 + entry.key.size() + entry.value.size();
  return size;
}

void write_pairs(const std::vector<key_value>& entries, raft::writer& out) {
  out.varint(entries.size());
  for (const auto& entry : entries) {
    out.varint(entry.key.size());
    out.varint(entry.key.size() + 1 + entry.value.size());
    write_pair(entry.key.bytes(), entry.value.bytes(), out);
  }
}

/// A code and many pairs.
blob pairs(map_command::code code, const std::vector<key_value>& entries) {
  std::vector<std::byte> bytes;
  bytes.reserve(1 + room_for(entries));
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(code));
  write_pairs(entries, out);
  return blob::from_vector(std::move(bytes));
}

/// A code and, behind it, nothing but one key.
template <class Code>
blob key_only(Code code, bytes_view key) {
  std::vector<std::byte> bytes;
  bytes.reserve(1 + key.size());
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(code));
  out.raw(key);
  return blob::from_vector(std::move(bytes));
}

void write_all(const std::vector<blob>& values, raft::writer& out) {
  out.varint(values.size());
  for (const auto& value : values)
    out.bytes(value.bytes());
}

void write_all(const std::vector<key_value>& values, raft::writer& out) {
  out.varint(values.size());
  for (const auto& value : values) {
    out.bytes(value.key.bytes());
    out.bytes(value.value.bytes());
  }
}

template <class Code>
blob key_list(Code code, const std::vector<blob>& keys) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(code));
  write_all(keys, out);
  return blob::from_vector(std::move(bytes));
}

} // namespace

namespace map_command {

blob set(bytes_view key, bytes_view value) {
  return pair(code::set, key, value);
}

blob set_all(const std::vector<key_value>& entries) {
  return pairs(code::set_all, entries);
}

blob insert(bytes_view key, bytes_view value) {
  return pair(code::insert, key, value);
}

blob insert_all(const std::vector<key_value>& entries) {
  return pairs(code::insert_all, entries);
}

blob update_if(bytes_view key, bytes_view value, bytes_view expected) {
  std::vector<std::byte> bytes;
  bytes.reserve(2 + 2 * max_varint + key.size() + value.size() + expected.size());
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(code::update_if));
  out.bytes(expected);
  out.varint(key.size());
  write_pair(key, value, out);
  return blob::from_vector(std::move(bytes));
}

blob remove(bytes_view key) {
  return key_only(code::remove, key);
}

blob remove_all(const std::vector<blob>& keys) {
  return key_list(code::remove_all, keys);
}

blob remove_if(bytes_view key, bytes_view expected) {
  std::vector<std::byte> bytes;
  bytes.reserve(1 + max_varint + key.size() + expected.size());
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(code::remove_if));
  out.bytes(expected);
  out.raw(key);
  return blob::from_vector(std::move(bytes));
}

blob erase(bytes_view key) {
  return key_only(code::erase, key);
}

blob erase_all(const std::vector<blob>& keys) {
  return key_list(code::erase_all, keys);
}

blob clear() {
  return only(code::clear);
}

blob update_all_if(const std::vector<key_value>& entries,
                   const std::vector<expected_entry>& expected) {
  auto size = 1 + max_varint + room_for(entries);
  for (const auto& entry : expected)
    size += 1 + 2 * max_varint + entry.key.size() + entry.value.size();
  std::vector<std::byte> bytes;
  bytes.reserve(size);
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(code::update_all_if));
  out.varint(expected.size());
  for (const auto& entry : expected) {
    out.u8(static_cast<std::uint8_t>(entry.what));
    out.bytes(entry.key.bytes());
    if (entry.what != expected_entry::kind::absent)
      out.bytes(entry.value.bytes());
  }
  write_pairs(entries, out);
  return blob::from_vector(std::move(bytes));
}

} // namespace map_command

namespace map_query {

blob get(bytes_view key) {
  return key_only(code::get, key);
}

blob get_all(const std::vector<blob>& keys) {
  return key_list(code::get_all, keys);
}

blob contains(bytes_view key) {
  return key_only(code::contains, key);
}

blob keys() {
  return only(code::keys);
}

blob values() {
  return only(code::values);
}

blob entries() {
  return only(code::entries);
}

blob size() {
  return only(code::size);
}

blob digest() {
  return only(code::digest);
}

blob scan(const std::optional<blob>& after, std::uint64_t max_entries) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(code::scan));
  out.varint(max_entries);
  out.u8(after ? 1 : 0);
  if (after)
    out.raw(after->bytes());
  return blob::from_vector(std::move(bytes));
}

} // namespace map_query

namespace map_answer {

blob encode(bool value) {
  const auto byte = static_cast<std::byte>(value ? 1 : 0);
  return blob{bytes_view{&byte, 1}};
}

blob encode(std::uint64_t value) {
  std::vector<std::byte> bytes;
  raft::writer{bytes}.u64(value);
  return blob{bytes};
}

blob encode(const std::vector<blob>& values) {
  auto size = max_varint;
  for (const auto& value : values)
    size += size_in_list(value.size());
  std::vector<std::byte> bytes;
  bytes.reserve(size);
  raft::writer out{bytes};
  write_all(values, out);
  return blob::from_vector(std::move(bytes));
}

blob encode(const std::vector<key_value>& values) {
  auto size = max_varint;
  for (const auto& value : values)
    size += size_in_list(value.key.size(), value.value.size());
  std::vector<std::byte> bytes;
  bytes.reserve(size);
  raft::writer out{bytes};
  write_all(values, out);
  return blob::from_vector(std::move(bytes));
}

bool decode(const blob& answer, bool& out) {
  if (answer.size() != 1 || static_cast<std::uint8_t>(*answer.data()) > 1)
    return false;
  out = static_cast<std::uint8_t>(*answer.data()) == 1;
  return true;
}

bool decode(const blob& answer, std::uint64_t& out) {
  raft::reader in{answer};
  out = in.u64();
  return in.done();
}

bool decode(const blob& answer, std::optional<blob>& out) {
  out.reset();
  if (answer.empty())
    return true;
  if (*answer.data() != present)
    return false;
  out = answer.slice(1, answer.size() - 1);
  return true;
}

bool decode(const blob& answer, std::vector<blob>& out) {
  raft::reader in{answer};
  const auto count = in.count(1);
  out.clear();
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    out.push_back(in.bytes());
  return in.done();
}

bool decode(const blob& answer, std::vector<key_value>& out) {
  raft::reader in{answer};
  const auto count = in.count(2);
  out.clear();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    auto key = in.bytes();
    out.push_back({std::move(key), in.bytes()});
  }
  return in.done();
}

} // namespace map_answer

blob encode_map_content(const std::vector<key_value>& entries) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u8(1); // version
  write_all(entries, out);
  return blob::from_vector(std::move(bytes));
}

} // namespace hamok
