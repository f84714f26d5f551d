#include "hamok/actors/node_actor.hpp"

#include "hamok/actors/placement.hpp"
#include "hamok/io/memory_storage.hpp"

#include <caf/send.hpp>

#include <utility>

namespace hamok {

namespace {

caf::result<void> to_result(const caf::error& problem) {
  if (problem)
    return problem;
  return caf::unit;
}

} // namespace

node_state::node_state(self_ptr self, node_config config, node_parts parts)
    : self_(self),
      config_(std::move(config)),
      parts_(std::move(parts)),
      hub_(self->system(), config_.max_subscriber_events),
      links_(self, monitors_, config_, parts_.network,
             {[this](const hello& remote, const link_actor& link) { on_joined(remote, link); },
              [this](const raft::member_id& member, const link_actor& link) {
                host_.send(link_news{member, link});
              },
              [this](const raft::member_id& member, const caf::error& reason) {
                on_left(member, reason);
              },
              [this] {
                if (!running_ && links_.quiet())
                  finish_stop();
              }}),
      host_(self, monitors_,
            {[this] { return make_context(); },
             [this](const proposal_batch& batch) { refuse(batch, errc::no_leader); },
             [this](const caf::error& reason) {
               on_error({errc::actor_died,
                         "the role actor has died and is started again: " + to_string(reason)});
             },
             [this] { on_role_stopped(); }}) {
  applier_config applier;
  applier.node = compat::handle_of<node_actor>(self);
  applier.access = parts_.access;
  applier.options.request_timeout = config_.request_timeout;
  applier.options.max_message_entries = config_.max_message_entries;
  applier.options.max_message_bytes = config_.max_message_bytes;
  applier.check_divergence_every = config_.check_divergence_every;
  applier.spawn_collection = parts_.spawn_collection;
  applier_ = compat::spawn<applier_state>(self->system(), config_.placement, std::move(applier));
}

node_state::~node_state() {
  end_waiting();
  caf::anon_send_exit(applier_, caf::exit_reason::user_shutdown);
}

caf::result<collection_actor> node_state::open(collection_spec spec) {
  return compat::delegate(self_, applier_, open_collection_v, std::move(spec));
}

caf::result<collection_actor> node_state::find(std::string name) {
  return compat::delegate(self_, applier_, find_collection_v, std::move(name));
}

caf::result<std::vector<collection_status>> node_state::list() {
  return compat::delegate(self_, applier_, get_status_v);
}

caf::result<blob> node_state::submit(std::string& id, execute& command) {
  return compat::delegate(self_, applier_, submit_command_v, std::move(id), std::move(command));
}

node_actor::behavior_type node_state::make_behavior() {
  return {
      // for everybody
      [this](get_status) { return status(); },
      [this](open_collection, collection_spec& spec) { return open(std::move(spec)); },
      [this](find_collection, std::string& name) { return find(std::move(name)); },
      [this](list_collections) { return list(); },
      [this](subscribe, const caf::actor& who) { subscribe_to_events(who, false); },
      [this](subscribe, const caf::actor& who, bool all) { subscribe_to_events(who, all); },
      [this](unsubscribe, const caf::actor& subscriber) {
        hub_.remove(caf::actor_cast<caf::actor_addr>(subscriber));
      },
      [this](await_leader, caf::timespan timeout) { return on_await_leader(timeout); },
      [this](await_commit_head, caf::timespan timeout) { return on_await_commit_head(timeout); },
      [this](await_ready, caf::timespan timeout) { return on_await_commit_head(timeout); },
      [this](await_ready, const collection_actor& x, caf::timespan t) { return await_for(x, t); },
      [this](get_stats) { return parts_.board->get().stats; },
      [this](submit_command, std::string& id, execute& command) { return submit(id, command); },
      [this](export_content) { return export_all(); },
      [this](import_content, node_snapshot& given, const session_id& id, caf::timespan timeout) {
        return import_all(given, id, timeout);
      },
      [this](add_remote_peer, const peer_endpoint& x, caf::timespan t) { return add_member(x, t); },
      [this](remove_remote_peer, const std::string& peer, caf::timespan timeout) {
        return wish(raft::wish_kind::remove, peer, timeout);
      },
      [this](join_cluster, caf::timespan timeout) {
        return wish(raft::wish_kind::join, config_.peer_id, timeout);
      },
      [this](leave_cluster) { return leave(); },
      [this](start_node) { return start(); },
      [this](stop_node) { return stop(); },
      [this](transfer_leadership, const std::string& to) { return transfer(to); },
      [this](compact_log, raft::index_t up_to) { return compact(up_to); },
      [this](close_node) { return close(); },
      [this](accept_message, const std::string& from, const blob& x) { links_.accept(from, x); },
      // internal
      [this](proposal_batch& batch) { on_proposals(batch); },
      [this](const proposal_refused& msg) { on_refused(msg); },
      [this](role_changed, role_actor& next, role_view& view) { on_role_changed(next, view); },
      [this](role_view& view) { on_news(std::move(view)); },
      [this](event::heartbeat) { on_heartbeat(); },
      [this](const event::error& what) { on_reported(what); },
      [this](const event::message& what) { hub_.publish(what); },
      [this](const link_hello& incoming, const link_actor& link) {
        return to_result(links_.judge(incoming, link));
      },
      [this](open_link, const link_hello& said, const link_actor& x) { links_.open(said, x); },
      [this](link_opened, const hello& said, const link_actor& x) { links_.opened(said, x); },
      [this](peer_message& msg) { on_peer_message(msg); },
      [this](peer_word& msg, const raft::member_id& from) { on_word(msg, from); },
      [this](direct_message& msg, const raft::member_id& from) { on_direct(msg, from); },
      [this](const direct_reply& msg, const raft::member_id& from) { on_direct_reply(msg, from); },
      [this](const raft::member_id& to, direct_message& msg) { send_direct(to, msg); },
      [this](const raft::member_id& to, const direct_reply& msg) { send_direct_reply(to, msg); },
      [this](const turned_away_by& msg) { on_turned_away(msg); },
      [this](members_seen& seen) { on_members(seen); },
      [this](const change_result& msg) { on_change_result(msg); },
      [this](const applied_up_to& msg) { on_applied(msg); },
      [this](const transfer_ended& msg) { on_transfer_ended(msg); },
      [this](snapshot_taken& msg) { on_snapshot(msg); },
      [this](snapshot_installed& msg) { on_snapshot(msg); },
      [this](const event::resync& what) { hub_.publish(what); },
      [this](const event::unsynced_peer& what) { on_unsynced(what); },
      [this](drained) { end_drain(); },
  };
}

node_actor spawn_node_actor(caf::actor_system& system, node_config config, node_parts parts) {
  if (!parts.storage)
    parts.storage = std::make_shared<memory_storage>();
  if (!parts.spawn_collection)
    parts.spawn_collection = [&system, where = config.placement](collection_context context,
                                                                 collection_spec spec) {
      return spawn_collection(system, where, std::move(context), std::move(spec));
    };
  const auto where = config.placement;
  return compat::spawn<node_state>(system, where, std::move(config), std::move(parts));
}

} // namespace hamok
