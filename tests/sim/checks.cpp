#include "hamok/tests/sim/checks.hpp"

#include "hamok/tests/sim/invariants/acknowledged_operations.hpp"
#include "hamok/tests/sim/invariants/answers_as_modelled.hpp"
#include "hamok/tests/sim/invariants/applied_once.hpp"
#include "hamok/tests/sim/invariants/collections_as_modelled.hpp"
#include "hamok/tests/sim/invariants/commit_needs_quorum.hpp"
#include "hamok/tests/sim/invariants/configuration_in_force.hpp"
#include "hamok/tests/sim/invariants/convergence.hpp"
#include "hamok/tests/sim/invariants/digests_tell_content.hpp"
#include "hamok/tests/sim/invariants/durability_promise.hpp"
#include "hamok/tests/sim/invariants/election_needs_quorum.hpp"
#include "hamok/tests/sim/invariants/election_safety.hpp"
#include "hamok/tests/sim/invariants/everything_written.hpp"
#include "hamok/tests/sim/invariants/executed_in_order.hpp"
#include "hamok/tests/sim/invariants/founded_by_all.hpp"
#include "hamok/tests/sim/invariants/given_up_with_proof.hpp"
#include "hamok/tests/sim/invariants/leader_append_only.hpp"
#include "hamok/tests/sim/invariants/leader_completeness.hpp"
#include "hamok/tests/sim/invariants/leader_has_quorum.hpp"
#include "hamok/tests/sim/invariants/leader_knows_members.hpp"
#include "hamok/tests/sim/invariants/learners_count_for_nothing.hpp"
#include "hamok/tests/sim/invariants/lives_do_not_forget.hpp"
#include "hamok/tests/sim/invariants/log_matching.hpp"
#include "hamok/tests/sim/invariants/members_told.hpp"
#include "hamok/tests/sim/invariants/nothing_goes_back.hpp"
#include "hamok/tests/sim/invariants/one_change_at_a_time.hpp"
#include "hamok/tests/sim/invariants/one_cluster.hpp"
#include "hamok/tests/sim/invariants/one_list_per_life.hpp"
#include "hamok/tests/sim/invariants/one_vote_per_term.hpp"
#include "hamok/tests/sim/invariants/only_followers_follow.hpp"
#include "hamok/tests/sim/invariants/order_answers_true.hpp"
#include "hamok/tests/sim/invariants/popped_once.hpp"
#include "hamok/tests/sim/invariants/pops_in_order.hpp"
#include "hamok/tests/sim/invariants/promotion_needs_catch_up.hpp"
#include "hamok/tests/sim/invariants/removal_only_when_committed.hpp"
#include "hamok/tests/sim/invariants/removed_leader_is_no_leader.hpp"
#include "hamok/tests/sim/invariants/removed_listen_no_more.hpp"
#include "hamok/tests/sim/invariants/repair_by_terms.hpp"
#include "hamok/tests/sim/invariants/replace_only_when_down.hpp"
#include "hamok/tests/sim/invariants/retired_never_return.hpp"
#include "hamok/tests/sim/invariants/rounds_end.hpp"
#include "hamok/tests/sim/invariants/seeds_never_alone.hpp"
#include "hamok/tests/sim/invariants/snapshots.hpp"
#include "hamok/tests/sim/invariants/state_machine_safety.hpp"
#include "hamok/tests/sim/invariants/stickiness.hpp"
#include "hamok/tests/sim/invariants/strangers_change_nothing.hpp"
#include "hamok/tests/sim/invariants/told_losses_are_true.hpp"
#include "hamok/tests/sim/invariants/transfer_ends.hpp"
#include "hamok/tests/sim/invariants/truthful_output.hpp"
#include "hamok/tests/sim/invariants/within_limits.hpp"

#include <algorithm>
#include <utility>

namespace hamok::sim {

namespace {

template <class... Invariants>
std::vector<std::unique_ptr<invariant>> one_of_each() {
  std::vector<std::unique_ptr<invariant>> result;
  (result.push_back(std::make_unique<Invariants>()), ...);
  return result;
}

} // namespace

// The paper's own first, so that a violation is named by what it breaks in the end; but a message
// that nobody may send is the cause of whatever it does.
checks::checks(const scenario& plan, const roster& lives)
    : view_{plan, lives, {}, history{lives.founders(), plan.collections}, timestamp{0}},
      all_(one_of_each<
           strangers_change_nothing, lives_do_not_forget, seeds_never_alone, one_list_per_life,
           founded_by_all, given_up_with_proof, one_cluster, election_safety, leader_append_only,
           log_matching, leader_completeness, pops_in_order, popped_once, removed_listen_no_more,
           executed_in_order, collections_as_modelled, answers_as_modelled, digests_tell_content,
           state_machine_safety, acknowledged_operations, applied_once, chunks_of_one_snapshot,
           cut_is_one_index, install_whole, compaction_behind_applied, nothing_goes_back,
           one_vote_per_term, election_needs_quorum, commit_needs_quorum, configuration_in_force,
           retired_never_return, one_change_at_a_time, replace_only_when_down,
           promotion_needs_catch_up, learners_count_for_nothing, removal_only_when_committed,
           removed_leader_is_no_leader, transfer_ends, rounds_end, durability_promise,
           leader_knows_members, leader_has_quorum, stickiness, only_followers_follow,
           order_answers_true, told_losses_are_true, members_told, repair_by_terms,
           everything_written, within_limits, truthful_output, convergence>()) {
  view_.members.resize(lives.size());
}

void checks::started(std::size_t who) {
  for (const auto& each : all_)
    each->started(view_, who);
}

void checks::stepped(const step_view& step) {
  follow_commit(step.who);
  for (const auto& each : all_)
    each->stepped(view_, step);
}

void checks::written(std::size_t who) {
  for (const auto& each : all_)
    each->written(view_, who);
}

void checks::sending(const send_view& send) {
  for (const auto& each : all_)
    each->sending(view_, send);
}

void checks::synced(std::size_t who) {
  for (const auto& each : all_)
    each->synced(view_, who);
}

void checks::applied(const apply_view& apply) {
  for (const auto& each : all_)
    each->applied(view_, apply);
}

void checks::cut(const cut_view& made) {
  for (const auto& each : all_)
    each->cut(view_, made);
}

void checks::installed(const install_view& install) {
  for (const auto& each : all_)
    each->installed(view_, install);
}

void checks::acknowledged(const ack_view& ack) {
  for (const auto& each : all_)
    each->acknowledged(view_, ack);
}

void checks::executed(const execute_view& done) {
  for (const auto& each : all_)
    each->executed(view_, done);
}

void checks::saved(const save_view& save) {
  for (const auto& each : all_)
    each->saved(view_, save);
}

void checks::forgotten(std::size_t who) {
  for (const auto& each : all_)
    each->forgotten(view_, who);
}

void checks::core_begins(const begin_view& begin) {
  for (const auto& each : all_)
    each->core_begins(view_, begin);
}

void checks::noticed(const notice_view& notice) {
  for (const auto& each : all_)
    each->noticed(view_, notice);
}

void checks::wished(const wish_view& wish) {
  for (const auto& each : all_)
    each->wished(view_, wish);
}

void checks::asked(const asked_view& asked) {
  for (const auto& each : all_)
    each->asked(view_, asked);
}

void checks::answered(const answer_view& answer) {
  for (const auto& each : all_)
    each->answered(view_, answer);
}

void checks::finished() {
  for (const auto& each : all_)
    each->finished(view_);
}

// The first member that calls an index committed decides what is committed there.
void checks::follow_commit(std::size_t who) {
  const auto& member = view_.members[who];
  auto& past = view_.past;
  const auto last = std::min(member.log.last_index(), member.core->log().last_index());
  while (past.last_index() < std::min(member.now.commit_index, last)) {
    const auto index = past.last_index() + 1;
    past.append(member.core->log().at(index), member.log.chain_at(index), member.now.term);
  }
}

} // namespace hamok::sim
