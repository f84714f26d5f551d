#pragma once

// Subscriptions of who is gone.

#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>

namespace hamok::sim {

/// Once the removal of a member, or of a subscriber, is applied, nothing of it listens to anything
/// any more; the other life of that member, and its other subscribers, are another matter.
class removed_listen_no_more final : public invariant {
public:
  const char* name() const noexcept override { return "the removed listen no more"; }

  void applied(const cluster_view& all, const apply_view& apply) override {
    if (apply.repeated || !apply.result.fresh || !is_agreed(all, apply))
      return;
    const auto& what = *all.past.at(apply.index).what;
    const bool whole = what.kind == operation_kind::remove_member;
    if (!whole && what.kind != operation_kind::remove_subscriber)
      return;
    const auto gone = subscription_of(what);
    const auto is_gone = [&](const item& each) {
      const auto which = to_subscription(each.name);
      return which.member == gone.member && (whole || which.number == gone.number);
    };
    const auto& held = apply.machine->touched()->items;
    require(std::ranges::none_of(held, is_gone), [&] {
      return called(all, apply.who) + " has " + to_string(collection_kind::emitter, held)
             + " behind " + to_string(what);
    });
  }
};

} // namespace hamok::sim
