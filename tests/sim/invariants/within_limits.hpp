#pragma once

// The settings that bound memory and messages are kept.

#include "hamok/raft/codec.hpp"
#include "hamok/tests/sim/invariant.hpp"

namespace hamok::sim {

/// Nothing grows without a bound: batches, windows, what is uncommitted, what waits to be applied.
class within_limits final : public invariant {
public:
  const char* name() const noexcept override { return "within the limits"; }

  void sending(const cluster_view& all, const send_view& send) override {
    const auto* request = std::get_if<raft::append_request>(&send.message->body);
    if (!request || request->entries.size() < 2)
      return; // one entry is always allowed, however large
    const auto& config = all.lives[send.who].config;
    std::size_t bytes = 0;
    for (const auto& entry : request->entries)
      bytes += entry.data.size();
    require(request->entries.size() <= config.max_batch_entries && bytes <= config.max_batch_bytes,
            [&] {
              return called(all, send.who) + " sends a batch of " + str(request->entries.size())
                     + " entries with " + str(bytes) + " bytes";
            });
  }

  void stepped(const cluster_view& all, const step_view& step) override {
    const auto& config = all.lives[step.who].config;
    const auto waiting = step.after->delivered_index - all.members[step.who].told_applied;
    require(waiting <= config.max_apply_ahead, [&] {
      return called(all, step.who) + " has handed out " + str(waiting)
             + " entries that are not applied yet";
    });
    if (step.event == event_kind::propose && step.out->proposal && !step.out->proposal->refused)
      check_uncommitted(all, step);
  }

private:
  void check_uncommitted(const cluster_view& all, const step_view& step) const {
    const auto& log = all.members[step.who].core->log();
    std::size_t bytes = 0;
    for (auto index = step.before.commit_index + 1; index <= step.before.last_index; ++index)
      bytes += log.at(index).data.size();
    require(bytes <= all.lives[step.who].config.max_uncommitted_bytes, [&] {
      return called(all, step.who) + " appends a proposal behind " + str(bytes)
             + " uncommitted bytes";
    });
  }
};

} // namespace hamok::sim
