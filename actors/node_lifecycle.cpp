// Start, stop and close of a node, and what it starts a role with.

#include "hamok/actors/clock.hpp"
#include "hamok/actors/interfaces/random_id.hpp"
#include "hamok/actors/node_actor.hpp"
#include "hamok/actors/status_collector.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

/// How long a stopping node waits for its links to end.
constexpr auto goodbye_patience = std::chrono::seconds{1};

} // namespace

caf::result<void> node_state::start() {
  if (closing_ || !stopping_.empty())
    return make_error(errc::stopped);
  if (!running_)
    if (auto problem = begin())
      return problem;
  if (failed_)
    return make_error(errc::storage_failed);
  // Answered behind the notice: whoever was told that the member runs finds collections that know.
  return compat::delegate(self_, applier_, leader_notice{view_.leader, view_.term, absence()});
}

caf::error node_state::begin() {
  const auto stored = parts_.storage->load_identity();
  if (!stored.self.peer.empty() && stored.self.peer != config_.peer_id)
    return make_error(errc::invalid_config, "the storage belongs to the member '" + stored.self.peer
                                                + "', not to '" + config_.peer_id + "'");
  if (!raft::sound(parts_.storage->load()))
    return make_error(errc::storage_failed, "what is stored makes no sense");
  failed_ = false;
  running_ = true;
  if (auto problem = begin_life()) {
    running_ = false;
    return problem;
  }
  return {};
}

caf::result<void> node_state::stop() {
  if (!running_ && stopping_.empty())
    return caf::unit;
  auto promise = self_->make_response_promise<void>();
  stopping_.push_back(promise);
  if (!running_)
    return promise;
  if (stage_ == end_stage::none)
    begin_end();
  else if (!leaving_.empty())
    stop_instead();
  return promise;
}

void node_state::end_role() {
  stage_ = end_stage::none;
  running_ = false;
  answer_transfers(make_error(errc::stopped));
  tell_leader();
  host_.stop();
}

/// Nobody leads, as far as this member knows.
void node_state::forget_view() {
  role_view nobody;
  nobody.term = view_.term;
  nobody.commit_index = view_.commit_index;
  nobody.last_index = view_.last_index;
  nobody.durable_index = view_.durable_index;
  on_view(std::move(nobody));
  role_told_.reset();
}

void node_state::on_role_stopped() {
  if (core_has_ended())
    return;
  // The role is gone, so nothing is sent any more: now say goodbye. The links end on their own; one
  // that hangs is not waited for.
  goodbye_said_ = true;
  links_.stop();
  forget_view();
  end_waiting();
  compat::run_after(self_, goodbye_patience, [this, stop = ++stops_] {
    if (stop == stops_)
      finish_stop();
  });
  if (links_.quiet())
    finish_stop();
}

void node_state::finish_stop() {
  if (!std::exchange(goodbye_said_, false))
    return;
  note_down();
  hub_.publish(event::stopped{});
  for (auto& promise : std::exchange(stopping_, {}))
    promise.deliver();
  if (closing_) {
    hub_.publish(event::closed{});
    self_->quit();
  }
}

caf::result<void> node_state::close() {
  closing_ = true;
  if (running_ || !stopping_.empty())
    return stop();
  hub_.publish(event::closed{});
  self_->quit();
  return caf::unit;
}

caf::error node_state::add_peer(const peer_endpoint& added) {
  auto changed = config_;
  auto& members = changed.initial_members;
  if (members.empty())
    members.push_back({config_.peer_id, config_.listen});
  std::erase_if(members, [&](const peer_endpoint& one) { return one.peer == added.peer; });
  members.push_back(added);
  if (const auto problems = changed.validate(); !problems.empty())
    return make_error(errc::invalid_config, to_string(problems));
  config_.initial_members = std::move(members);
  note_down();
  return {};
}

raft::core_config node_state::make_core_config() const {
  raft::core_config result;
  result.self = life_->identity().self;
  result.follower_max_idle = config_.follower_max_idle;
  result.election_timeout = config_.election_timeout;
  result.heartbeat = config_.heartbeat;
  result.only_follower = config_.only_follower;
  result.max_batch_entries = config_.max_message_entries;
  result.max_batch_bytes = config_.max_message_bytes;
  result.max_inflight_messages = config_.max_inflight_messages;
  result.max_inflight_bytes = config_.max_inflight_bytes;
  result.max_uncommitted_bytes = config_.max_uncommitted_bytes;
  result.volatile_state = true; // collections and log of a member without a disk live equally long
  result.log_max_bytes = config_.log_max_bytes;
  result.log_max_entries = config_.log_max_entries;
  result.log_expiration = config_.log_entries_expiration_time;
  result.seed = random_id().low;
  return result;
}

/// What storage has, and what the applier was sent, which outlives a role: cuts are made behind
/// that only, whatever of it the collections have confirmed. Where one has died whose creation is
/// in the log, that has to come again.
raft::initial_state node_state::stored() const {
  auto result = parts_.storage->load();
  const auto comes_again = lost_ > result.base.index;
  const auto known = comes_again ? 0 : given_->load();
  if (known > result.base.index && known <= result.base.index + result.entries.size())
    result.restored = known;
  return result;
}

std::unique_ptr<role_context> node_state::make_context() {
  if (failed_)
    return nullptr;
  auto context = std::make_unique<role_context>(
      role_context{raft::core{make_core_config(), stored(), boot_time()},
                   config_.placement,
                   compat::handle_of<node_actor>(self_),
                   applier_,
                   parts_.storage,
                   nullptr,
                   given_,
                   hub_.watch_messages(),
                   {}});
  for (const auto& [peer, member] : links_.linked())
    if (const auto link = links_.link_to(peer))
      context->links.emplace(member, *link);
  role_view view;
  view.term = context->core.term();
  view.commit_index = view_.commit_index;
  on_view(std::move(view));
  return context;
}

caf::result<node_status> node_state::status() {
  node_status known;
  known.peer_id = config_.peer_id;
  if (life_) {
    known.incarnation = life_->identity().self.incarnation;
    known.cluster_id = life_->myself().cluster;
    known.standing = life_->standing();
  }
  known.cluster = config_.cluster;
  known.listening = links_.listening();
  known.view = view_;
  known.applied_index = applied_index_;
  known.running = running_;
  auto members = view_.members.voters;
  for (const auto* list : {&view_.members.outgoing, &view_.members.learners})
    for (const auto& member : *list)
      if (!raft::contains(members, member))
        members.push_back(member);
  for (const auto& name : member_names())
    if (std::ranges::find(members, name, &raft::member_id::peer) == members.end())
      members.push_back({name, {}});
  for (auto& member : members) {
    const auto linked = links_.linked().find(member.peer);
    const auto there = linked != links_.linked().end();
    if (there && member.incarnation.none())
      member = linked->second;
    known.members.push_back(
        {member, endpoint_of(member.peer), there && linked->second == member, false, false});
  }
  return compat::delegate(
      self_, spawn_status_collector(self_->system(), std::move(known), host_.current(), applier_),
      get_status_v);
}

} // namespace hamok
