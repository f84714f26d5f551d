#pragma once

// The order of a queue, told without a queue: by counting.

#include "hamok/tests/sim/invariant.hpp"

#include <vector>

namespace hamok::sim {

/// Pops answer what was pushed, one item after the other, in the order of the pushes and leaving
/// none out; items of one push stay together. A pop finds nothing only when all are taken.
class pops_in_order final : public invariant {
public:
  const char* name() const noexcept override { return "pops in the order of pushes"; }

  /// Whoever applies an index first is looked at: all others have to answer the same.
  void applied(const cluster_view& all, const apply_view& apply) override {
    if (apply.index <= last_ || !is_agreed(all, apply))
      return;
    last_ = apply.index;
    const auto& what = all.past.at(apply.index).what;
    if (!what || what->collection != collection_kind::queue || !apply.result.fresh)
      return;
    if (what->kind == operation_kind::pop)
      check(all, apply, *what);
    if (what->kind == operation_kind::clear || what->kind == operation_kind::import)
      taken_ = pushed_.size();
    if (what->kind == operation_kind::push || what->kind == operation_kind::push_all
        || what->kind == operation_kind::import)
      for (const auto item : pushed_by(*what))
        pushed_.push_back(item);
  }

private:
  void check(const cluster_view& all, const apply_view& apply, const operation& what) {
    const bool any = taken_ < pushed_.size();
    const auto next = any ? pushed_[taken_] : 0;
    require(apply.result.result == next, [&] {
      return called(all, apply.who) + " gives item " + str(apply.result.result) + " to "
             + to_string(what) + " at index " + str(apply.index) + ", and next is "
             + (any ? str(next) : "none");
    });
    taken_ += any ? 1 : 0;
  }

  raft::index_t last_ = 0;
  std::vector<std::uint64_t> pushed_; ///< all that ever were
  std::size_t taken_ = 0;             ///< of these
};

} // namespace hamok::sim
