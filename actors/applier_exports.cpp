// The applier's part in exports, and in imports of all collections.

#include "hamok/actors/applier.hpp"
#include "hamok/collections/operation_state.hpp"
#include "hamok/collections/restore_state.hpp"

#include <utility>

namespace hamok {

namespace {

/// Each holds a picture of everything.
constexpr std::size_t max_exports = 4;

blob empty_content(const std::string& kind) {
  const auto machine = state_registry::instance().make(kind);
  return machine ? machine->snapshot() : blob{};
}

} // namespace

/// As with a cut: the request is behind the batch that ends at its index, and so is each
/// collection's part of it.
caf::result<node_snapshot> applier_state::on_export(node_snapshot& head) {
  if (lacks_any())
    return make_error(errc::snapshot_failed, "a collection is missing on this member");
  if (head.index != taken_index_) // the log comes again, or a snapshot is being installed
    return make_error(errc::snapshot_failed, "the collections and the log are apart just now; "
                                             "try again in a moment");
  if (exports_.size() >= max_exports)
    return make_error(errc::overloaded, "too many exports are under way");
  const auto number = ++last_cut_;
  auto& job = exports_[number];
  job.head = std::move(head);
  auto promise = self_->make_response_promise<node_snapshot>();
  job.promise = promise;
  for (const auto& [id, one] : by_number_) {
    if (one->spec.kind == restore_kind)
      continue;
    ++job.missing;
    compat::send(self_, one->actor, take_part{number});
  }
  if (job.missing == 0)
    write_export(number, job);
  compat::run_after(self_, config_.cut_patience, [this, number] {
    const auto found = exports_.find(number);
    if (found != exports_.end() && !found->second.writer)
      fail_export(number, "a collection has not answered in time");
  });
  return promise;
}

/// False: it is no part of an export.
bool applier_state::take_exported(const part_taken& msg, const collection& from) {
  const auto found = exports_.find(msg.cut);
  if (found == exports_.end() || found->second.writer)
    return false;
  found->second.parts.push_back({label_of(from), msg.slot});
  if (--found->second.missing == 0)
    write_export(msg.cut, found->second);
  return true;
}

void applier_state::write_export(std::uint64_t number, pending_export& job) {
  const auto writer = spawn_export_writer(self_->system(), compat::handle_of<applier_actor>(self_),
                                          config_.access.states, number, std::move(job.head),
                                          std::exchange(job.parts, {}));
  job.writer = writer.address();
  monitors_.watch(self_, writer, [this, number](const caf::error&) {
    compat::run_after(self_, last_words,
                      [this, number] { fail_export(number, "it could not be written"); });
  });
}

void applier_state::on_exported(snapshot_exported& msg) {
  const auto found = exports_.find(msg.cut);
  const auto sender = caf::actor_cast<caf::actor_addr>(self_->current_sender());
  if (found == exports_.end() || found->second.writer != sender)
    return;
  if (!msg.problem.empty())
    return fail_export(msg.cut, msg.problem);
  found->second.promise.deliver(std::move(msg.snapshot));
  exports_.erase(found);
}

void applier_state::fail_export(std::uint64_t number, const std::string& why) {
  auto job = exports_.extract(number);
  if (job.empty())
    return;
  job.mapped().promise.deliver(make_error(errc::snapshot_failed, why));
  std::vector<std::uint64_t> slots;
  for (const auto& part : job.mapped().parts)
    slots.push_back(part.slot);
  sweep(std::move(slots));
}

/// The actor of this collection has ended, and its part may be missing.
void applier_state::fail_exports_without(const std::string& name) {
  std::vector<std::uint64_t> failed;
  for (const auto& [number, job] : exports_)
    if (!job.writer)
      failed.push_back(number);
  for (const auto number : failed)
    fail_export(number, "the actor of the collection '" + name + "' has died");
}

/// All collections have their new content from this index on.
void applier_state::restore(raft::index_t index, raft::duration cluster_time, const blob& list) {
  auto wanted = decode_restore_list(list);
  if (!wanted)
    return;
  std::map<std::uint64_t, blob> contents;
  for (auto& item : wanted->items)
    contents.insert_or_assign(item.collection, std::move(item.content));
  for (const auto& [number, one] : by_number_) {
    if (number > wanted->as_of || one->spec.kind == restore_kind)
      continue;
    const auto given = contents.find(number);
    pass(one,
         {index, cluster_time,
          encode(replace_envelope{number, given == contents.end() ? empty_content(one->spec.kind)
                                                                  : given->second})});
  }
}

} // namespace hamok
