#pragma once

// What a snapshot has of a collection besides its content: the sessions, and those that have ended.
// Only the library itself includes this, as with map_state.hpp.

#include "hamok/collections/command_parts_state.hpp"
#include "hamok/collections/digest_state.hpp"
#include "hamok/collections/sharing_queue_state.hpp"
#include "hamok/collections/state_machine_state.hpp"
#include "hamok/raft/codec.hpp"
#include "hamok/raft/types.hpp"

#include <immer/flex_vector.hpp>
#include <immer/map.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace hamok {

/// A result that a session keeps until its proposer needs it no more.
struct stored_result {
  command_status status = command_status::ok;
  blob result;
  digest128 digest; ///< of all this at its sequence
};

struct session_record {
  raft::duration ttl{0};
  raft::duration last_active{0};
  std::uint64_t first_outstanding = 1;
  std::uint64_t next = 1;
  sharing_queue<stored_result> results; ///< of [first_outstanding, next)
  std::size_t result_bytes = 0;
  digest128 result_digest; ///< the sum of the results'
  command_parts command;   ///< what there is of the command `next`
  command_parts content;   ///< what there is of the import
  raft::incarnation_id import;
  /// How many cuts had been taken when this copy was made: it is in those that were taken since,
  /// and must not change when there are any. Not part of the state.
  std::uint64_t made_after = 0;

  /// Keeps the result of the command `next`.
  void store(command_status status, const blob& result);
  /// The proposer needs nothing of what came before this sequence.
  void give_up_before(std::uint64_t first_needed);
};

struct session_hash {
  std::size_t operator()(const raft::incarnation_id& id) const noexcept;
};

/// Persistent and structure-sharing, so a copy is one pointer and stays as it is. It is in no
/// order: whatever the bytes of a state may depend on is sorted first.
using session_map = immer::map<raft::incarnation_id, std::shared_ptr<session_record>, session_hash,
                               std::equal_to<>>;

/// The id of a session, and the index of the entry that has ended it.
using ended_session = std::pair<raft::incarnation_id, raft::index_t>;

/// Everything but the state machine, as a snapshot has it. To copy it costs the same whatever there
/// is of it; the sessions themselves are shared then.
struct session_part {
  raft::index_t applied_index = 0;
  raft::duration clock{0};
  raft::index_t floor = 0;
  immer::flex_vector<ended_session> retired; ///< oldest first
  session_map sessions;
  digest128 retired_digest; ///< the sum of the retired's; not written out

  /// Remembers that the session has ended.
  void add_retired(const ended_session& ended);
  /// Forgets the one that has ended first.
  void drop_retired();

  /// Equal content gives equal bytes.
  void write(state_sink& sink) const;
  /// False: hostile bytes, and nobody may use what there is.
  [[nodiscard]] bool read(state_source& source);
  /// A step for each session, whatever it keeps.
  [[nodiscard]] digest128 digest() const;
};

} // namespace hamok
