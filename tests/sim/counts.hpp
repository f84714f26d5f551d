#pragma once

// What happened how often: the proof that a run has exercised what it claims to have exercised.

#include <array>
#include <cstddef>
#include <cstdint>

namespace hamok::sim {

enum class count : std::size_t {
  // the network
  messages_sent,
  messages_lost,
  messages_duplicated,
  messages_repeated_late,
  old_acknowledgements,
  messages_delayed,
  messages_reordered,
  messages_blocked,
  messages_unheard,
  words_sent,
  hellos_welcome,
  hellos_name_taken,
  hellos_retired,
  guests_displaced,
  one_way_partitions,
  full_partitions,
  link_downs,
  link_ups,
  link_changes_untold,
  link_downs_without_cause,
  garbage,
  strangers,
  malformed_vote_requests, // in the order of `raft::message_body`
  malformed_vote_responses,
  malformed_append_requests,
  malformed_append_responses,
  malformed_timeouts,
  malformed_install_requests,
  malformed_install_responses,
  // members
  crashes_between_steps,
  crashes_before_write,
  crashes_after_write,
  crashes_after_sync,
  crashes_between_sends,
  crashes_before_apply,
  crashes_before_answer,
  crashes_before_identity,
  crashes_after_identity,
  crashes_without_core,
  crashes_after_cut,
  crashes_before_install,
  crashes_after_install,
  power_failures,
  leaders_hunted,
  changing_leaders_hunted,
  role_deaths,
  restarts,
  writes_lost,
  writes_kept_by_luck,
  disk_stalls,
  pauses,
  skewed_clocks,
  clock_jumps,
  ticks_unasked,
  hand_overs,
  forgotten,
  never_back,
  forgetting_vetoed,
  majorities_forgotten,
  losses_noticed,
  lives_begun,
  lives_minted,
  lives_ended_by_log,
  lives_ended_by_hello,
  lives_ended_by_wish,
  names_doubled,
  foundings,
  notices_joined,
  notices_rejoining,
  notices_left,
  notices_of_loss,
  notices_name_taken,
  // elections
  pre_votes,
  pre_votes_refused_by_stickiness,
  candidacies,
  candidacies_at_leaders_wish,
  elections_won,
  leader_changes,
  quorum_lost_by_leader,
  higher_term_seen_by_leader,
  // membership
  wishes,
  wishes_in_bursts,
  wishes_repeated,
  answers_done,
  answers_refused,
  answers_unknown,
  wishes_done,
  wishes_not_leader,
  wishes_not_ready,
  wishes_busy,
  wishes_transferring,
  wishes_retired,
  wishes_too_old,
  wishes_name_taken,
  wishes_no_such_member,
  wishes_last_voter,
  wishes_quorum_at_risk,
  wishes_malformed,
  learners_added,
  learners_removed,
  promotions,
  replacements,
  removals,
  removals_while_down,
  removals_of_leader,
  joints_left,
  joints_recovered,
  configurations_committed,
  configurations_reverted,
  leaders_removed,
  transfers_begun,
  transfers_done,
  transfers_timed_out,
  transfers_not_leader,
  transfers_no_successor,
  transfers_busy,
  proposals_transferring,
  // logs
  truncations,
  entries_truncated,
  appends_refused,
  appends_pipelined,
  held_answers_dropped,
  messages_rejected,
  // snapshots
  trims,
  compactions_wished,
  cuts_wanted,
  cuts,
  cuts_failed,
  chunks_sent,
  chunks_spoiled,
  installs_begun,
  installs,
  installs_failed,
  restarts_with_snapshot,
  // clients
  proposals_not_leader,
  proposals_overloaded,
  proposals_forwarded,
  requests_retried,
  answers_lost,
  operations_deduplicated,
  operations_acknowledged,
  operations_committed,
  // operations on the library's collections that took effect
  collections_created,
  sessions_opened,
  sessions_kept_alive,
  sessions_closed,
  map_set,
  map_insert,
  map_update_if,
  map_remove,
  map_remove_if,
  map_set_all,
  map_insert_all,
  map_remove_all,
  map_erase,
  map_erase_all,
  map_clear,
  map_import,
  record_set,
  record_insert,
  record_update_if,
  record_set_all,
  record_insert_all,
  record_update_all_if,
  record_erase,
  record_clear,
  record_import,
  queue_push,
  queue_push_all,
  queue_pop,
  queue_clear,
  queue_import,
  emitter_subscribe,
  emitter_unsubscribe,
  emitter_update,
  emitter_remove_subscriber,
  emitter_remove_member,
  emitter_publish,
  emitter_import,
  map_updates_done,
  map_updates_refused,
  record_updates_done,
  record_updates_refused,
  queue_pops_of_items,
  queue_pops_of_nothing,
  emitter_removals,
  // checks
  steps,
  determinism_checks,
  end_
};

class counts {
public:
  static constexpr std::size_t size = static_cast<std::size_t>(count::end_);

  void add(count what, std::uint64_t times = 1) noexcept {
    values_[static_cast<std::size_t>(what)] += times;
  }
  [[nodiscard]] std::uint64_t operator[](count what) const noexcept {
    return values_[static_cast<std::size_t>(what)];
  }
  void add(const counts& other) noexcept {
    for (std::size_t i = 0; i < size; ++i)
      values_[i] += other.values_[i];
  }

private:
  std::array<std::uint64_t, size> values_{};
};

/// "messages lost"
[[nodiscard]] const char* to_string(count what) noexcept;

} // namespace hamok::sim
