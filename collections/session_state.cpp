#include "hamok/collections/session_state.hpp"

#include "hamok/collections/state_bytes_state.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace hamok {

namespace {

constexpr std::uint8_t session_snapshot_version = 3;

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

digest128 digest_of_ended(const std::pair<raft::incarnation_id, raft::index_t>& ended) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  encode_id(ended.first, out);
  out.u64(ended.second);
  return hash_bytes(bytes);
}

/// Of sessions and content.
digest128 digest_of(const digest128& sessions, const digest128& content) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  encode_digest(sessions, out);
  encode_digest(content, out);
  return hash_bytes(bytes);
}

} // namespace

session_state::session_state(std::unique_ptr<state_machine> machine, session_limits limits)
    : machine_(std::move(machine)),
      limits_(limits) {}

bool session_state::contains(const raft::incarnation_id& id) const {
  return part_.sessions.contains(id);
}

bool session_state::initialize(const blob& content) {
  return content.empty() || machine_->restore(content);
}

applied_entry session_state::apply(const command_context& context, const blob& data) {
  applied_entry result;
  if (context.index <= part_.applied_index) {
    result.what = verdict::repeated;
    return result;
  }
  part_.applied_index = context.index;
  part_.clock = std::max(part_.clock, context.cluster_time);
  if (part_.clock >= next_expiry_)
    expire(context.index);
  const auto kind = envelope_kind(data);
  if (!kind)
    return result;
  switch (*kind) {
  case envelope_type::operation:
    if (auto operation = decode_operation(data))
      return apply_operation(context, std::move(*operation));
    break;
  case envelope_type::open_session:
    if (auto open = decode_open(data))
      return apply_open(context, *open);
    break;
  case envelope_type::keep_alive:
    if (auto alive = decode_keep_alive(data))
      return apply_keep_alive(*alive);
    break;
  case envelope_type::close_session:
    if (auto close = decode_close(data))
      return apply_close(context, *close);
    break;
  case envelope_type::replace_content:
    if (auto replace = decode_replace(data)) {
      // What cannot be understood changes nothing, on all members alike.
      if (replace_content({std::move(replace->content)}, result) == content_outcome::done)
        result.what = verdict::replaced;
      return result;
    }
    break;
  case envelope_type::create:
  case envelope_type::check:
  case envelope_type::claim:
    break; // the applier's business
  }
  return result;
}

// -- operations -----------------------------------------------------------------------------------

applied_entry session_state::apply_operation(const command_context& context,
                                             operation_envelope operation) {
  applied_entry result;
  result.session = operation.session;
  result.sequence = operation.sequence;
  result.attempt = operation.attempt;
  auto* owner = find(operation.session);
  if (owner == nullptr) {
    result.what = verdict::session_expired;
    return result;
  }
  owner->last_active = part_.clock;
  give_up_before(*owner, operation.first_outstanding);
  if (operation.sequence < owner->first_outstanding) {
    result.what = verdict::stale;
    return result;
  }
  if (operation.sequence < owner->next) {
    const auto& stored = owner->results[operation.sequence - owner->first_outstanding];
    result.what = verdict::duplicate;
    result.status = stored.status;
    result.result = stored.result;
    return result;
  }
  if (operation.sequence > owner->next || owner->results.size() >= limits_.max_results
      || owner->result_bytes >= limits_.max_result_bytes) {
    result.what = verdict::gap;
    result.expected = owner->next;
    return result;
  }
  return apply_next(context, *owner, operation, std::move(result));
}

applied_entry session_state::apply_next(const command_context& context, session& owner,
                                        operation_envelope& operation, applied_entry result) {
  result.what = verdict::applied;
  if (operation.skip) {
    result.status = command_status::skipped;
  } else {
    if ((operation.more || operation.offset != 0 || owner.command.size() != 0)
        && !take_part(owner, operation, result))
      return result;
    if (operation.content && result.status == command_status::ok) {
      apply_content(owner, operation.command, result);
    } else if (result.status == command_status::ok) {
      auto outcome = machine_->apply(context, operation.command);
      result.status = outcome.status;
      result.result = std::move(outcome.result);
      result.events = std::move(outcome.events);
    }
  }
  owner.command = {};
  store(owner, result.status, result.result);
  return result;
}

/// Puts commands of several parts together. True when `operation` holds the whole command now (or
/// it is too large, as the result then says). All copies of one operation have the same bytes,
/// however they were cut into parts, so parts that overlap agree.
bool session_state::take_part(session& owner, operation_envelope& operation,
                              applied_entry& result) const {
  const auto have = owner.command.size();
  if (operation.offset > have) {
    result.what = verdict::gap;
    result.expected = operation.sequence;
    return false;
  }
  const auto overlap = std::min<std::size_t>(have - operation.offset, operation.command.size());
  const auto fresh = operation.command.bytes().subspan(overlap);
  if (fresh.size() > limits_.max_command_bytes - have) {
    result.status = command_status::too_large;
    return true;
  }
  owner.command.append(fresh);
  if (operation.more) {
    result.what = verdict::buffered;
    return false;
  }
  operation.command = blob::from_vector(owner.command.take());
  return true;
}

/// Gathers a piece of new content; with the last one the content is replaced.
void session_state::apply_content(session& owner, const blob& command, applied_entry& result) {
  const auto piece = decode_content_piece(command);
  if (!piece) {
    result.status = command_status::bad_command;
    return;
  }
  if (piece->offset == 0) {
    owner.content = {};
    owner.import = piece->import;
  }
  auto outcome = content_outcome::done;
  if (piece->import != owner.import || piece->offset != owner.content.size()) {
    outcome = content_outcome::out_of_order;
  } else if (piece->bytes.size() > limits_.max_content_bytes - owner.content.size()) {
    result.status = command_status::too_large;
    owner.content = {};
    owner.import = {};
    return;
  } else {
    owner.content.append(piece->bytes.bytes());
    if (piece->last) {
      outcome = replace_content(owner.content.take_pieces(), result);
      owner.import = {};
    }
  }
  result.result = encode(outcome);
}

content_outcome session_state::replace_content(std::vector<blob> pieces, applied_entry& result) {
  chunk_source source{std::move(pieces)};
  if (!machine_->load(source))
    return content_outcome::unusable;
  result.events.push_back({replaced_event_kind, {}, {}, {}});
  return content_outcome::done;
}

void session_state::give_up_before(session& owner, std::uint64_t first_outstanding) {
  while (owner.first_outstanding < first_outstanding && !owner.results.empty()) {
    owner.result_bytes -= owner.results.front().result.size();
    owner.result_digest -= owner.results.front().digest;
    owner.results.pop_front();
    ++owner.first_outstanding;
  }
  if (owner.first_outstanding >= first_outstanding)
    return;
  owner.first_outstanding = first_outstanding;
  owner.next = first_outstanding;
  owner.command = {};
}

void session_state::store(session& owner, command_status status, const blob& result) {
  // The seed is never the same for two results that a session keeps.
  const auto seed = (owner.next << 8U) | static_cast<std::uint8_t>(status);
  const auto digest = hash_bytes(result.bytes(), seed);
  owner.result_bytes += result.size();
  owner.result_digest += digest;
  owner.results.push_back({status, result, digest});
  ++owner.next;
}

void session_state::parts::append(std::span<const std::byte> fresh) {
  while (!fresh.empty()) {
    const auto count = std::min(fresh.size(), block - rest_.size());
    rest_.insert(rest_.end(), fresh.begin(), fresh.begin() + static_cast<std::ptrdiff_t>(count));
    fresh = fresh.subspan(count);
    if (rest_.size() < block)
      continue;
    whole_blocks_ += hash_bytes(rest_, blocks_.size());
    blocks_.push_back(blob::from_vector(std::exchange(rest_, {})));
  }
}

std::vector<std::byte> session_state::parts::take() {
  std::vector<std::byte> result;
  result.reserve(size());
  for (const auto& one : blocks_)
    result.insert(result.end(), one.bytes().begin(), one.bytes().end());
  result.insert(result.end(), rest_.begin(), rest_.end());
  *this = {};
  return result;
}

std::vector<blob> session_state::parts::take_pieces() {
  auto result = std::move(blocks_);
  result.push_back(blob::from_vector(std::move(rest_)));
  *this = {};
  return result;
}

void session_state::parts::write(raft::writer& out) const {
  out.varint(size());
  for (const auto& one : blocks_)
    out.raw(one.bytes());
  out.raw(rest_);
}

digest128 session_state::parts::digest() const {
  auto result = whole_blocks_;
  result += hash_bytes(rest_, size());
  return result;
}

// -- sessions -------------------------------------------------------------------------------------

session_state::session* session_state::find(const raft::incarnation_id& id) {
  if (last_used_.second != nullptr && last_used_.first == id)
    return last_used_.second;
  const auto i = part_.sessions.find(id);
  if (i == part_.sessions.end())
    return nullptr;
  last_used_ = {id, &i->second};
  return &i->second;
}

applied_entry session_state::apply_open(const command_context& context, const open_envelope& open) {
  applied_entry result;
  result.session = open.session;
  result.what = verdict::opened;
  if (auto* known = find(open.session)) {
    known->last_active = part_.clock;
    return result;
  }
  if (retired_ids_.contains(open.session) || open.opened_after < part_.floor
      || open.opened_after >= context.index) {
    result.what = verdict::session_expired;
    return result;
  }
  if (part_.sessions.size() >= limits_.max_sessions) {
    result.what = verdict::too_many_sessions;
    return result;
  }
  auto& opened = part_.sessions[open.session];
  opened.ttl = std::min(open.ttl, limits_.max_ttl);
  opened.last_active = part_.clock;
  next_expiry_ = std::min(next_expiry_, part_.clock + opened.ttl);
  return result;
}

applied_entry session_state::apply_keep_alive(const keep_alive_envelope& alive) {
  applied_entry result;
  result.session = alive.session;
  result.what = verdict::session_expired;
  if (auto* owner = find(alive.session)) {
    owner->last_active = part_.clock;
    give_up_before(*owner, alive.first_outstanding);
    result.what = verdict::kept_alive;
  }
  return result;
}

applied_entry session_state::apply_close(const command_context& context,
                                         const close_envelope& close) {
  applied_entry result;
  result.session = close.session;
  result.what = verdict::session_closed;
  if (const auto i = part_.sessions.find(close.session); i != part_.sessions.end())
    retire(i, context.index);
  return result;
}

void session_state::expire(raft::index_t index) {
  std::vector<std::pair<raft::duration, raft::incarnation_id>> due;
  next_expiry_ = raft::duration::max();
  for (const auto& [id, value] : part_.sessions) {
    const auto end = value.last_active + value.ttl;
    if (end < part_.clock)
      due.emplace_back(end, id);
    else
      next_expiry_ = std::min(next_expiry_, end);
  }
  std::sort(due.begin(), due.end());
  for (const auto& [end, id] : due)
    retire(part_.sessions.find(id), index);
}

void session_state::retire(session_map::iterator which, raft::index_t index) {
  part_.retired.emplace_back(which->first, index);
  part_.retired_digest += digest_of_ended(part_.retired.back());
  retired_ids_.emplace(which->first, index);
  last_used_ = {};
  part_.sessions.erase(which);
  if (part_.retired.size() > limits_.max_retired) {
    part_.floor = part_.retired.front().second;
    part_.retired_digest -= digest_of_ended(part_.retired.front());
    retired_ids_.erase(part_.retired.front().first);
    part_.retired.pop_front();
  }
}

// -- snapshots ------------------------------------------------------------------------------------

void session_state::encode_session(const session& value, raft::writer& out) {
  encode_duration(value.ttl, out);
  encode_duration(value.last_active, out);
  out.varint(value.first_outstanding);
  out.varint(value.results.size());
  for (const auto& stored : value.results) {
    out.u8(static_cast<std::uint8_t>(stored.status));
    out.bytes(stored.result.bytes());
  }
  value.command.write(out);
  encode_id(value.import, out);
  value.content.write(out);
}

session_state::session session_state::decode_session(raft::reader& in) {
  session result;
  result.ttl = decode_duration(in);
  result.last_active = decode_duration(in);
  result.first_outstanding = in.varint();
  const auto count = in.count(2);
  result.next = result.first_outstanding;
  if (result.first_outstanding == 0
      || count > std::numeric_limits<std::uint64_t>::max() - result.first_outstanding)
    in.fail();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const auto status = in.u8();
    if (status > static_cast<std::uint8_t>(command_status::skipped))
      in.fail();
    store(result, static_cast<command_status>(status), in.bytes());
  }
  result.command.append(in.bytes().bytes());
  result.import = decode_id(in);
  result.content.append(in.bytes().bytes());
  return result;
}

void session_state::session_part::write(state_sink& sink) const {
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
  for (const auto& [id, value] : sessions) {
    bytes.clear();
    encode_id(id, out);
    encode_session(value, out);
    to.bytes(bytes);
  }
}

/// False: hostile bytes, and nobody may use what there is.
bool session_state::session_part::read(state_source& source) {
  state_reader from{source};
  raft::reader head{from.bytes()};
  applied_index = head.u64();
  clock = decode_duration(head);
  floor = head.u64();
  const auto count = head.count(24);
  for (std::size_t i = 0; i < count && head.ok(); ++i) {
    const auto id = decode_id(head);
    retired.emplace_back(id, head.u64());
    retired_digest += digest_of_ended(retired.back());
  }
  const auto sessions_count = from.count(min_session_size);
  if (!from.ok() || !head.done())
    return false;
  for (std::size_t i = 0; i < sessions_count; ++i) {
    raft::reader in{from.bytes()};
    const auto id = decode_id(in);
    if (!sessions.emplace(id, decode_session(in)).second || !in.done() || !from.ok())
      return false;
  }
  return true;
}

std::shared_ptr<const session_cut> session_state::cut() {
  return std::make_shared<session_cut>(part_, machine_->cut());
}

void session_cut::write(state_sink& out) const {
  state_writer{out}.u8(session_snapshot_version);
  part_.write(out);
  content_->write(out);
}

bool session_state::load(state_source& source) {
  session_part part;
  if (state_reader{source}.u8() != session_snapshot_version || !part.read(source))
    return false;
  // The state machine goes last: it changes nothing when it refuses, and neither must we.
  if (!machine_->load(source))
    return false;
  part_ = std::move(part);
  retired_ids_.clear();
  retired_ids_.insert(part_.retired.begin(), part_.retired.end());
  last_used_ = {};
  next_expiry_ = raft::duration::min(); // looked at with the next entry
  return true;
}

blob session_state::snapshot() const {
  byte_sink out;
  state_writer{out}.u8(session_snapshot_version);
  part_.write(out);
  out.write(machine_->snapshot().bytes());
  return out.take();
}

bool session_state::restore(const blob& snapshot) {
  chunk_source source{snapshot};
  return load(source);
}

// -- digests --------------------------------------------------------------------------------------

digest128 session_state::session_part::digest() const {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u64(applied_index);
  encode_duration(clock, out);
  out.u64(floor);
  out.u64(retired.size());
  encode_digest(retired_digest, out);
  auto result = hash_bytes(bytes);
  for (const auto& [id, value] : sessions) {
    bytes.clear();
    encode_id(id, out);
    encode_duration(value.ttl, out);
    encode_duration(value.last_active, out);
    out.u64(value.first_outstanding);
    out.u64(value.next);
    encode_digest(value.result_digest, out);
    encode_digest(value.command.digest(), out);
    encode_id(value.import, out);
    encode_digest(value.content.digest(), out);
    result += hash_bytes(bytes);
  }
  return result;
}

digest128 session_state::session_digest() const {
  return part_.digest();
}

digest128 session_state::digest() const {
  return digest_of(part_.digest(), machine_->digest());
}

digest128 session_cut::digest() const {
  return digest_of(part_.digest(), content_->digest());
}

} // namespace hamok
