#pragma once

// What a member does for a remote map while it leads: it claims, executes and reports, one thing at
// a time, so that everything is in the order of the log (consensus.md, 13). It only decides: the
// companion carries it out, and in the simulator the member's executor.

#include "hamok/collections/remote_command_state.hpp"
#include "hamok/collections/remote_view_state.hpp"
#include "hamok/raft/bytes.hpp"
#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace hamok {

/// What is to be done next.
struct remote_action {
  enum class kind : std::uint8_t {
    nothing, ///< until something is applied, or what is under way has ended
    wait,    ///< until `remote_executor::retry`
    claim,   ///< log a `remote_command::claim`
    execute, ///< give the job to the storage
  };

  kind what = kind::nothing;
  remote_job job;
};

/// One for each member and remote map. Is asked by the member that leads, whenever something is
/// applied or has ended.
class remote_executor {
public:
  /// How many outcomes the storage keeps, at least 1; 0: there is no storage.
  using kept_outcomes = std::function<std::size_t()>;

  /// The leadership has changed, or what is known of it: what is under way is of an earlier one,
  /// and its end counts no more.
  void begin_office() noexcept;
  /// Counts changes of the leadership.
  [[nodiscard]] std::uint64_t office() const noexcept { return office_; }

  /// A claim, or a job and its report, is under way: nothing is next.
  [[nodiscard]] bool busy() const noexcept { return busy_; }

  /// What is next, `content` being all that is applied here. `kept` is called when there is
  /// something to do. Nothing else comes before a claim, or a job and its report, has ended.
  [[nodiscard]] remote_action next(raft::timestamp now, const remote_view& content,
                                   const raft::incarnation_id& owner, const kept_outcomes& kept);

  // How it has ended, in the office in which it began: with an answer, or without.

  void claimed(std::uint64_t office, raft::timestamp now, const std::optional<blob>& answer);
  /// Gives the command that has to be logged: a report. Nothing when there is nothing to report.
  [[nodiscard]] std::optional<blob> executed(std::uint64_t office, raft::timestamp now,
                                             const std::optional<remote_report>& answer);
  /// That command was applied, or is in doubt.
  void reported(std::uint64_t office, raft::timestamp now, const std::optional<blob>& answer);

  /// Nothing is tried before.
  [[nodiscard]] raft::timestamp retry() const noexcept { return retry_; }
  /// Why the storage is not available, once each time that it becomes so; else empty.
  [[nodiscard]] std::string take_complaint();

private:
  void pause(raft::timestamp now, const std::string& why);

  std::uint64_t office_ = 0;
  raft::index_t claimed_ = 0;  ///< the executor that this member is; 0: none
  bool busy_ = false;          ///< something of this office is under way
  bool complained_ = false;    ///< of a storage that is not available
  raft::duration patience_{0}; ///< until the next attempt; 0: the last one was good
  raft::timestamp retry_{0};
  std::string problem_; ///< of the job that is being reported
  std::string complaint_;
};

/// What becomes of a job: its tasks one after the other, until `storage` says that it is not
/// available, or until the report is large.
[[nodiscard]] remote_report
execute_tasks(const remote_job& job,
              const std::function<remote_outcome(const remote_write&)>& storage);

} // namespace hamok
