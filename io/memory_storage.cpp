#include "hamok/io/memory_storage.hpp"

#include <iterator>

namespace hamok {

raft::initial_state memory_storage::load() {
  return state_;
}

raft::identity memory_storage::load_identity() {
  return identity_;
}

bool memory_storage::save_identity(const raft::identity& value) {
  identity_ = value;
  return true;
}

raft::write_status memory_storage::write(const raft::persist_request& request,
                                         const durable_callback&) {
  if (!fits(request))
    return raft::write_status::failed;
  if (request.truncate_from && *request.truncate_from <= last_index())
    state_.entries.resize(*request.truncate_from - state_.base.index - 1);
  state_.entries.insert(state_.entries.end(), request.entries.begin(), request.entries.end());
  if (request.state)
    state_.hard = *request.state;
  return raft::write_status::durable;
}

bool memory_storage::save_base(const raft::snapshot_meta& base) {
  if (!state_.entries.empty() && base.index != state_.base.index)
    return false;
  state_.base = base;
  return true;
}

bool memory_storage::begin_anew(const raft::snapshot_meta& base) {
  state_ = {};
  state_.base = base;
  return true;
}

raft::index_t memory_storage::last_index() const noexcept {
  return state_.base.index + state_.entries.size();
}

/// The core appends exactly behind what is left: anything else is a mistake, and a log with a hole
/// or with overwritten entries would hide it.
bool memory_storage::fits(const raft::persist_request& request) const noexcept {
  auto end = last_index();
  if (request.truncate_from) {
    if (*request.truncate_from <= state_.base.index)
      return false;
    if (*request.truncate_from <= end)
      end = *request.truncate_from - 1;
  }
  return request.entries.empty() || request.first_index == end + 1;
}

} // namespace hamok
