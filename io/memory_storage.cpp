#include "hamok/io/memory_storage.hpp"

namespace hamok {

raft::initial_state memory_storage::load() {
  return {hard_, base_, {entries_.begin(), entries_.end()}};
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
    entries_.resize(*request.truncate_from - base_.index - 1);
  entries_.insert(entries_.end(), request.entries.begin(), request.entries.end());
  if (request.base)
    rebase(*request.base, request.replaces);
  if (request.state)
    hard_ = *request.state;
  return raft::write_status::durable;
}

void memory_storage::rebase(const raft::snapshot_meta& base, bool replaces) {
  if (replaces)
    entries_.clear();
  else
    entries_.erase(entries_.begin(),
                   entries_.begin() + static_cast<std::ptrdiff_t>(base.index - base_.index));
  base_ = base;
}

bool memory_storage::save_base(const raft::snapshot_meta& base) {
  if (!entries_.empty() && base.index != base_.index)
    return false;
  base_ = base;
  return true;
}

bool memory_storage::begin_anew(const raft::snapshot_meta& base) {
  hard_ = {};
  base_ = base;
  entries_.clear();
  return true;
}

raft::index_t memory_storage::last_index() const noexcept {
  return base_.index + entries_.size();
}

/// The core appends exactly behind what is left: anything else is a mistake, and a log with a hole
/// or with overwritten entries would hide it.
bool memory_storage::fits(const raft::persist_request& request) const noexcept {
  auto end = last_index();
  if (request.truncate_from) {
    if (*request.truncate_from <= base_.index)
      return false;
    if (*request.truncate_from <= end)
      end = *request.truncate_from - 1;
  }
  if (!request.entries.empty() && request.first_index != end + 1)
    return false;
  if (!request.base)
    return !request.replaces;
  if (request.base->index < base_.index)
    return false;
  return request.replaces ? request.entries.empty()
                          : request.base->index <= end + request.entries.size();
}

} // namespace hamok
