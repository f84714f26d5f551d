#pragma once

// What a client was told has happened stays happened, with the answer that it was told.

#include "hamok/tests/sim/invariant.hpp"

#include <vector>

namespace hamok::sim {

/// No acknowledged operation is ever lost: it is in the log that all agree on, with the result that
/// the client was told, behind everything that was acknowledged before the client asked for it, and
/// in the end in every member's log.
class acknowledged_operations final : public invariant {
public:
  const char* name() const noexcept override { return "no acknowledged operation lost"; }

  void acknowledged(const cluster_view& all, const ack_view& ack) override {
    const auto& op = ack.what;
    const auto index = all.past.applied_at(op.client, op.sequence);
    require(index > 0 && index == ack.result.index, [&] {
      return to_string(op) + " is acknowledged at index " + str(ack.result.index)
             + " and took effect at " + str(index);
    });
    const auto& entry = all.past.at(index);
    require(entry.what == op && entry.result.result == ack.result.result, [&] {
      return to_string(op) + " is acknowledged with result " + str(ack.result.result)
             + ", and what took effect is " + (entry.what ? to_string(*entry.what) : "nothing")
             + " with result " + str(entry.result.result);
    });
    require(index > ack.acknowledged_before, [&] {
      return to_string(op) + " took effect at index " + str(index)
             + ", before something that was acknowledged when it was first sent: "
             + str(ack.acknowledged_before);
    });
    indices_.push_back(index);
  }

  void finished(const cluster_view& all) override {
    for (std::size_t who = 0; who < all.members.size(); ++who)
      for (const auto index : indices_) {
        if (all.lives[who].gone)
          break;
        const auto& log = all.members[who].log;
        require(log.holds(index) && log.chain_at(index) == all.past.at(index).chain, [&] {
          return called(all, who) + " has lost the acknowledged operation at index " + str(index);
        });
      }
  }

private:
  std::vector<raft::index_t> indices_;
};

} // namespace hamok::sim
