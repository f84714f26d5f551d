#pragma once

// One member: the shell around a core. It carries outputs out in the documented order and can die
// between any two effects.

#include "hamok/raft/core.hpp"
#include "hamok/tests/sim/client.hpp"
#include "hamok/tests/sim/clock.hpp"
#include "hamok/tests/sim/crash_point.hpp"
#include "hamok/tests/sim/disk.hpp"
#include "hamok/tests/sim/executor.hpp"
#include "hamok/tests/sim/state_machine.hpp"
#include "hamok/tests/sim/tally.hpp"
#include "hamok/tests/sim/views.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace hamok::sim {

class node;
class world;

class member {
public:
  member(world& all, std::size_t who);

  [[nodiscard]] bool up() const noexcept { return core_ != nullptr; }
  [[nodiscard]] bool paused() const noexcept;
  [[nodiscard]] bool awake() const noexcept { return up() && !paused(); }
  [[nodiscard]] bool leads() const noexcept;
  /// Whether a write is not durable yet.
  [[nodiscard]] bool writes() const noexcept { return !disk_.idle(); }

  /// Storage is empty, and what comes begins behind `base`.
  void prepare(const raft::snapshot_meta& base);
  /// Starts a core from what storage holds.
  void start();
  /// The core is gone, and what else of it was in memory.
  void stop();
  /// The whole node dies.
  void crash(crash_point where);
  /// Crashes as soon as the work reaches `where`; at the latest in a while.
  void crash_at(crash_point where);
  /// Takes that back.
  void spare() { dies_.reset(); }
  /// The core dies and is started again from storage; state machine and storage live on.
  void replace_core();
  void jump_clock(duration by);
  void change_clock_speed(std::int64_t per_mille);
  /// A tick at any time is allowed.
  void tick_unasked();

  // From the world; all wait while the member is paused and are lost while it is down.
  void receive(std::size_t from, blob bytes);
  /// A message of somebody who is no member, of another group, or malformed. False when nobody is
  /// there to take it.
  bool receive_bad(raft::receive event);
  void tell_link(std::size_t peer, bool up);
  void write_done(std::uint64_t sequence);
  void ask(const request& what);
  void forwarded(const request& what);

  // From nodes and operators; lost while the member is paused or down.
  std::optional<raft::change_outcome> change(const raft::member_change& what);
  void transfer(const raft::transfer_leadership& what);
  void compact(raft::index_t up_to);

  /// Now, or as soon as the member is not paused any more; never when it dies before.
  void when_awake(std::function<void()> what);
  /// As it is applied here.
  [[nodiscard]] remote_map_part remote_map() const {
    return machine_ ? machine_->remote_map() : remote_map_part{};
  }
  [[nodiscard]] executor& companion() noexcept { return companion_; }

private:
  /// An operation that a client has asked this member for.
  struct waiting {
    std::uint64_t sequence = 0;
    std::uint64_t attempt = 0;
  };

  // member.cpp: life and death, what comes in
  void launch();
  void arm_timer();
  [[nodiscard]] bool dies_at(crash_point where);
  [[nodiscard]] member_view& view();
  [[nodiscard]] node& home() noexcept;
  [[nodiscard]] const node& home() const noexcept;
  void propose(const request& what, bool asked_here);

  // member_snapshot.cpp: what has to be done about snapshots
  void restore_machine();
  raft::initial_state load();
  void forget_snapshots();
  void handle_snapshots(raft::output& out);
  void take_cut();
  void end_cut(raft::index_t index, const blob& bytes, bool ok);
  bool send_chunks(const std::vector<raft::chunk_send>& chunks);
  void spoil(raft::install_request& request);
  void begin_install(const raft::install_order& order);
  void end_install();

  // member_step.cpp: one step of the core, and what it says has to be done. Each of these is false
  // when the member has died in it.
  bool feed(raft::event_body what, bool must_be_rejected = false);
  void observe(step_view& step);
  void observe_leader(const step_view& step);
  void rebuild_shadow();
  raft::index_t replace_shadow(raft::index_t index);
  bool carry_out(raft::output out);
  bool persist(const raft::persist_request& request);
  bool send_all(const std::vector<raft::outbound>& messages);
  bool deliver(raft::committed_entries committed);
  void apply_waiting();
  void apply_one(raft::index_t index, const raft::entry& value);
  void answer_all();
  void answer(const operation& what, const operation_result& result);

  world& all_;
  std::size_t who_;
  disk disk_;
  skewed_clock& clock_; ///< of its node
  std::unique_ptr<raft::core> core_;
  std::uint64_t life_ = 0; ///< of the core: what was planned for one does not reach the next
  tally tally_;
  std::uint64_t steps_ = 0;
  std::uint64_t commits_ = 0; ///< in this member's present term of office

  std::unique_ptr<state_machine> machine_;
  executor companion_; ///< of its remote map
  shadow_log given_;   ///< what the state machine was given
  std::deque<std::pair<raft::index_t, raft::entry>> to_apply_;
  bool apply_planned_ = false;
  std::vector<std::pair<operation, operation_result>> to_answer_;
  std::unordered_map<std::uint32_t, std::vector<waiting>> waiting_; ///< by client
  std::optional<raft::proposal_outcome> outcome_;
  std::optional<raft::change_outcome> change_;

  /// The cut that was taken last, for as long as it may be asked for.
  struct taken_cut {
    raft::index_t index = 0;
    blob bytes;
  };
  std::optional<raft::index_t> cut_wish_;
  taken_cut cut_;
  std::vector<std::byte> pieces_; ///< of the snapshot that is coming in
  std::optional<raft::install_order> installing_;
  raft::snapshot_meta installed_; ///< what the state machine was replaced by last

  std::optional<timestamp> timer_; ///< virtual time of the next planned look at the clock
  std::uint64_t timer_number_ = 0;
  std::optional<crash_point> dies_;
};

} // namespace hamok::sim
