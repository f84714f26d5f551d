#pragma once

// The replicated queue of bytes. Only the library itself includes this: the layout of immer's nodes
// depends on the flags of whoever does.

#include "hamok/collections/queue_view_state.hpp"
#include "hamok/collections/sequence_digest_state.hpp"
#include "hamok/collections/state_machine_state.hpp"
#include "hamok/collections/stored_value_state.hpp"
#include "hamok/raft/codec.hpp"

#include <immer/flex_vector.hpp>
#include <immer/flex_vector_transient.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace hamok {

/// The content: persistent and structure-sharing, so a copy is one pointer and stays as it is.
using queue_root = immer::flex_vector<stored_value>;

/// Understands `queue_command` and `queue_query`.
class queue_state final : public state_machine {
public:
  apply_result apply(const command_context& context, const blob& command) override;
  [[nodiscard]] command_turn turn_of(const blob& command, std::uint64_t ahead) const override;
  [[nodiscard]] query_answer query(const blob& question) const override;
  [[nodiscard]] blob snapshot() const override;
  bool restore(const blob& snapshot) override;
  [[nodiscard]] std::shared_ptr<const state_cut> cut() override;
  bool load(state_source& source) override;
  [[nodiscard]] std::uint64_t size() const override { return content_.size(); }
  [[nodiscard]] digest128 digest() const override { return digest_.value(); }
  [[nodiscard]] std::shared_ptr<const state_view> view() override;

private:
  apply_result apply_push(raft::reader& in, bool events);
  apply_result apply_push_all(raft::reader& in, bool events);
  apply_result apply_pop(raft::reader& in, bool events);
  apply_result apply_clear(raft::reader& in, bool events);

  apply_result put(const std::vector<blob>& framed, bool events);
  void put(blob framed);

  /// Transient: nodes that no view shares yet are changed in place, so a batch costs less than its
  /// commands one by one.
  queue_root::transient_type content_;
  sequence_digest digest_;
};

} // namespace hamok
