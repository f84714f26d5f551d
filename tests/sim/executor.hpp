#pragma once

// What executes a remote map on one member: `remote_executor` decides, as in the companion of a
// real one, and this carries it out. It asks its own member, as a client does; the storage is slow,
// and not always available.

#include "hamok/collections/remote_executor_state.hpp"
#include "hamok/tests/sim/client.hpp"
#include "hamok/tests/sim/command.hpp"
#include "hamok/tests/sim/dice.hpp"
#include "hamok/tests/sim/state_machine.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace hamok::sim {

class world;

class executor {
public:
  executor(world& all, std::size_t who) : all_(all), who_(who) {}

  /// Its process runs, and has forgotten what was before.
  void start();
  void stop();
  /// The member may have another role.
  void office_changed();
  /// All that was applied is another now: whoever executes has to say so in that.
  void content_replaced();
  /// Something was applied.
  void go_on();

  /// Nothing of it is on its way to the log.
  [[nodiscard]] bool idle() const noexcept { return batch_.empty(); }

  // As with a client; `client` may be of an earlier life.
  void answered(const operation& what, std::uint64_t attempt, const operation_result& result);
  void refused(const request& what);

private:
  struct job {
    remote_job whole;
    remote_report done;
    std::uint64_t office = 0;
  };

  void begin_session();
  void log(operation_kind kind, operation op);
  void ask();
  void ended(const std::optional<blob>& answer);
  [[nodiscard]] std::size_t kept_outcomes();
  void execute(const std::shared_ptr<job>& what);
  void executed(const std::shared_ptr<job>& what);
  remote_report execute_next(const job& what);
  void wait();
  template <class F>
  void later(duration delay, F what);

  world& all_;
  std::size_t who_;
  std::uint64_t life_ = 0;
  bool runs_ = false;
  bool led_ = false;
  raft::term_t term_ = 0; ///< of what it knows of the leadership
  remote_executor decides_;
  std::uint32_t number_ = 0; ///< as a client; another with each session
  std::uint64_t attempt_ = 0;
  std::uint64_t next_sequence_ = 1;
  std::vector<operation> batch_; ///< not acknowledged yet
  std::uint64_t batches_ = 0;
  operation_kind wanted_ = operation_kind::claim; ///< what the batch is for
  std::uint64_t office_ = 0;                      ///< in which it began
  std::optional<blob> answer_;
  raft::index_t acknowledged_before_ = 0;
  std::optional<timestamp> timer_;
};

} // namespace hamok::sim
