// The core's part in changes of the members (thesis, 4): which configuration is in force, one
// change at a time, learners that catch up, and those who leave.

#include "hamok/raft/change.hpp"
#include "hamok/raft/codec.hpp"
#include "hamok/raft/core.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace hamok::raft {

// -- the configuration in force -------------------------------------------------------------------

bool core::may_campaign() const {
  if (config_.only_follower)
    return false;
  // Also who is being removed, until it knows that to be committed: it may have the only log that
  // can win (thesis, 4.2.2 and figure 4.6). It does not count itself then. One change at a time
  // means that the configuration before the latest is committed.
  const auto latest = members_.latest_index();
  return is_voter(members(), config_.self)
         || (latest > commit_index_ && is_voter(members_.at(latest - 1), config_.self));
}

raft::standing core::standing() const noexcept {
  const auto& settled = members_.at(commit_index_);
  if (is_voter(settled, config_.self))
    return standing::voter;
  if (contains(settled.learners, config_.self))
    return standing::learner;
  return was_member_ || is_retired(settled, config_.self) ? standing::removed : standing::outsider;
}

void core::members_changed() {
  // "A server always uses the latest configuration in its log" (thesis, 4.1): from when it is
  // there, and no longer than it is there. Called as well when one is known to be committed.
  out_.members_changed = true;
  was_member_ = was_member_ || members_.named_until(commit_index_, config_.self);
  forget_links();
  if (const auto* state = std::get_if<follower_state>(&role_)) {
    if (state->election_deadline.has_value() != may_campaign())
      reset_election_deadline();
  } else if (role() == role::leader) {
    sync_peers();
  }
}

void core::sync_peers() {
  auto& state = std::get<leader_state>(role_);
  for (auto& id : others(members(), config_.self))
    if (find_peer(id) == nullptr)
      state.peers.emplace_back(std::move(id), log_.last_index() + 1, now_);
  // Who has left goes on receiving until it has heard of that.
  for (auto& peer : state.peers)
    if (!is_member(members(), peer.id()))
      peer.leave(members_.latest_index());
}

void core::drop_leavers() {
  auto* state = std::get_if<leader_state>(&role_);
  if (state == nullptr)
    return;
  std::erase_if(state->peers, [this](progress_state& peer) {
    return peer.has_left(commit_index_, now_, 2 * config_.follower_max_idle)
           || (peer.leaving() && links_.is_down(peer.id()));
  });
}

// -- changes --------------------------------------------------------------------------------------

void core::on(change_members&& ev) {
  auto& outcome = out_.change.emplace();
  outcome.leader = leader_;
  if (role() != role::leader) {
    outcome.refused = change_refusal::not_leader;
    outcome.member = std::move(ev.what.member);
    return;
  }
  auto plan = plan_change(members(), ev.what, retiring(), links_);
  outcome.refused = refuses(plan);
  outcome.done = is_done(plan);
  if (!outcome.refused && plan.next)
    append_configuration(*plan.next);
  outcome.index = outcome.refused ? 0 : members_.latest_index();
  outcome.member = std::move(plan.member);
}

bool core::is_done(const change_plan& plan) const noexcept {
  return plan.done && members_.latest_index() <= commit_index_;
}

std::optional<change_refusal> core::refuses(const change_plan& plan) const {
  // What is so already, or is on its way, is no change: to repeat a wish never looks like failing.
  // But whoever wants a name to go is not told that it has begun when another life takes it over.
  if (!plan.refused && !plan.next)
    return plan.has_successor && !is_done(plan) ? std::optional{change_refusal::busy}
                                                : std::nullopt;
  if (plan.refused == change_refusal::malformed)
    return plan.refused;
  // Before that, a change of an earlier leader could still come back beside this one's.
  if (!has_committed_in_term())
    return change_refusal::not_ready;
  if (std::get<leader_state>(role_).transfer)
    return change_refusal::transferring;
  if (members_.latest_index() > commit_index_ || !members().outgoing.empty())
    return change_refusal::busy;
  if (plan.refused)
    return plan.refused;
  if (!plan.next->outgoing.empty() && !reachable_quorum(*plan.next))
    return change_refusal::quorum_at_risk;
  return std::nullopt;
}

bool core::has_committed_in_term() const {
  return log_.term_at(commit_index_) == hard_.term;
}

retirement core::retiring() const noexcept {
  return {log_.last_index() + 1, config_.max_retired};
}

void core::append_configuration(const configuration& next) {
  append_as_leader({{entry_kind::configuration, to_blob(next)}});
  // Who is new hears of its leader at once, and says what it lacks.
  for (auto& peer : std::get<leader_state>(role_).peers)
    if (peer.mode() == progress_mode::probe && peer.idle())
      send_empty(peer);
}

void core::drive_membership() {
  const auto* state = std::get_if<leader_state>(&role_);
  if (state == nullptr || members_.latest_index() > commit_index_ || !has_committed_in_term())
    return;
  if (state->transfer) // the log has to stand still, or its successor would not catch up with it
    return;
  // A joint configuration that is committed under both of its majorities has done its work; it is
  // left at once, whoever wrote it (thesis, 4.3).
  if (!members().outgoing.empty()) {
    append_configuration(leave_joint(members(), retiring()));
    return;
  }
  if (!config_.promote_learners || members().learners.empty())
    return;
  for (const auto& learner : members().learners)
    if (auto* peer = find_peer(learner))
      peer->advance_round(log_.last_index(), now_, config_.follower_max_idle);
  for (const auto& learner : members().learners)
    if (const auto next = promotion_of(learner)) {
      append_configuration(*next);
      return;
    }
}

std::optional<configuration> core::promotion_of(const member_id& learner) const {
  const auto* peer = find_peer(learner);
  if (peer == nullptr || !peer->caught_up(now_, config_.follower_max_idle)
      || peer->mode() != progress_mode::replicate || !is_reachable(learner))
    return std::nullopt;
  // Whom it is to replace must not be alive beside it (consensus.md, 4).
  for (const auto& voter : members().voters)
    if (voter.peer == learner.peer && links_.is_up(voter))
      return std::nullopt;
  auto next = plan_promotion(members(), learner);
  return next && reachable_quorum(*next) ? next : std::nullopt;
}

bool core::is_reachable(const member_id& id) const {
  if (id == config_.self)
    return true;
  const auto* peer = find_peer(id);
  return peer != nullptr && peer->has_answered() && !links_.is_down(id)
         && now_ < peer->last_contact() + config_.follower_max_idle;
}

bool core::reachable_quorum(const configuration& next) const {
  // Not for safety: a change must not be begun that cannot be ended, and that nobody could commit
  // anything under.
  std::vector<member_id> reachable;
  for (const auto* half : {&next.voters, &next.outgoing})
    std::ranges::copy_if(*half, std::back_inserter(reachable),
                         [this](const member_id& voter) { return is_reachable(voter); });
  return count_votes(next, reachable, {}) == vote_result::won;
}

// -- leaving --------------------------------------------------------------------------------------

void core::step_down_if_removed() {
  // "The leader steps down once it has committed the C_new log entry" (thesis, 4.2.2), and not at
  // the joint one: until then it has to bring the change to its end.
  auto* state = std::get_if<leader_state>(&role_);
  if (state == nullptr || members_.latest_index() > commit_index_ || !members().outgoing.empty()
      || is_voter(members(), config_.self))
    return;
  for (auto& peer : state->peers)
    if (peer.mode() == progress_mode::replicate && peer.sent_commit() < commit_index_)
      send_empty(peer);
  // The others need not wait until its silence is noticed.
  if (const auto successor = best_successor())
    send(*successor, timeout_now{hard_.term});
  become_follower();
}

} // namespace hamok::raft
