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
  if (auto problem = load_identity())
    return problem;
  failed_ = false;
  running_ = true;
  for (const auto& member : config_.initial_members)
    endpoints_[member.peer] = member.endpoint;
  update_welcome(); // before the first client can come
  if (auto problem = links_.start(make_policy(), make_hello(), config_.initial_members)) {
    running_ = false;
    return problem;
  }
  note_down();
  update_welcome();
  hub_.publish(event::started{});
  if (founded_)
    host_.start();
  else
    start_founding();
  return {};
}

caf::result<void> node_state::stop() {
  if (!running_ && stopping_.empty())
    return caf::unit;
  auto promise = self_->make_response_promise<void>();
  stopping_.push_back(promise);
  if (running_ && stage_ == stop_stage::none)
    begin_stop();
  return promise;
}

void node_state::end_role() {
  stage_ = stop_stage::none;
  running_ = false;
  answer_transfers(make_error(errc::stopped));
  tell_leader();
  host_.stop();
}

void node_state::on_role_stopped() {
  // The role is gone, so nothing is sent any more: now say goodbye. The links end on their own; one
  // that hangs is not waited for.
  goodbye_said_ = true;
  links_.stop();
  founding_.reset();
  role_view nobody;
  nobody.term = view_.term;
  nobody.commit_index = view_.commit_index;
  nobody.last_index = view_.last_index;
  nobody.durable_index = view_.durable_index;
  nobody.members = view_.members;
  on_view(std::move(nobody));
  role_told_.reset();
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
  if (running_ || founded_)
    return make_error(errc::not_supported,
                      "members can be added before the first start only, for now");
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

caf::error node_state::load_identity() {
  identity_ = parts_.storage->load_identity();
  if (identity_.self.incarnation.none()) {
    identity_.self = {config_.peer_id, random_id()};
    if (!parts_.storage->save_identity(identity_))
      return make_error(errc::storage_failed);
  } else if (identity_.self.peer != config_.peer_id) {
    return make_error(errc::invalid_config, "the storage belongs to the member '"
                                                + identity_.self.peer + "', not to '"
                                                + config_.peer_id + "'");
  }
  const auto state = parts_.storage->load();
  if (!raft::sound(state))
    return make_error(errc::storage_failed, "its log cannot be understood");
  founded_ = !state.base.members.voters.empty();
  return {};
}

raft::core_config node_state::make_core_config() const {
  raft::core_config result;
  result.self = identity_.self;
  result.follower_max_idle = config_.follower_max_idle;
  result.election_timeout = config_.election_timeout;
  result.heartbeat = config_.heartbeat;
  result.only_follower = config_.only_follower;
  result.max_batch_entries = config_.max_message_entries;
  result.max_batch_bytes = config_.max_message_bytes;
  result.max_inflight_messages = config_.max_inflight_messages;
  result.max_inflight_bytes = config_.max_inflight_bytes;
  result.max_uncommitted_bytes = config_.max_uncommitted_bytes;
  result.seed = random_id().low;
  return result;
}

std::unique_ptr<role_context> node_state::make_context() {
  if (failed_)
    return nullptr;
  auto context = std::make_unique<role_context>(
      role_context{raft::core{make_core_config(), parts_.storage->load(), boot_time()},
                   config_.placement,
                   compat::handle_of<node_actor>(self_),
                   applier_,
                   parts_.storage,
                   nullptr,
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
  known.incarnation = identity_.self.incarnation;
  known.cluster = config_.cluster;
  known.cluster_id = founded_ ? identity_.cluster : raft::incarnation_id{};
  known.listening = links_.listening();
  known.view = view_;
  known.applied_index = applied_index_;
  known.running = running_;
  auto members = identity_.founders;
  for (const auto& name : founder_names())
    if (std::none_of(members.begin(), members.end(),
                     [&](const auto& member) { return member.peer == name; }))
      members.push_back({name, {}});
  for (auto& member : members) {
    const auto linked = links_.linked().find(member.peer);
    const auto there = linked != links_.linked().end();
    if (there && member.incarnation.none())
      member = linked->second;
    const auto endpoint = endpoints_.find(member.peer);
    known.members.push_back({member, endpoint == endpoints_.end() ? "" : endpoint->second,
                             there && linked->second == member, false});
  }
  return compat::delegate(
      self_, spawn_status_collector(self_->system(), std::move(known), host_.current(), applier_),
      get_status_v);
}

} // namespace hamok
