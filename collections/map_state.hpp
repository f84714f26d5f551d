#pragma once

// The replicated map of bytes to bytes. Only the library itself includes this: the layout of
// immer's nodes depends on the flags of whoever does.

#include "hamok/collections/map_view_state.hpp"
#include "hamok/collections/state_machine_state.hpp"
#include "hamok/collections/stored_value_state.hpp"
#include "hamok/raft/codec.hpp"

#include <immer/map.hpp>
#include <immer/map_transient.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace hamok {

struct key_hash {
  std::size_t operator()(const blob& key) const noexcept {
    return static_cast<std::size_t>(hash_key(key.bytes()));
  }
};

/// The content: persistent and structure-sharing, so a copy is one pointer and stays as it is.
using map_root = immer::map<blob, stored_value, key_hash, std::equal_to<>>;

/// Understands `map_command` and `map_query`. It is what a record is, too: fields are its keys.
class map_state final : public state_machine {
public:
  apply_result apply(const command_context& context, const blob& command) override;
  [[nodiscard]] query_answer query(const blob& question) const override;
  [[nodiscard]] blob snapshot() const override;
  bool restore(const blob& snapshot) override;
  [[nodiscard]] std::shared_ptr<const state_cut> cut() override;
  bool load(state_source& source) override;
  [[nodiscard]] std::uint64_t size() const override { return content_.size(); }
  [[nodiscard]] digest128 digest() const override { return digest_; }
  [[nodiscard]] std::shared_ptr<const state_view> view() override;

private:
  /// A pair as it comes in a command: key, marker and value in one piece.
  struct pair_piece {
    blob piece;
    std::size_t key_size = 0;

    [[nodiscard]] blob key() const { return piece.slice(0, key_size); }
  };

  /// What a command of many items has replaced or taken: its answer, or the way back.
  class batch;

  static command_status read_pair(raft::reader& in, std::size_t key_size, blob piece,
                                  pair_piece& out);
  static command_status read_last_pair(raft::reader& in, pair_piece& out);
  static command_status read_pairs(raft::reader& in, std::vector<pair_piece>& out);

  apply_result apply_set(raft::reader& in, bool events);
  apply_result apply_set_all(raft::reader& in, bool events);
  apply_result apply_insert(raft::reader& in, bool events);
  apply_result apply_insert_all(raft::reader& in, bool events);
  apply_result apply_update_if(raft::reader& in, bool events);
  apply_result apply_remove(raft::reader& in, bool events);
  apply_result apply_remove_all(raft::reader& in, bool events);
  apply_result apply_remove_if(raft::reader& in, bool events);
  apply_result apply_erase(raft::reader& in, bool events);
  apply_result apply_erase_all(raft::reader& in, bool events);
  apply_result apply_clear(raft::reader& in, bool events);
  apply_result apply_update_all_if(raft::reader& in, bool events);

  [[nodiscard]] bool matches(const expected_entry& expected) const;

  stored_value put(const pair_piece& pair, bool events, apply_result& out);
  stored_value take(const blob& key, bool events, apply_result& out);

  /// Transient: nodes that no view shares yet are changed in place, so a batch costs less than its
  /// commands one by one.
  map_root::transient_type content_;
  digest128 digest_;
};

} // namespace hamok
