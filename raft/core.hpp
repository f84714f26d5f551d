#pragma once

// The Raft algorithm as a pure function: `core.step(event) -> output`. No clock, no thread, no
// socket: time comes inside the event, randomness from a generator seeded by the configuration, and
// everything that has to happen in the world comes out as data.

#include "hamok/raft/change.hpp"
#include "hamok/raft/compaction.hpp"
#include "hamok/raft/event.hpp"
#include "hamok/raft/links.hpp"
#include "hamok/raft/log.hpp"
#include "hamok/raft/membership.hpp"
#include "hamok/raft/messages.hpp"
#include "hamok/raft/progress.hpp"
#include "hamok/raft/random.hpp"
#include "hamok/raft/role_state.hpp"
#include "hamok/raft/snapshot.hpp"
#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <variant>
#include <vector>

namespace hamok::raft {

/// One member's part in one Raft group.
///
/// Feed it every event in the order in which it happened and carry out each `output` in the order
/// of its fields. The same configuration, state and events give the same outputs, byte for byte.
///
/// Thread safety: none; exactly one owner at a time. It can be moved from owner to owner.
class core {
public:
  /// Starts as a follower from `state`, which must be `sound`, at time `now`. `config.self` need
  /// not be a voter; it then follows and never campaigns.
  core(core_config config, initial_state state, timestamp now);

  core(core&&) = default;
  core& operator=(core&&) = default;
  core(const core&) = delete;
  core& operator=(const core&) = delete;
  ~core() = default;

  /// Takes one event and says what has to be done about it. An event that lies in the past of one
  /// before is treated as if it happened at that one's time.
  [[nodiscard]] output step(event ev);

  [[nodiscard]] raft::role role() const noexcept;
  [[nodiscard]] term_t term() const noexcept { return hard_.term; }
  [[nodiscard]] const hard_state& hard() const noexcept { return hard_; }
  /// The leader of the current term, as far as this member knows.
  [[nodiscard]] const std::optional<member_id>& leader() const noexcept { return leader_; }
  [[nodiscard]] index_t commit_index() const noexcept { return commit_index_; }
  /// The last entry that was given out as committed.
  [[nodiscard]] index_t delivered_index() const noexcept { return delivered_index_; }
  /// The last entry that the state machines are known to have applied.
  [[nodiscard]] index_t applied_index() const noexcept { return applied_index_; }
  /// The last entry whose effect is in a snapshot that has been saved.
  [[nodiscard]] index_t saved_index() const noexcept { return saved_index_; }
  /// What stands for everything that was given out for being applied: the last of its entries, and
  /// who took part then.
  [[nodiscard]] snapshot_meta given_out() const { return meta_at(delivered_index_); }
  /// A whole snapshot has come, and the state machines are being replaced by it.
  [[nodiscard]] bool installing() const noexcept { return receipt_ && receipt_->installing; }
  /// The last entry that is known to survive a crash of this member.
  [[nodiscard]] index_t durable_index() const noexcept { return durable_index_; }
  [[nodiscard]] const raft::log& log() const noexcept { return log_; }
  /// The configuration in force: the latest one in the log, committed or not (thesis, 4.1).
  [[nodiscard]] const configuration& members() const noexcept { return members_.latest(); }
  /// The latest one that is known to be committed, and the index of its entry.
  [[nodiscard]] const configuration& committed_members() const noexcept {
    return members_.at(commit_index_);
  }
  [[nodiscard]] index_t committed_members_index() const noexcept {
    return members_.index_at(commit_index_);
  }
  [[nodiscard]] index_t members_index() const noexcept { return members_.latest_index(); }
  /// What this member is, by what it knows to be committed.
  [[nodiscard]] raft::standing standing() const noexcept;
  [[nodiscard]] const core_config& config() const noexcept { return config_; }
  /// When this core wants a `tick`, if nothing happens before; `timestamp::max()`: never.
  [[nodiscard]] timestamp deadline() const noexcept;
  /// What the leader knows about each other member; empty when this is not the leader.
  [[nodiscard]] std::vector<peer_progress> progress() const;

private:
  // core.cpp: dispatch, terms, persistence, commit
  void follow_up();
  void on(const tick&);
  void on(receive&& ev);
  void on(const persisted& ev);
  void on(const applied& ev);
  void on(propose&& ev);
  void on(const link_up& ev);
  void on(const link_down& ev);
  void forget_links();
  [[nodiscard]] bool admissible(const receive& ev);
  [[nodiscard]] bool asks_though_retired(const receive& ev) const;
  [[nodiscard]] bool is_known(const member_id& id) const;
  [[nodiscard]] bool well_formed(const message_body& body) const;
  [[nodiscard]] bool possible(const vote_request& request) const;
  [[nodiscard]] bool possible(const vote_response& response) const;
  [[nodiscard]] bool possible(const append_request& request) const;
  [[nodiscard]] bool possible(const append_response& response) const;
  [[nodiscard]] bool possible(const timeout_now& request) const;
  [[nodiscard]] bool possible(const install_request& request) const;
  [[nodiscard]] bool possible(const install_response& response) const;
  void dispatch(const member_id& from, message_body&& body);
  void adopt_term(term_t term);
  void set_vote(const member_id& candidate);
  void set_leader(std::optional<member_id> leader);
  void release_held(std::uint64_t sequence);
  void persist_hard_state();
  [[nodiscard]] bool hard_state_is_durable() const noexcept;
  void append_entries(std::vector<entry> entries, index_t first);
  bool take_configuration(index_t index, const entry& item);
  void truncate_from(index_t first);
  persist_request& pending_persist();
  void commit_to(index_t index);
  void deliver();
  void send(const member_id& to, message_body body);
  void send_when_durable(const member_id& to, message_body body);
  void reject(const char* reason);
  [[nodiscard]] bool log_is_up_to_date(const vote_request& request) const;
  [[nodiscard]] timestamp deadline_of(const follower_state& state) const noexcept;
  [[nodiscard]] timestamp deadline_of(const candidate_state& state) const noexcept;
  [[nodiscard]] timestamp deadline_of(const leader_state& state) const noexcept;

  // follower.cpp
  void become_follower();
  void follower_tick();
  void hear_from_leader(const member_id& leader);
  void refuse_older_term(const member_id& from);
  bool hear_request(const member_id& from, std::uint64_t round);
  void handle(const member_id& from, append_request&& request);
  void handle(const member_id& from, const vote_request& request);
  void handle(const member_id& from, const timeout_now& request);
  [[nodiscard]] bool has_configuration() const noexcept;
  void accept_entries(const member_id& from, append_request&& request);
  void acknowledge(const member_id& to, std::uint64_t round, index_t match);
  void refuse_append(const member_id& from, const append_request& request);
  [[nodiscard]] bool sticks_to_leader() const;
  void answer_vote(const member_id& from, const vote_request& request, bool granted);
  void leader_link_lost();
  void reset_election_deadline();
  void campaign_within(duration shortest, duration longest);

  // members.cpp: changes of the members
  void on(change_members&& ev);
  [[nodiscard]] bool may_campaign() const;
  void members_changed();
  void sync_peers();
  void drop_leavers();
  [[nodiscard]] bool is_done(const change_plan& plan) const noexcept;
  [[nodiscard]] std::optional<change_refusal> refuses(const change_plan& plan) const;
  [[nodiscard]] bool has_committed_in_term() const;
  [[nodiscard]] retirement retiring() const noexcept;
  void append_configuration(const configuration& next);
  void drive_membership();
  [[nodiscard]] std::optional<configuration> promotion_of(const member_id& learner) const;
  [[nodiscard]] bool is_reachable(const member_id& id) const;
  [[nodiscard]] bool reachable_quorum(const configuration& next) const;
  void step_down_if_removed();

  // transfer.cpp
  void on(const transfer_leadership& ev);
  void advance_transfer();
  [[nodiscard]] bool may_succeed(const member_id& id) const;
  [[nodiscard]] std::optional<member_id> best_successor() const;

  // trim.cpp: what is dropped from the log, and the cuts that stand for it
  [[nodiscard]] compaction_limits log_limits() const noexcept;
  [[nodiscard]] bool is_log_far_too_long() const noexcept;
  [[nodiscard]] duration cluster_time_here() const;
  [[nodiscard]] index_t dispensable() const;
  void trim_if_due();
  void trim_to(index_t index);
  [[nodiscard]] snapshot_meta meta_at(index_t index) const;
  void on(const compact& ev);
  void on(const cut_taken& ev);
  [[nodiscard]] bool is_saving_due() const;
  void settle_snapshots();
  void ask_for_cut();
  void withdraw_offer();

  // install.cpp: snapshots on their way
  [[nodiscard]] bool is_snapshot_wanted(duration silence, bool at_once) const;
  void give_snapshot(progress_state& peer);
  void offer_to_all();
  void stream_to(progress_state& peer);
  void probe_snapshot(progress_state& peer);
  [[nodiscard]] install_request empty_install(std::uint64_t offset) const;
  void handle(const member_id& from, const install_response& response);
  void handle(const member_id& from, install_request&& request);
  [[nodiscard]] bool holds(index_t index, term_t term) const;
  std::uint64_t take_chunk(install_request&& request);
  void settle_receipt();
  void on(const installed& ev);
  void reset_to(const snapshot_meta& meta);
  void stand_at(index_t index);

  // candidate.cpp
  void become_candidate();
  candidate_state& enter_candidacy();
  void begin_pre_vote();
  void begin_vote(bool transfer);
  void request_votes();
  void own_vote_is_durable(std::uint64_t sequence);
  void candidate_tick();
  void handle(const member_id& from, const vote_response& response);
  void tally();
  void lose_round();

  // leader.cpp
  void become_leader();
  void leader_tick();
  void handle(const member_id& from, const append_response& response);
  void handle_success(progress_state& peer, const append_response& response);
  void handle_refusal(progress_state& peer, const append_response& response);
  void propose_as_leader(std::vector<proposal>&& proposals);
  [[nodiscard]] std::optional<refusal> refuses(const std::vector<proposal>& proposals) const;
  void append_as_leader(std::vector<proposal>&& proposals);
  void replicate_to(progress_state& peer);
  void send_append(progress_state& peer);
  void send_empty(progress_state& peer);
  [[nodiscard]] append_request empty_append(const progress_state& peer) const;
  void send_heartbeat(progress_state& peer);
  void resume(progress_state& peer);
  void replicate_to_all();
  void advance_commit();
  void release_backlog();
  void begin_round();
  [[nodiscard]] timestamp start_of_round(std::uint64_t round) const;
  template <class T>
  [[nodiscard]] T quorum_of(T nothing, T own, T (progress_state::*value)() const noexcept) const;
  [[nodiscard]] timestamp quorum_contact() const;
  [[nodiscard]] duration cluster_time() const;
  [[nodiscard]] progress_state* find_peer(const member_id& id);
  [[nodiscard]] const progress_state* find_peer(const member_id& id) const;

  core_config config_;
  hard_state hard_;
  membership members_;
  raft::log log_;
  random_source random_;
  std::variant<follower_state, candidate_state, leader_state> role_;
  std::optional<member_id> leader_;
  link_table links_;
  bool was_member_ = false; ///< a committed configuration has named this life
  timestamp now_{0};
  index_t commit_index_ = 0;
  index_t delivered_index_ = 0;
  index_t applied_index_ = 0;
  index_t durable_index_ = 0;
  std::uint64_t last_sequence_ = 0;
  std::uint64_t hard_sequence_ = 0; ///< the last write with a hard state in it
  std::deque<pending_write> writes_;
  std::deque<held_message> held_;
  duration vote_pause_{0};        ///< upper end of the next pause between rounds of votes
  timestamp last_entry_at_{0};    ///< when the last entry came
  index_t saved_index_ = 0;       ///< a saved snapshot has the effect of so much
  index_t compact_wish_ = 0;      ///< somebody wants so much to be dropped
  std::size_t unsaved_bytes_ = 0; ///< given out, and in no saved snapshot
  std::size_t cut_bytes_ = 0;     ///< those of them that the pending cut covers
  std::optional<snapshot_meta> cut_pending_; ///< asked for, not answered
  bool cut_failed_ = false;                  ///< the next one waits for a heartbeat
  std::size_t reserve_ = 0; ///< bytes that the log may have for who is brought up by a snapshot
  std::optional<offered_snapshot> offer_;   ///< the cut that members can be sent
  std::optional<snapshot_receipt> receipt_; ///< the snapshot that is coming in
  /// The leader at the beginning of the current step, once that has changed.
  std::optional<std::optional<member_id>> leader_before_;
  output out_; ///< what the current step has to say so far
};

} // namespace hamok::raft
