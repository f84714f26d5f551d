#pragma once

// What a remote map does to the storage outside, as the storage sees it.

#include "hamok/tests/sim/invariant.hpp"
#include "hamok/tests/sim/outside_model.hpp"

namespace hamok::sim {

/// However often leaders change, and whenever they learn of it: each operation is executed once, in
/// the order of the log, and none is left out (consensus.md, 13). What the log says has become of
/// it is compared with the model beside this ("collections are as modelled").
class executed_in_order final : public invariant {
public:
  const char* name() const noexcept override { return "executed once and in order"; }

  void executed(const cluster_view& all, const execute_view& done) override {
    if (!done.is_new)
      return;
    const auto next = next_operation(all.past, last_);
    require(done.index == next, [&] {
      return called(all, done.who) + " executes the operation at index " + str(done.index)
             + " after the one at index " + str(last_) + ", and next is "
             + (next == 0 ? "none" : str(next));
    });
    last_ = done.index;
    const auto expected = plain_.execute(*all.past.at(done.index).what);
    require(*done.touches == expected, [&] {
      return "what becomes of the operation at index " + str(done.index) + " is "
             + to_string(collection_kind::map, *done.touches) + ", and with the model "
             + to_string(collection_kind::map, expected);
    });
    require(*done.held == plain_.items(), [&] {
      return "behind the operation at index " + str(done.index) + " the storage has "
             + to_string(collection_kind::map, *done.held) + ", and the model "
             + to_string(collection_kind::map, plain_.items());
    });
  }

  void finished(const cluster_view& all) override {
    const auto next = next_operation(all.past, last_);
    require(next == 0,
            [&] { return "the operation at index " + str(next) + " was never executed"; });
  }

private:
  static raft::index_t next_operation(const history& past, raft::index_t index) {
    while (++index <= past.last_index())
      if (const auto& entry = past.at(index);
          entry.what && entry.result.fresh && is_executed(*entry.what))
        return index;
    return 0;
  }

  static bool is_executed(const operation& op) {
    return op.collection == collection_kind::remote_map && op.kind > operation_kind::close
           && op.kind != operation_kind::claim && op.kind != operation_kind::report;
  }

  outside_model plain_;
  raft::index_t last_ = 0;
};

} // namespace hamok::sim
