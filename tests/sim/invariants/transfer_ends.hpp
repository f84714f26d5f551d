#pragma once

// Handing over leadership ends in time, whatever becomes of the successor (thesis, 3.10).

#include "hamok/tests/sim/invariant.hpp"

#include <optional>
#include <vector>

namespace hamok::sim {

/// A transfer ends within its limit by the leader's own clock, and its end is told once: handed
/// over exactly when this member does not lead any more. Nobody is told to take over who lacks
/// something of the log. While it goes on nothing is appended; before and after it, nothing is
/// refused because of it.
class transfer_ends final : public invariant {
public:
  const char* name() const noexcept override { return "a transfer of leadership ends"; }

  void started(const cluster_view& all, std::size_t who) override {
    until_.resize(all.members.size());
    until_[who].reset();
  }

  void stepped(const cluster_view& all, const step_view& step) override {
    auto& until = until_[step.who];
    if (step.event == event_kind::transfer_leadership)
      check_wish(all, step, until.has_value());
    check_proposal(all, step, until.has_value());
    if (const auto& answer = step.out->transfer; answer == raft::transfer_result::handed_over
                                                 || answer == raft::transfer_result::timed_out) {
      require(until.has_value(), [&] {
        return called(all, step.who) + " tells the end of a transfer that nobody has begun";
      });
      check_end(all, step, *until, *answer);
      until.reset();
    } else if (step.event == event_kind::transfer_leadership && !answer) {
      const auto& config = all.lives[step.who].config;
      until = step.local_now
              + (config.transfer_timeout > duration{0} ? config.transfer_timeout
                                                       : config.follower_max_idle);
    }
    if (until)
      check_going_on(all, step, *until);
  }

  void sending(const cluster_view& all, const send_view& send) override {
    if (!until_[send.who] || !std::holds_alternative<raft::timeout_now>(send.message->body))
      return;
    const auto& leader = all.members[send.who];
    const auto& successor = all.members[send.to];
    require(successor.synced_hard.term != leader.now.term
                || successor.synced.agrees(leader.log, leader.log.last_index()),
            [&] {
              return called(all, send.who) + " hands over to " + called(all, send.to)
                     + ", which does not have the whole log and would lose its election";
            });
  }

private:
  void check_wish(const cluster_view& all, const step_view& step, bool going_on) const {
    using enum raft::transfer_result;
    const bool leads = step.before.role == raft::role::leader;
    const auto& answer = step.out->transfer;
    require(leads ? answer != not_leader && (going_on ? answer.has_value() : answer != busy)
                  : answer == not_leader,
            [&] { return called(all, step.who) + " gives a wrong answer to a wish to hand over"; });
  }

  void check_proposal(const cluster_view& all, const step_view& step, bool going_on) const {
    const auto& answer = step.out->proposal;
    require(!answer || going_on || answer->refused != raft::refusal::transferring, [&] {
      return called(all, step.who) + " refuses a proposal because of a transfer that is over";
    });
    require(!answer || !going_on || answer->refused,
            [&] { return called(all, step.who) + " takes a proposal while it hands over"; });
  }

  void check_end(const cluster_view& all, const step_view& step, timestamp until,
                 raft::transfer_result answer) const {
    const bool leads = step.after->role == raft::role::leader;
    require(leads == (answer == raft::transfer_result::timed_out), [&] {
      return called(all, step.who)
             + (leads ? " has handed over and leads"
                      : " has given up a transfer and does not lead");
    });
    require(!leads || step.local_now >= until,
            [&] { return called(all, step.who) + " gives up a transfer before its time"; });
  }

  void check_going_on(const cluster_view& all, const step_view& step, timestamp until) const {
    require(step.after->role == raft::role::leader,
            [&] { return called(all, step.who) + " has handed over and does not tell"; });
    require(step.log_changed_from == 0,
            [&] { return called(all, step.who) + " appends while it hands over"; });
    require(step.after->deadline <= until
                && (step.event != event_kind::tick || step.local_now < until),
            [&] { return called(all, step.who) + " does not give up a transfer in time"; });
  }

  std::vector<std::optional<timestamp>> until_; ///< of the transfer of each member
};

} // namespace hamok::sim
