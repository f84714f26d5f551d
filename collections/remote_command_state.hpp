#pragma once

// The language of the remote map: what its users ask for, and what the log says of that and of what
// has become of it. Commands are in logs: only add at the end.

#include "hamok/collections/map_command_state.hpp"
#include "hamok/collections/remote_step_state.hpp"
#include "hamok/collections/state_machine_state.hpp"
#include "hamok/raft/bytes.hpp"
#include "hamok/raft/codec.hpp"
#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hamok {

// -- what users ask for ---------------------------------------------------------------------------

/// What a remote map takes at the most. The same on all members.
namespace remote_limit {

/// Bytes of one operation, and of all values in its answer.
inline constexpr std::size_t operation_bytes = std::size_t{16} << 20;
/// Bytes of what becomes of its steps, as `encode` writes that.
inline constexpr std::size_t touches_bytes = operation_bytes + (std::size_t{1} << 20);
/// Keys or pairs of one operation.
inline constexpr std::size_t steps = std::size_t{1} << 16;
/// Bytes of what a storage says about itself.
inline constexpr std::size_t problem_bytes = 1024;
/// Operations that wait for their execution; what is more is refused as overloaded.
inline constexpr std::size_t waiting = std::size_t{1} << 16;
inline constexpr std::size_t waiting_bytes = std::size_t{64} << 20;
/// Results that members keep for callers who have missed them.
inline constexpr std::size_t results = 1024;
inline constexpr std::size_t result_bytes = std::size_t{1} << 20;

} // namespace remote_limit

/// `collection_spec::options` of a remote map: a sum of these, as one byte; empty: none.
namespace remote_option {

inline constexpr std::uint8_t no_events = 1; ///< nobody is told what changes

} // namespace remote_option

/// Operations are those of `map_command`, but for `update_all_if`, and these.
namespace remote_operation {

enum class code : std::uint8_t {
  sync = 128,
  read = 129,
};

/// Does nothing, behind everything that is in the log already. Answers with nothing.
[[nodiscard]] blob sync();
/// A `map_query`, answered by the storage. Is never in a log.
[[nodiscard]] blob read(const blob& question);

/// The question of a `read`, or nothing when it is something else.
[[nodiscard]] std::optional<blob> question_of(const blob& operation);

} // namespace remote_operation

/// An operation that was understood.
struct remote_plan {
  std::uint8_t code = 0; ///< of `map_command` or `remote_operation`
  std::vector<remote_step> steps;
};

/// Understands an operation that belongs into the log. Without `events` nobody wants to know what
/// was erased.
[[nodiscard]] command_status read_operation(const blob& operation, bool events, remote_plan& out);

/// What the caller is answered with, as the map itself would. `touches` are those of the plan.
[[nodiscard]] blob answer_of(const remote_plan& plan, const std::vector<remote_touch>& touches);

/// What watchers are told, as of the map itself.
void add_events(const remote_plan& plan, const std::vector<remote_touch>& touches,
                std::vector<state_event>& out);

// -- what the log says ----------------------------------------------------------------------------

/// An operation that waits for its execution.
struct remote_task {
  raft::index_t index = 0; ///< of its entry
  bool events = true;      ///< its map tells what has changed
  blob operation;

  friend bool operator==(const remote_task&, const remote_task&) = default;
};

/// How an operation has ended.
struct remote_result {
  raft::index_t index = 0; ///< of the operation
  remote_status status = remote_status::done;
  blob touches; ///< as `encode` writes them

  friend bool operator==(const remote_result&, const remote_result&) = default;
};

namespace remote_command {

enum class code : std::uint8_t {
  enqueue = 1,
  claim,
  report,
};

/// Puts an operation behind those that wait; answers with its index, or 0: there is no room. What
/// waits for another `owner` is dropped: it has come by a snapshot, from another cluster.
[[nodiscard]] blob enqueue(const raft::incarnation_id& owner, bool events, const blob& operation);
/// The member that logs this executes from now on, and nobody else does; answers with the name
/// that it has for that.
[[nodiscard]] blob claim(const raft::incarnation_id& owner);
/// What waits in front was executed. Answers whether that was up to `executor`, the last claim.
[[nodiscard]] blob report(raft::index_t executor, const std::vector<remote_result>& results);

} // namespace remote_command

namespace remote_query {

/// Above those of `map_query`, which the storage answers.
enum class code : std::uint8_t {
  summary = 64,
  result = 65,
  digest = 66,
};

/// Answers with a `remote_summary`.
[[nodiscard]] blob summary();
/// Answers with how the operation at this index has ended, as one `remote_result`; with nothing
/// when it waits, or when that is not known any more.
[[nodiscard]] blob result(raft::index_t index);
/// Answers with the 16 bytes of the content's digest.
[[nodiscard]] blob digest();

} // namespace remote_query

/// How far the execution has come.
struct remote_summary {
  raft::incarnation_id owner;
  raft::index_t executor = 0; ///< the last claim
  raft::index_t reported = 0; ///< the last operation whose outcome is in the log
  std::uint64_t waiting = 0;

  friend bool operator==(const remote_summary&, const remote_summary&) = default;
};

/// What the thread that talks to a storage is given to do, one after the other.
struct remote_job {
  raft::incarnation_id owner;
  raft::index_t reported = 0;
  std::vector<remote_task> tasks;
};

/// What it says to that: fewer results than tasks when the storage is not available, or when more
/// would be too many bytes.
struct remote_report {
  std::string problem; ///< why it is not available; empty: it is
  std::vector<remote_result> results;
};

// Each `decode` is false when the bytes are not exactly one of its type.

[[nodiscard]] blob encode(const std::vector<remote_touch>& touches);
[[nodiscard]] blob encode(const remote_result& value);
[[nodiscard]] blob encode(const remote_summary& value);
[[nodiscard]] blob encode(const remote_job& value);
[[nodiscard]] blob encode(const remote_report& value);

[[nodiscard]] bool decode(const blob& bytes, std::vector<remote_touch>& out);
[[nodiscard]] bool decode(const blob& bytes, remote_result& out);
[[nodiscard]] bool decode(const blob& bytes, remote_summary& out);
[[nodiscard]] bool decode(const blob& bytes, remote_job& out);
[[nodiscard]] bool decode(const blob& bytes, remote_report& out);

namespace detail {

void write_owner(const raft::incarnation_id& owner, raft::writer& out);
[[nodiscard]] raft::incarnation_id read_owner(raft::reader& in);
void write_result(const remote_result& value, raft::writer& out);
[[nodiscard]] remote_result read_result(raft::reader& in);
[[nodiscard]] std::vector<remote_result> read_results(raft::reader& in);

} // namespace detail

} // namespace hamok
