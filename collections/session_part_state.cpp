#include "hamok/collections/session_part_state.hpp"

#include "hamok/collections/state_bytes_state.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <vector>

namespace hamok {

namespace {

/// A session takes its id, its times and five lengths at least.
constexpr std::size_t min_session_size = 1 + 16 + 16 + 16 + 4;

void encode_id(const raft::incarnation_id& id, raft::writer& out) {
  out.u64(id.high);
  out.u64(id.low);
}

raft::incarnation_id decode_id(raft::reader& in) {
  raft::incarnation_id result;
  result.high = in.u64();
  result.low = in.u64();
  return result;
}

raft::duration decode_duration(raft::reader& in) {
  const auto value = in.u64();
  if (value > static_cast<std::uint64_t>(raft::duration::max().count() / 2))
    in.fail(); // so that two of them can be added
  return raft::duration{static_cast<raft::duration::rep>(value)};
}

void encode_duration(raft::duration value, raft::writer& out) {
  out.u64(static_cast<std::uint64_t>(value.count()));
}

void encode_digest(const digest128& value, raft::writer& out) {
  out.u64(value.high);
  out.u64(value.low);
}

digest128 digest_of_ended(const ended_session& ended) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  encode_id(ended.first, out);
  out.u64(ended.second);
  return hash_bytes(bytes);
}

} // namespace

// -- one session ----------------------------------------------------------------------------------

void session_record::store(command_status status, const blob& result) {
  // The seed is never the same for two results that a session keeps.
  const auto seed = (next << 8U) | static_cast<std::uint8_t>(status);
  const auto digest = hash_bytes(result.bytes(), seed);
  result_bytes += result.size();
  result_digest += digest;
  results.push_back({status, result, digest});
  ++next;
}

void session_record::give_up_before(std::uint64_t first_needed) {
  while (first_outstanding < first_needed && !results.empty()) {
    const auto& oldest = results.front();
    result_bytes -= oldest.result.size();
    result_digest -= oldest.digest;
    results.pop_front();
    ++first_outstanding;
  }
  if (first_outstanding >= first_needed)
    return;
  first_outstanding = first_needed;
  next = first_needed;
  command = {};
}

namespace {

void encode_session(const session_record& value, raft::writer& out) {
  encode_duration(value.ttl, out);
  encode_duration(value.last_active, out);
  out.varint(value.first_outstanding);
  out.varint(value.results.size());
  value.results.for_each([&](const stored_result& stored) {
    out.u8(static_cast<std::uint8_t>(stored.status));
    out.bytes(stored.result.bytes());
  });
  value.command.write(out);
  encode_id(value.import, out);
  value.content.write(out);
}

std::shared_ptr<session_record> decode_session(raft::reader& in) {
  auto result = std::make_shared<session_record>();
  result->ttl = decode_duration(in);
  result->last_active = decode_duration(in);
  result->first_outstanding = in.varint();
  const auto count = in.count(2);
  result->next = result->first_outstanding;
  if (result->first_outstanding == 0
      || count > std::numeric_limits<std::uint64_t>::max() - result->first_outstanding)
    in.fail();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const auto status = in.u8();
    if (status > static_cast<std::uint8_t>(command_status::skipped))
      in.fail();
    result->store(static_cast<command_status>(status), in.bytes());
  }
  result->command.append(in.bytes().bytes());
  result->import = decode_id(in);
  result->content.append(in.bytes().bytes());
  return result;
}

using session_item = std::pair<raft::incarnation_id, std::shared_ptr<session_record>>;

std::vector<const session_item*> sorted_by_id(const session_map& sessions) {
  std::vector<const session_item*> result;
  result.reserve(sessions.size());
  for (const auto& item : sessions)
    result.push_back(&item);
  std::ranges::sort(result, {}, [](const session_item* item) { return item->first; });
  return result;
}

} // namespace

std::size_t session_hash::operator()(const raft::incarnation_id& id) const noexcept {
  const std::array bits{id.high, id.low};
  return static_cast<std::size_t>(hash_key(std::as_bytes(std::span{bits})));
}

// -- all of them ----------------------------------------------------------------------------------

void session_part::add_retired(const ended_session& ended) {
  retired_digest += digest_of_ended(ended);
  retired = std::move(retired).push_back(ended);
}

void session_part::drop_retired() {
  retired_digest -= digest_of_ended(retired.front());
  retired = std::move(retired).drop(1);
}

void session_part::write(state_sink& sink) const {
  state_writer to{sink};
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u64(applied_index);
  encode_duration(clock, out);
  out.u64(floor);
  out.varint(retired.size());
  for (const auto& [id, index] : retired) {
    encode_id(id, out);
    out.u64(index);
  }
  to.bytes(bytes);
  to.varint(sessions.size());
  for (const auto* item : sorted_by_id(sessions)) {
    bytes.clear();
    encode_id(item->first, out);
    encode_session(*item->second, out);
    to.bytes(bytes);
  }
}

bool session_part::read(state_source& source) {
  state_reader from{source};
  raft::reader head{from.bytes()};
  applied_index = head.u64();
  clock = decode_duration(head);
  floor = head.u64();
  const auto count = head.count(24);
  for (std::size_t i = 0; i < count && head.ok(); ++i) {
    const auto id = decode_id(head);
    add_retired({id, head.u64()});
  }
  const auto sessions_count = from.count(min_session_size);
  if (!from.ok() || !head.done())
    return false;
  for (std::size_t i = 0; i < sessions_count; ++i) {
    raft::reader in{from.bytes()};
    const auto id = decode_id(in);
    auto one = decode_session(in);
    if (!in.done() || !from.ok() || sessions.find(id) != nullptr)
      return false;
    sessions = std::move(sessions).set(id, std::move(one));
  }
  return true;
}

digest128 session_part::digest() const {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u64(applied_index);
  encode_duration(clock, out);
  out.u64(floor);
  out.u64(retired.size());
  encode_digest(retired_digest, out);
  auto result = hash_bytes(bytes);
  for (const auto& [id, value] : sessions) { // in whatever order, the sum is the same
    bytes.clear();
    encode_id(id, out);
    encode_duration(value->ttl, out);
    encode_duration(value->last_active, out);
    out.u64(value->first_outstanding);
    out.u64(value->next);
    encode_digest(value->result_digest, out);
    encode_digest(value->command.digest(), out);
    encode_id(value->import, out);
    encode_digest(value->content.digest(), out);
    result += hash_bytes(bytes);
  }
  return result;
}

} // namespace hamok
