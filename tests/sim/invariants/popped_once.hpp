#pragma once

// What callers of queues have been given, as they see it.

#include "hamok/tests/sim/invariant.hpp"

#include <map>
#include <utility>

namespace hamok::sim {

/// An item of a queue goes to one caller only, and only when somebody has pushed it before; however
/// often callers ask again, and whoever leads meanwhile.
class popped_once final : public invariant {
public:
  const char* name() const noexcept override { return "an item is popped once"; }

  void acknowledged(const cluster_view& all, const ack_view& ack) override {
    const auto item = ack.result.result;
    if (ack.what.kind != operation_kind::pop || item == 0)
      return;
    const auto [client, sequence] = pusher_of(item);
    const auto pushed = all.past.applied_at(client, sequence);
    require(pushed > 0 && pushed < ack.result.index, [&] {
      return to_string(ack.what) + " is given item " + str(item) + " at index "
             + str(ack.result.index) + ", which was pushed at " + str(pushed);
    });
    const auto [first, is_new] = owners_.emplace(item, ack.what);
    require(is_new, [&] {
      return "item " + str(item) + " goes to " + to_string(first->second) + " and to "
             + to_string(ack.what);
    });
  }

private:
  std::map<std::uint64_t, operation> owners_;
};

} // namespace hamok::sim
