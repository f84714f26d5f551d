#pragma once

// The replicated part of a remote map: what waits for its execution, who executes, and what has
// come of it. The entries of the map are outside. Only the library itself includes this: the layout
// of immer's nodes depends on the flags of whoever does.

#include "hamok/collections/remote_view_state.hpp"
#include "hamok/collections/sequence_digest_state.hpp"
#include "hamok/collections/state_machine_state.hpp"

#include <immer/flex_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace hamok {

/// `state_event::kind` of the result of an operation, for those who wait for it. Key: its index;
/// old value: the `remote_result`. Goes to nobody else.
inline constexpr std::uint8_t remote_result_event_kind = companion_event_kind;

/// Persistent and structure-sharing: a copy stays as it is.
struct remote_root {
  raft::incarnation_id owner;
  raft::index_t executor = 0;
  raft::index_t reported = 0;
  immer::flex_vector<remote_task> waiting;   ///< by index
  immer::flex_vector<remote_result> results; ///< by index, the last ones
};

/// Understands `remote_command` and `remote_query`.
class remote_map_state final : public state_machine {
public:
  apply_result apply(const command_context& context, const blob& command) override;
  [[nodiscard]] query_answer query(const blob& question) const override;
  [[nodiscard]] blob snapshot() const override;
  bool restore(const blob& snapshot) override;
  [[nodiscard]] std::shared_ptr<const state_cut> cut() override;
  bool load(state_source& source) override;
  /// How many operations wait.
  [[nodiscard]] std::uint64_t size() const override { return root_.waiting.size(); }
  [[nodiscard]] digest128 digest() const override;
  [[nodiscard]] std::shared_ptr<const state_view> view() override;

private:
  apply_result apply_enqueue(raft::index_t index, raft::reader& in);
  apply_result apply_claim(raft::index_t index, raft::reader& in);
  apply_result apply_report(raft::reader& in, bool events);

  void belong_to(const raft::incarnation_id& owner);
  void put(remote_task task);
  remote_task take();
  void finish(const remote_task& task, remote_result result, bool events, apply_result& out);
  void keep(remote_result result);

  remote_root root_;
  std::size_t waiting_bytes_ = 0;
  std::size_t result_bytes_ = 0;
  sequence_digest waiting_digest_;
  sequence_digest result_digest_;
};

} // namespace hamok
