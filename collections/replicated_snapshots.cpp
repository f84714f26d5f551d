// The actor of a collection: its part in the snapshots of its member (consensus.md, 11 and 14), and
// exports and imports of its own content.

#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/collections/content_transfer.hpp"
#include "hamok/collections/replicated_actor.hpp"

#include <utility>

namespace hamok {

/// The actor pauses for a copy of the sessions and of the content's root; others write it out.
void replicated_state::on_take_part(const take_part& msg) {
  const auto slot = context_.states->put(state_.cut());
  compat::send(self_, context_.applier, part_taken{number_, msg.cut, slot});
}

void replicated_state::on_install_part(const install_part& msg) {
  const auto loaded = context_.states->get<session_state>(msg.slot);
  if (!loaded) {
    self_->quit(make_error(errc::snapshot_failed, "there is no state to be installed"));
    return;
  }
  std::swap(state_, *loaded); // a large one takes long to destroy: whoever owns the slot does
  const auto time = now();
  proposer_output out;
  proposer_.installed(state_.applied_index(), time);
  clients_.installed(time);
  proposer_.check_session([this](const session_id& id) { return state_.contains(id); }, out);
  publish();
  collection_event event;
  event.collection = spec_.name;
  event.kind = resync_event_kind;
  event.index = msg.index;
  for (auto& subscriber : subscribers_)
    subscriber.insist(event);
  tell_companion(event);
  carry_out(out);
  on_time(time);
  confirm({msg.collection, msg.index});
}

caf::result<collection_snapshot> replicated_state::on_export() {
  if (const auto reason = refusal(); reason != errc::none)
    return make_error(reason);
  if (number_ == 0)
    return make_error(errc::unknown_collection,
                      "'" + spec_.name + "' is not created yet; wait until it is ready");
  collection_snapshot head{spec_.name, spec_.kind, spec_.options, {}};
  return compat::delegate(
      self_, spawn_content_writer(self_->system(), std::move(head), state_.machine().cut()),
      export_content_v);
}

caf::result<void> replicated_state::on_import(collection_snapshot& given, caf::timespan timeout) {
  if (const auto reason = refusal_of_writes(); reason != errc::none)
    return make_error(reason);
  if (given.kind != spec_.kind)
    return make_error(errc::kind_mismatch,
                      "'" + spec_.name + "' is a " + spec_.kind + ", not a " + given.kind);
  const auto limit = bounded(timeout, context_.options.request_timeout);
  return compat::delegate(self_,
                          spawn_content_importer(self_->system(),
                                                 compat::handle_of<collection_actor>(self_),
                                                 std::move(given), limit),
                          import_content_v);
}

caf::result<blob> replicated_state::on_import_piece(import_piece& piece) {
  if (const auto reason = refusal_of_writes(); reason != errc::none)
    return make_error(reason);
  auto promise = self_->make_response_promise();
  submit(waiters_.add(std::move(promise)),
         encode(content_piece{piece.import, piece.offset, piece.last, std::move(piece.bytes)}),
         piece.timeout, true);
  return caf::delegated<blob>{};
}

} // namespace hamok
