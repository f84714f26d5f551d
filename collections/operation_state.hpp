#pragma once

// What entries of the log say to collections: create one, open and close sessions, and operations
// under a session. These bytes are in logs and snapshots: types and flags are only ever added.

#include "hamok/raft/codec.hpp"
#include "hamok/raft/types.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hamok {

enum class envelope_type : std::uint8_t {
  create = 0,
  operation = 1,
  open_session = 2,
  keep_alive = 3,
  close_session = 4,
  replace_content = 5,
  check = 6, ///< see `divergence_check`, for both
  claim = 7,
};

/// Names and kinds of collections have 1 to this many bytes.
inline constexpr std::size_t max_name_size = 1024;

/// Bytes of a creation, initial content included. It is one entry, and entry, forwarded batch and
/// client request each have to fit into one frame (64 MiB), with room for what is around it.
inline constexpr std::size_t max_create_size = std::size_t{32} << 20;

/// Creates a collection; the index of its entry becomes the collection's number.
struct create_envelope {
  std::string name;
  std::string kind;
  blob options;
  blob initial;
  raft::incarnation_id creator; ///< random: tells whose creation came first
};

/// One operation of a session, or one part of it.
struct operation_envelope {
  std::uint64_t collection = 0;
  raft::incarnation_id session;
  std::uint64_t sequence = 0;          ///< counts from 1
  std::uint64_t first_outstanding = 0; ///< at most `sequence`; lower ones are done or given up
  std::uint64_t attempt = 0;           ///< for the proposer alone; nothing depends on it
  std::uint64_t offset = 0;            ///< of `command` in the whole command
  bool more = false;                   ///< further parts of the same command follow
  bool skip = false;                   ///< its caller has given up: takes its place, does nothing
  bool content = false;                ///< `command` is a `content_piece`, and not for the machine
  blob command;
};

/// Opens a session that the proposer has chosen at random. Nothing when it is open already.
struct open_envelope {
  std::uint64_t collection = 0;
  raft::incarnation_id session;
  raft::duration ttl{0};
  /// The last index that the proposer had applied when it chose the session: see `session_state`.
  raft::index_t opened_after = 0;
};

struct keep_alive_envelope {
  std::uint64_t collection = 0;
  raft::incarnation_id session;
  std::uint64_t first_outstanding = 0;
};

struct close_envelope {
  std::uint64_t collection = 0;
  raft::incarnation_id session;
};

/// Replaces the content of a collection by what its state machine's `load` takes. No entry of the
/// log: the applier makes one of each `restore_item`, for the index of its entry.
struct replace_envelope {
  std::uint64_t collection = 0;
  blob content;
};

/// Name and kind have to be within `max_name_size`, or no member will understand it.
[[nodiscard]] blob encode(const create_envelope& value);
[[nodiscard]] blob encode(const operation_envelope& value);
[[nodiscard]] blob encode(const open_envelope& value);
[[nodiscard]] blob encode(const keep_alive_envelope& value);
[[nodiscard]] blob encode(const close_envelope& value);
[[nodiscard]] blob encode(const replace_envelope& value);

/// Bytes that `encode` adds to the command of an operation, at the most.
inline constexpr std::size_t max_operation_overhead = 80;

/// What kind of entry `data` is, or nothing when it is none of these.
[[nodiscard]] std::optional<envelope_type> envelope_kind(const blob& data);

/// The number of the collection that the entry `data` is for, so that it can be delivered without
/// being understood. Nothing for what is for no collection or for all, and for bytes that are no
/// envelope.
[[nodiscard]] std::optional<std::uint64_t> envelope_target(const blob& data);

// Each gives nothing when `data` is not exactly one envelope of its type.
[[nodiscard]] std::optional<create_envelope> decode_create_envelope(const blob& data);
[[nodiscard]] std::optional<operation_envelope> decode_operation(const blob& data);
[[nodiscard]] std::optional<open_envelope> decode_open(const blob& data);
[[nodiscard]] std::optional<keep_alive_envelope> decode_keep_alive(const blob& data);
[[nodiscard]] std::optional<close_envelope> decode_close(const blob& data);
[[nodiscard]] std::optional<replace_envelope> decode_replace(const blob& data);

} // namespace hamok
