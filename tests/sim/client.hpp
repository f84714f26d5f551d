#pragma once

// A client: asks for batches of operations, one batch at a time, and asks again, through whichever
// member, until every operation is acknowledged.

#include "hamok/raft/types.hpp"
#include "hamok/tests/sim/command.hpp"
#include "hamok/tests/sim/dice.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hamok::sim {

class world;

/// What a client sends: all operations of its batch that are not acknowledged yet.
struct request {
  std::uint32_t client = 0;
  std::uint64_t attempt = 0;
  std::vector<operation> operations;
};

class client {
public:
  client(world& all, std::uint32_t number);

  /// Begins to ask.
  void start();
  /// Asks for nothing new any more.
  void finish() { finishing_ = true; }
  [[nodiscard]] bool idle() const noexcept { return batch_.empty(); }
  [[nodiscard]] std::uint64_t acknowledged() const noexcept { return acknowledged_; }

  /// The member that was asked has applied the operation.
  void answered(std::uint64_t sequence, std::uint64_t attempt, const operation_result& result);
  /// The member that was asked has not appended anything; `leader` may know better.
  void refused(std::uint64_t attempt, std::size_t leader);

private:
  void next_batch();
  [[nodiscard]] operation next_operation(std::uint64_t first, std::uint64_t first_in_session);
  [[nodiscard]] operation_kind next_kind();
  void ask(std::size_t whom);
  void ask_somebody();

  world& all_;
  std::uint32_t number_;
  collection_kind collection_;
  std::uint64_t collection_number_ = 0; ///< 0: it does not know it yet
  std::uint32_t session_ = 0;
  std::uint64_t next_in_session_ = 0; ///< 0: it has to be opened
  std::uint64_t next_sequence_ = 1;
  std::uint64_t attempt_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::vector<operation> batch_; ///< not acknowledged yet
  raft::index_t acknowledged_before_ = 0;
  bool finishing_ = false;
};

} // namespace hamok::sim
