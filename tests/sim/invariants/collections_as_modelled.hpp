#pragma once

// The library's collections, on every member at every index, beside collections that are too plain
// to be wrong.

#include "hamok/tests/sim/invariant.hpp"

namespace hamok::sim {

/// Whatever a member has applied or installed, each of its collections has
/// exactly the content that the plain model has at that index.
class collections_as_modelled final : public invariant {
public:
  const char* name() const noexcept override { return "collections are as modelled"; }

  void applied(const cluster_view& all, const apply_view& apply) override {
    if (apply.repeated || !is_agreed(all, apply))
      return;
    if (const auto* touched = apply.machine->touched())
      check(all, apply.who, apply.index, *touched);
  }

  /// After a start, too.
  void installed(const cluster_view& all, const install_view& install) override {
    const auto held = install.machine->collections();
    for (const auto& each : held)
      check(all, install.who, install.index, each);
    if (!all.plan.collections.empty() && all.plan.collections.front() != collection_kind::table)
      require(held.size() == all.past.collections_at(install.index), [&] {
        return called(all, install.who) + " has " + str(held.size()) + " collections behind "
               + str(install.index) + ", created were "
               + str(all.past.collections_at(install.index));
      });
  }

private:
  void check(const cluster_view& all, std::size_t who, raft::index_t index,
             const picture& held) const {
    const auto* expected = all.past.content_at(held.kind, index);
    require(expected != nullptr && held.items == *expected, [&] {
      return called(all, who) + " has a " + to_string(held.kind) + " with "
             + to_string(held.kind, held.items) + " behind index " + str(index)
             + ", and the model has "
             + (expected == nullptr ? "none" : to_string(held.kind, *expected));
    });
  }
};

} // namespace hamok::sim
