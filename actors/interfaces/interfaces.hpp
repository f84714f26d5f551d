#pragma once

// The whole conversation of the system: every actor's typed interface, a sentence for each message.

#include "hamok/actors/interfaces/events.hpp"
#include "hamok/actors/interfaces/inspect.hpp"
#include "hamok/actors/interfaces/messages.hpp"

#include <caf/actor.hpp>
#include <caf/error.hpp>
#include <caf/result.hpp>
#include <caf/timespan.hpp>
#include <caf/typed_actor.hpp>

#include <string>
#include <vector>

namespace hamok {

// Atoms: messages that are their own name (type_ids.hpp defines them).
struct get_status;
struct get_view;
struct retire;
struct close_link;
struct link_opened;
struct link_closed;
struct await_created;
struct await_ready;
struct subscribe;
struct unsubscribe;
struct close_collection;
struct open_collection;
struct find_collection;
struct list_collections;
struct await_leader;
struct await_commit_head;
struct add_remote_peer;
struct start_node;
struct stop_node;
struct close_node;
struct role_changed;
struct transfer_leadership;
struct compact_log;
struct drain;
struct drained;
struct remove_remote_peer;
struct join_cluster;
struct leave_cluster;
struct open_link;
struct accept_message;
struct export_content;
struct import_content;
struct submit_command;
struct get_stats;

/// A peer link: carries everything that goes to one incarnation of one remote member.
using link_actor = caf::typed_actor<
    // Sends a message of the algorithm. Dropped when the window to the peer is full or it is down.
    caf::result<void>(raft::message),
    // Forwards operations to the peer, which is the leader as far as the sender knows.
    caf::result<void>(proposal_batch),
    // Tells the peer that a batch which it has forwarded was not appended.
    caf::result<void>(proposal_refused),
    // Says something beside the algorithm. Dropped as messages of the algorithm are.
    caf::result<void>(peer_word),
    // Bytes for a collection of the peer. When they cannot be sent, the node is answered at once.
    caf::result<void>(direct_message),
    // Tells the peer what has become of a message of its own.
    caf::result<void>(direct_reply),
    // Says goodbye with a reason and closes the connection for good.
    caf::result<void>(close_link, caf::error)>;

/// The present role of a member; owns the core.
using role_actor = caf::typed_actor<
    // A message of the algorithm from a peer.
    caf::result<void>(peer_message),
    // Operations to append. What is refused comes back to the node as `proposal_refused`.
    caf::result<void>(proposal_batch),
    // A link to the member is up, and carries what is to be sent to it from now on.
    caf::result<void>(link_opened, raft::member_id, link_actor),
    // The last link to the member is gone.
    caf::result<void>(link_closed, raft::member_id),
    // The applier has got this far.
    caf::result<void>(applied_up_to),
    // Hand the leadership over; `transfer_ended` tells the node how that went.
    caf::result<void>(transfer_request),
    // Begin a change of the members; `change_result` tells the node what the core says.
    caf::result<void>(change_task),
    // What has become of a cut that the core has asked for.
    caf::result<void>(snapshot_taken),
    // What has become of a snapshot that was to be installed.
    caf::result<void>(snapshot_installed),
    // Drop what is applied up to this index (0: all) from the log; the first entry that is left.
    caf::result<raft::index_t>(compact_log, raft::index_t),
    // Completes the snapshot by what the log says of the entry that was given out last, and lets
    // the applier answer with it.
    caf::result<node_snapshot>(export_content, node_snapshot),
    // Storage has finished a write.
    caf::result<void>(write_done),
    // The timer that this actor has armed.
    caf::result<void>(deadline_reached),
    // What this role knows.
    caf::result<role_view>(get_view),
    // The node sends to the successor from now on: pass on what is left and quit.
    caf::result<void>(retire)>;

/// A collection on one member: owns its state, its session and the promises of its callers. What
/// comes before "internal" may be used by anybody who has the handle, over BASP too. What is
/// "from the applier" is ignored when it comes from anybody else.
using collection_actor = caf::typed_actor<
    // Logs a command; answers with its result once it is applied here.
    caf::result<blob>(execute),
    // The same, but first waits, outside of the log, until there may be something for it.
    caf::result<blob>(execute_waiting),
    // Answers a question from the state of this member, at once.
    caf::result<blob>(read_state),
    // How the collection is.
    caf::result<collection_status>(get_status),
    // Answers when the collection is created.
    caf::result<collection_status>(await_created, caf::timespan),
    // Answers when it is created and up to date: it has applied everything that was committed then,
    // as far as the leader has told.
    caf::result<collection_status>(await_ready, caf::timespan),
    // Sends every `collection_event` to the subscriber from now on.
    caf::result<void>(subscribe, caf::actor),
    // Ends that.
    caf::result<void>(unsubscribe, caf::actor),
    // Releases it on this member: what waits and cannot have happened is answered with `closed`,
    // what is in doubt with `outcome_unknown`, and what comes with `closed`.
    caf::result<void>(close_collection),
    // The content as it is now, without waiting for anybody.
    caf::result<collection_snapshot>(export_content),
    // Replaces the content through the log, in one entry; answers once that is applied here. The
    // snapshot has to be of the same kind, whatever its name; `snapshot_failed` when it cannot be
    // understood, and then nothing was changed. Without a timeout (0) it is the collection's own.
    caf::result<void>(import_content, collection_snapshot, caf::timespan),
    // internal: logs a piece of new content; answers with a `content_outcome`.
    caf::result<blob>(import_piece),
    // Of emitters: subscribes, publishes and so on; see `emitter_verb`.
    caf::result<blob>(emitter_request),
    // internal, from a user of this member: what it cannot decode; the node raises it.
    caf::result<void>(event::error),
    // internal: logs a command under the session of a remote client.
    caf::result<blob>(execute_in_session),
    // internal: logs a command for a plain thread of this process.
    caf::result<void>(execute_call),
    // internal: the same for one that waits.
    caf::result<void>(execute_waiting_call),
    // internal, from the applier: the creation is committed (or belongs to another kind).
    caf::result<void>(collection_created),
    // internal, from the applier: committed operations, in log order.
    caf::result<void>(apply_batch),
    // internal, from the applier: the leader has changed, or the member takes no part.
    caf::result<void>(leader_notice),
    // internal, from the applier: a batch of this collection was not appended.
    caf::result<void>(proposal_refused),
    // internal: answers once no caller of this member waits for an operation any more.
    caf::result<void>(drain),
    // internal, from the applier: puts the state as it is now into a slot; `part_taken` says which.
    caf::result<void>(take_part),
    // internal, from the applier: goes on with the state in the slot; `collection_applied` follows.
    caf::result<void>(install_part),
    // internal, from the applier: that collection of the member has said this, and wants an answer.
    caf::result<void>(direct_message, raft::member_id),
    // internal, from the applier: what the member has to say to a message of this collection.
    caf::result<void>(direct_reply, raft::member_id),
    // internal, from the applier: who takes part, and who is linked.
    caf::result<void>(peers_notice),
    // internal: the actor's own timer.
    caf::result<void>(deadline_reached)>;

/// What collections of some kinds have on a member besides their collection actor, which passes on
/// to it, in this order: how the log has created it, what is applied, and what others say.
using companion_actor = caf::typed_actor<
    // The collection has a number, and is what its creation in the log says; or a user of this
    // member has opened it once more.
    caf::result<void>(collection_created),
    // Something was applied.
    caf::result<void>(collection_event),
    // All of that is applied; to be passed on to the applier, which so gives out no more than this
    // actor keeps up with.
    caf::result<void>(collection_applied),
    // The leader has changed, or the member takes no part.
    caf::result<void>(leader_notice),
    // Who takes part, and who is linked.
    caf::result<void>(peers_notice),
    // Ends what this member has to do with it, then closes the collection.
    caf::result<void>(close_collection)>;

/// The companion of a remote map: knows the storage of this member. It reads it, and changes it in
/// the order of the log while this member leads.
using remote_map_actor = caf::typed_actor<
    // What `companion_actor` has.
    caf::result<void>(collection_created), caf::result<void>(collection_event),
    caf::result<void>(collection_applied), caf::result<void>(leader_notice),
    caf::result<void>(peers_notice), caf::result<void>(close_collection),
    // An operation: answers once it is executed, and this member knows what has come of it.
    caf::result<blob>(execute),
    // The same for a plain thread of this process.
    caf::result<void>(execute_call),
    // The same under a session that a remote client has chosen.
    caf::result<blob>(execute_in_session),
    // Answers a question from the storage, or one about the execution.
    caf::result<blob>(read_state),
    // Answers once no caller of this member waits for an operation any more.
    caf::result<void>(drain)>;

/// Talks to a storage outside, in a thread of its own.
using storage_actor = caf::typed_actor<
    // Executes a `remote_job`; answers with a `remote_report`.
    caf::result<blob>(execute),
    // Answers a question about what the storage has.
    caf::result<blob>(read_state)>;

/// What an emitter has on a member besides its collection actor, which passes on to it, in this
/// order: how the log has created it, what is applied, and what others say. It knows the
/// subscribers of this member.
using emitter_actor = caf::typed_actor<
    // A request of a user of the emitter.
    caf::result<blob>(emitter_request),
    // The emitter has a number, and is what its creation in the log says.
    caf::result<void>(collection_created),
    // Something was applied.
    caf::result<void>(collection_event),
    // All of that is applied; to be passed on to the applier, which so gives out no more than this
    // actor keeps up with.
    caf::result<void>(collection_applied),
    // The leader has changed, or the member takes no part.
    caf::result<void>(leader_notice),
    // Who takes part, and who is linked.
    caf::result<void>(peers_notice),
    // An event of another member, which wants an answer.
    caf::result<void>(direct_message, raft::member_id),
    // The answer of another member.
    caf::result<void>(direct_reply, raft::member_id),
    // Ends what this member listens to, then closes the collection.
    caf::result<void>(close_collection)>;

/// The only sender of creations and batches to collections, in log order.
using applier_actor = caf::typed_actor<
    // Committed entries.
    caf::result<void>(committed_batch),
    // A collection has finished its part of a batch.
    caf::result<void>(collection_applied),
    // A collection with this id and kind for local use; proposes its creation where it is not
    // known.
    caf::result<collection_actor>(open_collection, collection_spec),
    // The collection with this id, if there is one.
    caf::result<collection_actor>(find_collection, std::string),
    // The leader has changed; told to every collection.
    caf::result<void>(leader_notice),
    // A refused batch of the collection with this origin number.
    caf::result<void>(proposal_refused),
    // Tells the node `drained` once no caller waits any more, or too long.
    caf::result<void>(drain, caf::timespan),
    // A snapshot of all collections, which are at its index when the batches in front of this are
    // applied. `snapshot_taken` tells the node.
    caf::result<void>(cut_request),
    // Goes on from a snapshot. `snapshot_installed` tells the node.
    caf::result<void>(install_snapshot),
    // A collection has taken its part in a cut.
    caf::result<void>(part_taken),
    // Logs a command for the collection with this id; answers with its result.
    caf::result<blob>(submit_command, std::string, execute),
    // Completes the snapshot by the content of all collections, which are at its index when the
    // batches in front of this are applied.
    caf::result<node_snapshot>(export_content, node_snapshot),
    // internal, from the actor that writes an export.
    caf::result<void>(snapshot_exported),
    // That collection of the member has said this to one of this member.
    caf::result<void>(direct_message, raft::member_id),
    // The member's answer to a message of the collection with this origin number.
    caf::result<void>(direct_reply, raft::member_id),
    // Who takes part, and who is linked; told to collections that talk to those of others.
    caf::result<void>(peers_notice),
    // internal, from the actor that writes the snapshot: it is written, or it cannot be.
    caf::result<void>(snapshot_taken),
    // internal, from the actor that reads one.
    caf::result<void>(snapshot_loaded),
    // How all collections are.
    caf::result<std::vector<collection_status>>(get_status)>;

/// The stable address of a member. What comes before "internal" is its interface for everybody.
using node_actor = caf::typed_actor<
    // How the node is.
    caf::result<node_status>(get_status),
    // The collection with this id and kind; see applier.
    caf::result<collection_actor>(open_collection, collection_spec),
    // The collection with this id, or `unknown_collection`.
    caf::result<collection_actor>(find_collection, std::string),
    // How all collections of this member are.
    caf::result<std::vector<collection_status>>(list_collections),
    // Sends every event but `event::message` to the subscriber from now on, each as its own type.
    caf::result<void>(subscribe, caf::actor),
    // The same, with messages of the algorithm if asked for.
    caf::result<void>(subscribe, caf::actor, bool),
    // Ends that.
    caf::result<void>(unsubscribe, caf::actor),
    // Answers with the leader's peer id as soon as one is known, or `no_leader` after the timeout.
    caf::result<std::string>(await_leader, caf::timespan),
    // Answers when this is a member, and everything that is committed now, as far as the leader has
    // told, has been applied here.
    caf::result<raft::index_t>(await_commit_head, caf::timespan),
    // Both of it: answers when there is a leader and this member is up to date.
    caf::result<raft::index_t>(await_ready, caf::timespan),
    // internal, from a collection: the same, and then lets it answer how it is.
    caf::result<collection_status>(await_ready, collection_actor, caf::timespan),
    // Counters of this node.
    caf::result<node_stats>(get_stats),
    // Logs a command, as the collection with this id understands it; answers with its result once
    // it is applied here, or `unknown_collection`.
    caf::result<blob>(submit_command, std::string, execute),
    // All collections of this member as they are now, at one index.
    caf::result<node_snapshot>(export_content),
    // On a node that runs: replaces the content of all collections, in one entry of the log; what
    // the snapshot does not have is empty then. On one that has never run: starts it, so that it
    // founds a cluster alone, with these collections. Answers once that is applied here;
    // `snapshot_failed` with the place when the snapshot makes no sense, and then nothing was done.
    // The random id tells one import from another: one that is repeated under its id happens once.
    caf::result<void>(import_content, node_snapshot, session_id, caf::timespan),
    // Before the start: extends the founding list. Afterwards: makes whoever of that name is
    // linked, or will be, a member; answers once that is committed, or why it cannot be. Without a
    // timeout (0) it is the node's own.
    caf::result<void>(add_remote_peer, peer_endpoint, caf::timespan),
    // Removes the member of that name; answers once that is committed, or why it cannot be.
    caf::result<void>(remove_remote_peer, std::string, caf::timespan),
    // Becomes a member again, as another life, after having been removed.
    caf::result<void>(join_cluster, caf::timespan),
    // Hands the leadership over, finishes what callers of this member wait for, is removed from the
    // members, and stops; answers then. Where it is not removed it goes on, and says why.
    caf::result<void>(leave_cluster),
    // Begins (again) to take part.
    caf::result<void>(start_node),
    // Hands the leadership over, finishes what callers of this member wait for, says goodbye to the
    // peers, and takes no part until the next `start_node`; membership stays.
    caf::result<void>(stop_node),
    // Hands the leadership over to the member with this peer id (empty: whoever is furthest), and
    // answers when the next leader is known. Only the leader can: others name it in `not_leader`.
    caf::result<void>(transfer_leadership, std::string),
    // Drops what is applied up to this index (0: all of it) from the log of this member, but for
    // what members that can be heard still need. Answers with the first entry that is left.
    caf::result<raft::index_t>(compact_log, raft::index_t),
    // Stops for good.
    caf::result<void>(close_node),
    // Of custom links: the application has carried this here from that peer (`event::message`).
    caf::result<void>(accept_message, std::string, blob),
    // internal, from a proposer of this member or from a link: operations for the leader.
    caf::result<void>(proposal_batch),
    // internal, from a role or a link: a batch was not appended.
    caf::result<void>(proposal_refused),
    // internal, from a role: its successor, which owns the core from now on.
    caf::result<void>(role_changed, role_actor, role_view),
    // internal, from a role: leader, term or commit index have changed.
    caf::result<void>(role_view),
    // internal, from a role: a heartbeat round was sent or heard.
    caf::result<void>(event::heartbeat),
    // internal, from a role or a link: something has failed.
    caf::result<void>(event::error),
    // internal, from a role or a link: a message for those who subscribed to messages.
    caf::result<void>(event::message),
    // internal, from a link: may this peer come in? Fails with the reason for a refusal. (A bare
    // `errc` in a message, or as an answer, is turned into a `caf::error` by CAF.)
    caf::result<void>(link_hello, link_actor),
    // internal, from a link of another node: open the other end, for a link between actors.
    caf::result<void>(open_link, link_hello, link_actor),
    // internal, from a link: both sides have accepted each other.
    caf::result<void>(link_opened, hello, link_actor),
    // internal, from a link: a message of the algorithm.
    caf::result<void>(peer_message),
    // internal, from a link: what this life says beside the algorithm.
    caf::result<void>(peer_word, raft::member_id),
    // internal, from a link: a collection of this life has said this.
    caf::result<void>(direct_message, raft::member_id),
    // internal, from a link: what has become of a message of a collection of this member.
    caf::result<void>(direct_reply, raft::member_id),
    // internal, from a collection: to be sent to this life.
    caf::result<void>(raft::member_id, direct_message),
    // internal, from a collection: its answer.
    caf::result<void>(raft::member_id, direct_reply),
    // internal, from a link: another node does not want this one.
    caf::result<void>(turned_away_by),
    // internal, from a role: who takes part, as far as the core knows.
    caf::result<void>(members_seen),
    // internal, from a role: what the core says to a change of the members.
    caf::result<void>(change_result),
    // internal, from the applier: it has got this far.
    caf::result<void>(applied_up_to),
    // internal, from a role: how handing over the leadership has ended.
    caf::result<void>(transfer_ended),
    // internal, from the applier: what has become of a cut, and of a snapshot to be installed.
    caf::result<void>(snapshot_taken), caf::result<void>(snapshot_installed),
    // internal, from the applier: a collection goes on from a snapshot.
    caf::result<void>(event::resync),
    // internal, from a role: a member is sent a snapshot.
    caf::result<void>(event::unsynced_peer),
    // internal: no caller of this member waits any more.
    caf::result<void>(drained)>;

} // namespace hamok

#include "hamok/actors/interfaces/type_ids.hpp"
