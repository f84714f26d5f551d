#include "hamok/collections/session_state.hpp"

#include "hamok/collections/session_table_state.hpp"
#include "hamok/collections/state_bytes_state.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

constexpr std::uint8_t session_snapshot_version = 3;

/// Of sessions and content.
digest128 digest_of(const digest128& sessions, const digest128& content) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  for (const auto& one : {sessions, content}) {
    out.u64(one.high);
    out.u64(one.low);
  }
  return hash_bytes(bytes);
}

applied_entry about(const raft::incarnation_id& session, verdict what) {
  applied_entry result;
  result.what = what;
  result.session = session;
  return result;
}

} // namespace

session_state::session_state(std::unique_ptr<state_machine> machine, session_limits limits)
    : machine_(std::move(machine)),
      limits_(limits),
      sessions_(std::make_unique<session_table>(limits)) {}

session_state::session_state(session_state&&) noexcept = default;

session_state& session_state::operator=(session_state&&) noexcept = default;

session_state::~session_state() = default;

bool session_state::contains(const raft::incarnation_id& id) const {
  return sessions_->contains(id);
}

raft::index_t session_state::applied_index() const noexcept {
  return sessions_->part().applied_index;
}

std::size_t session_state::session_count() const noexcept {
  return sessions_->part().sessions.size();
}

bool session_state::initialize(const blob& content) {
  return content.empty() || machine_->restore(content);
}

applied_entry session_state::apply(const command_context& context, const blob& data) {
  applied_entry result;
  if (!sessions_->advance(context)) {
    result.what = verdict::repeated;
    return result;
  }
  const auto kind = envelope_kind(data);
  if (!kind)
    return result;
  switch (*kind) {
  case envelope_type::operation:
    if (auto operation = decode_operation(data))
      return apply_operation(context, std::move(*operation));
    break;
  case envelope_type::open_session:
    if (const auto open = decode_open(data))
      return about(open->session, sessions_->open(*open));
    break;
  case envelope_type::keep_alive:
    if (const auto alive = decode_keep_alive(data))
      return about(alive->session, sessions_->keep_alive(*alive));
    break;
  case envelope_type::close_session:
    if (const auto close = decode_close(data)) {
      sessions_->close(close->session);
      return about(close->session, verdict::session_closed);
    }
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
  auto* owner = sessions_->find(operation.session);
  if (owner == nullptr) {
    result.what = verdict::session_expired;
    return result;
  }
  owner->last_active = sessions_->part().clock;
  owner->give_up_before(operation.first_outstanding);
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

applied_entry session_state::apply_next(const command_context& context, session_record& owner,
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
  owner.store(result.status, result.result);
  return result;
}

/// Puts commands of several parts together. True when `operation` holds the whole command now (or
/// it is too large, as the result then says). All copies of one operation have the same bytes,
/// however they were cut into parts, so parts that overlap agree.
bool session_state::take_part(session_record& owner, operation_envelope& operation,
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
void session_state::apply_content(session_record& owner, const blob& command,
                                  applied_entry& result) {
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

// -- snapshots ------------------------------------------------------------------------------------

std::shared_ptr<const session_cut> session_state::cut() {
  return std::make_shared<session_cut>(sessions_->cut(), machine_->cut());
}

bool session_state::load(state_source& source) {
  session_part part;
  if (state_reader{source}.u8() != session_snapshot_version || !part.read(source))
    return false;
  // The state machine goes last: it changes nothing when it refuses, and neither must we.
  if (!machine_->load(source))
    return false;
  sessions_->load(std::move(part));
  return true;
}

blob session_state::snapshot() const {
  byte_sink out;
  state_writer{out}.u8(session_snapshot_version);
  sessions_->part().write(out);
  out.write(machine_->snapshot().bytes());
  return out.take();
}

bool session_state::restore(const blob& snapshot) {
  chunk_source source{snapshot};
  return load(source);
}

void session_cut::write(state_sink& out) const {
  state_writer{out}.u8(session_snapshot_version);
  part_->write(out);
  content_->write(out);
}

raft::index_t session_cut::applied_index() const noexcept {
  return part_->applied_index;
}

// -- digests --------------------------------------------------------------------------------------

digest128 session_state::session_digest() const {
  return sessions_->part().digest();
}

digest128 session_state::digest() const {
  return digest_of(sessions_->part().digest(), machine_->digest());
}

digest128 session_cut::digest() const {
  return digest_of(part_->digest(), content_->digest());
}

} // namespace hamok
