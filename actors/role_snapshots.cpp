// What every role does about cuts and snapshots: the core says which bytes go where, and the bytes
// are here.

#include "hamok/actors/role_shell.hpp"
#include "hamok/actors/snapshot_worker.hpp"
#include "hamok/raft/checksum.hpp"

#include <utility>

namespace hamok {

void role_shell::on_snapshot_taken(snapshot_taken& msg) {
  if (!context_)
    return;
  if (msg.ok) {
    let_go(context_->offered);
    context_->offered = snapshot_pieces{std::move(msg.chunks)};
  }
  step(raft::cut_taken{msg.index, msg.ok, msg.size, msg.checksum});
}

void role_shell::on_snapshot_installed(const snapshot_installed& msg) {
  step(raft::installed{msg.index, msg.ok});
}

raft::index_t role_shell::on_compact(raft::index_t up_to) {
  step(raft::compact{up_to});
  return context_ ? context_->core.log().first_index() : 0;
}

/// The applier has the request behind the last entry that it was given.
caf::result<node_snapshot> role_shell::on_export(node_snapshot& head) {
  if (!context_)
    return make_error(errc::stopped);
  describe(context_->core.given_out(), head);
  return compat::delegate(self_, context_->applier, export_content_v, std::move(head));
}

void role_shell::send_chunks(std::vector<raft::chunk_send>& chunks) {
  for (auto& chunk : chunks) {
    auto& request = std::get<raft::install_request>(chunk.message.body);
    request.data = context_->offered.slice(request.offset, chunk.size);
    if (request.data.size() != chunk.size)
      continue; // of a cut that is not here; it is asked for again
    request.checksum = raft::checksum_of(request.data.bytes());
    send(chunk.to, chunk.message);
  }
}

/// To free the bytes of a large snapshot takes longer than this thread has.
void role_shell::let_go(snapshot_pieces& pieces) {
  spawn_bytes_sweeper(self_->system(), pieces.take());
}

/// In the order that `raft::output` asks for.
void role_shell::care_for_snapshots(raft::output& out) {
  if (out.drop_chunks)
    let_go(context_->received);
  if (out.chunk) {
    if (out.chunk->offset == 0)
      let_go(context_->received);
    context_->received.add(std::move(out.chunk->data));
  }
  if (out.install)
    compat::send(self_, context_->applier,
                 install_snapshot{std::move(out.install->meta), out.install->snapshot.checksum,
                                  context_->received.take()});
  if (out.release_cut)
    let_go(context_->offered);
  if (out.cut)
    compat::send(self_, context_->applier, cut_request{std::move(*out.cut)});
  for (const auto& member : out.unsynced)
    compat::send(self_, node_, event::unsynced_peer{member.peer});
}

} // namespace hamok
