// What a node learns about itself and its peers, and tells its subscribers.

#include "hamok/actors/clock.hpp"
#include "hamok/actors/node_actor.hpp"
#include "hamok/io/error_code.hpp"
#include "hamok/io/log.hpp"

#include <utility>

namespace hamok {

namespace {

/// The same error is told again after this long; a dialer meets it many times a second.
constexpr auto repetition = std::chrono::seconds{10};
constexpr std::size_t max_errors_remembered = 64;

std::string peer_of(const std::optional<raft::member_id>& member) {
  return member ? member->peer : std::string{};
}

/// Whether a link that has ended so was ended with words, by either side: a stop, a departure, a
/// removal, or a better link.
bool is_goodbye(const caf::error& reason) {
  switch (code_of(reason, errc::connection_lost)) {
  case errc::stopped:
  case errc::closed:
  case errc::refused_retired:
  case errc::refused_cluster:
  case errc::refused_duplicate:
    return true;
  default:
    return false;
  }
}

} // namespace

caf::actor_addr node_state::sender() const {
  return caf::actor_cast<caf::actor_addr>(self_->current_sender());
}

/// What a role says that was asked to end is of a time that is over: its life may be too.
bool node_state::role_counts() const {
  return running_ && !core_ends_;
}

bool node_state::is_from_role() const {
  return role_counts() && host_.is_current(sender());
}

void node_state::on_role_changed(role_actor& successor, role_view& view) {
  if (!host_.changed(sender(), std::move(successor)) || !role_counts())
    return;
  on_view(std::move(view));
}

void node_state::on_news(role_view view) {
  if (!is_from_role())
    return;
  on_view(std::move(view));
}

void node_state::on_view(role_view view) {
  view.members = view_.members; // `members_seen` tells of them
  const auto before = std::exchange(view_, std::move(view));
  note_down();
  if (running_ && role_told_ != view_.role) {
    switch (view_.role) {
    case raft::role::follower:
      hub_.publish(event::follower{});
      break;
    case raft::role::candidate:
      hub_.publish(event::candidate{});
      break;
    case raft::role::leader:
      hub_.publish(event::leader{});
      break;
    }
    if (role_told_)
      hub_.publish(event::state_changed{view_.role, *role_told_});
    role_told_ = view_.role;
    count(&node_stats::role_changes);
  }
  if (before.leader != view_.leader) {
    count(&node_stats::leader_changes);
    update_welcome();
    hub_.publish(event::leader_changed{peer_of(view_.leader), peer_of(before.leader)});
  }
  if (before.leader != view_.leader || before.term != view_.term)
    tell_leader();
  on_next_leader();
  if (view_.commit_index > commit_told_) {
    commit_told_ = view_.commit_index;
    hub_.publish(event::commit{commit_told_});
  }
}

void node_state::note_down() {
  auto peers = member_names();
  std::erase(peers, config_.peer_id);
  parts_.board->write([&](node_notes& notes) {
    notes.running = running_;
    notes.view = view_;
    notes.applied_index = applied_index_;
    notes.listening = links_.listening();
    notes.remote_peers = std::move(peers);
  });
}

/// Clients come often, so what they are told is ready before they ask.
void node_state::update_welcome() {
  client_welcome words;
  words.peer_id = config_.peer_id;
  if (life_)
    words.cluster_id = life_->myself().cluster;
  words.leader = peer_of(view_.leader);
  for (const auto& name : member_names())
    words.members.push_back({name, endpoint_of(name)});
  links_.welcome_clients_with(std::move(words));
}

void node_state::count(std::uint64_t node_stats::*counter) {
  parts_.board->write([counter](node_notes& notes) { ++(notes.stats.*counter); });
}

void node_state::tell_leader() {
  compat::send(self_, applier_,
               leader_notice{view_.leader, view_.term, absence(), stage_ >= end_stage::draining});
  if (absence() == errc::refused_retired)
    end_waiters(errc::refused_retired);
  serve_leader_waiters();
  serve_commit_waiters();
}

void node_state::on_heartbeat() {
  if (is_from_role())
    hub_.publish(event::heartbeat{});
}

/// Links meet a taken name for a moment after each crash: when it lasts, the life says so.
void node_state::on_reported(const event::error& what) {
  if (what.code != errc::refused_name_taken)
    on_error(what);
}

void node_state::on_error(const event::error& what) {
  if (what.code == errc::storage_failed)
    on_storage_failed();
  const auto now = boot_time();
  const auto known = errors_told_.find(what.text);
  if (known != errors_told_.end() && now - known->second < repetition)
    return;
  if (errors_told_.size() >= max_errors_remembered)
    errors_told_.clear();
  errors_told_[what.text] = now;
  count(&node_stats::errors);
  logger()->error("{}: {} ({})", config_.peer_id, what.text, to_string(what.code));
  hub_.publish(what);
}

void node_state::on_joined(const hello& remote, const link_actor& link) {
  count(&node_stats::links_opened);
  logger()->info("{}: linked with {}", config_.peer_id, raft::to_string(remote.self));
  hub_.publish(event::hello_notification{remote.self.peer, remote.app_data});
  hub_.publish(event::remote_peer_joined{remote.self.peer});
  host_.send(link_news{remote.self, link});
  live(raft::peer_met{remote.self, remote.cluster_id});
  learn(remote.known_members);
  refresh_words(); // who is linked counts when others say hello
  refresh_peers();
}

void node_state::on_left(const raft::member_id& member, const caf::error& reason) {
  count(&node_stats::links_lost);
  logger()->info("{}: no link with {} any more: {}", config_.peer_id, raft::to_string(member),
                 to_string(reason));
  host_.send(link_news{member, std::nullopt});
  if (running_)
    live(raft::peer_lost{member});
  if (!is_goodbye(reason))
    hub_.publish(event::no_heartbeat_from{member.peer});
  hub_.publish(event::remote_peer_left{member.peer});
  if (running_) {
    refresh_words();
    refresh_peers();
  } else {
    tell_peers();
  }
  if (!running_ && links_.quiet())
    finish_stop();
}

// What the applier says is for the role; these lines tell an operator what keeps a member busy.

void node_state::on_snapshot(snapshot_taken& msg) {
  if (sender() != caf::actor_cast<caf::actor_addr>(applier_))
    return;
  if (msg.ok)
    logger()->info("{}: a snapshot at {} has been made, of {} bytes", config_.peer_id, msg.index,
                   msg.size);
  host_.send(std::move(msg));
}

void node_state::on_snapshot(snapshot_installed& msg) {
  if (sender() != caf::actor_cast<caf::actor_addr>(applier_))
    return;
  if (msg.ok)
    logger()->info("{}: the snapshot at {} has been installed", config_.peer_id, msg.index);
  host_.send(std::move(msg));
}

void node_state::on_unsynced(const event::unsynced_peer& what) {
  logger()->info("{}: {} lacks what is not in the log any more, and is sent a snapshot",
                 config_.peer_id, what.id);
  hub_.publish(what);
}

void node_state::subscribe_to_events(const caf::actor& subscriber, bool with_messages) {
  if (!subscriber)
    return;
  hub_.add(subscriber, with_messages);
}

} // namespace hamok
