#include "hamok/collections/queue_command_state.hpp"

#include "hamok/raft/codec.hpp"

#include <utility>

namespace hamok {

namespace {

constexpr std::size_t max_varint = 10;

template <class Code>
blob only(Code code) {
  const auto byte = static_cast<std::byte>(code);
  return blob{std::span{&byte, 1}};
}

constexpr auto marker = static_cast<std::uint8_t>(map_answer::present);

} // namespace

namespace queue_command {

blob push(bytes_view item) {
  std::vector<std::byte> bytes;
  bytes.reserve(2 + item.size());
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(code::push));
  out.u8(marker);
  out.raw(item);
  return blob::from_vector(std::move(bytes));
}

/// Each item with the marker of a value in front of it: as the queue keeps it, and answers it.
blob push_all(const std::vector<blob>& items) {
  auto size = 1 + max_varint;
  for (const auto& item : items)
    size += map_answer::size_in_list(1 + item.size());
  std::vector<std::byte> bytes;
  bytes.reserve(size);
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(code::push_all));
  out.varint(items.size());
  for (const auto& item : items) {
    out.varint(1 + item.size());
    out.u8(marker);
    out.raw(item.bytes());
  }
  return blob::from_vector(std::move(bytes));
}

blob pop() {
  return only(code::pop);
}

blob clear() {
  return only(code::clear);
}

} // namespace queue_command

namespace queue_query {

blob peek() {
  return only(code::peek);
}

blob size() {
  return only(code::size);
}

blob page(std::uint64_t skip, std::uint64_t max_items) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u8(static_cast<std::uint8_t>(code::page));
  out.varint(skip);
  out.varint(max_items);
  return blob::from_vector(std::move(bytes));
}

blob digest() {
  return only(code::digest);
}

} // namespace queue_query

blob encode_queue_content(const std::vector<blob>& items) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u8(1); // version
  out.varint(items.size());
  for (const auto& item : items)
    out.bytes(item.bytes());
  return blob::from_vector(std::move(bytes));
}

} // namespace hamok
