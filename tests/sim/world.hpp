#pragma once

// One run of one seed: everything that there is in it.

#include "hamok/tests/sim/agenda.hpp"
#include "hamok/tests/sim/checks.hpp"
#include "hamok/tests/sim/client.hpp"
#include "hamok/tests/sim/counts.hpp"
#include "hamok/tests/sim/dice.hpp"
#include "hamok/tests/sim/faults.hpp"
#include "hamok/tests/sim/member.hpp"
#include "hamok/tests/sim/network.hpp"
#include "hamok/tests/sim/node.hpp"
#include "hamok/tests/sim/operators.hpp"
#include "hamok/tests/sim/outside.hpp"
#include "hamok/tests/sim/roster.hpp"
#include "hamok/tests/sim/scenario.hpp"
#include "hamok/tests/sim/trace.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace hamok::sim {

/// How a run ended.
struct run_result {
  bool ok = false;
  std::string invariant; ///< that is violated, and how
  std::string text;
  timestamp when{0};
  std::uint64_t trace_hash = 0;
  counts done;
};

class world {
public:
  world(std::uint64_t seed, trace_mode mode);
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  [[nodiscard]] run_result run();

  // The parts know each other through this; each is the only owner of what it does.
  const scenario plan;
  roster lives;
  agenda time;
  dice chance;
  trace story;
  counts done;
  checks rules;
  network net;
  std::deque<node> nodes;     ///< by place
  std::deque<member> members; ///< by the number of the life
  std::deque<client> clients;
  outside storage; ///< of the remote map
  faults trouble;
  operators wishes;

  /// "member c" as in the trace.
  [[nodiscard]] const std::string& name(std::size_t who) const { return lives[who].called; }
  /// Who leads in the latest term; nobody, if nobody does.
  [[nodiscard]] std::size_t leader() const;
  /// Whether two nodes have one name.
  [[nodiscard]] bool has_twins() const;
  /// Whether another life votes that has its name and is not gone.
  [[nodiscard]] bool is_second(const node& each, const raft::configuration& among) const;
  /// The node at `place` has another life, not started. Gives its number.
  std::size_t bear(std::size_t place);
  /// Another node, not started. Gives its place.
  std::size_t build(std::size_t slot, node_plan how);
  /// Counts whatever has to be told from what was before.
  [[nodiscard]] std::uint64_t next_version() noexcept { return ++versions_; }
  [[nodiscard]] bool is_founded() const { return !lives.founders().voters.empty(); }
  /// The longest that a request, a write for it and the answer take when nothing goes wrong.
  [[nodiscard]] duration round_trip() const;
  /// The longest that a snapshot takes from when it is known to be needed: the cut, the chunks one
  /// by one (those that overtake each other are sent again behind a heartbeat), the install.
  [[nodiscard]] duration time_to_install() const;
  /// The number of another client, which is the executor of this member.
  [[nodiscard]] std::uint32_t new_executor(std::size_t who);
  /// Whoever has asked for it is told what has become of an operation.
  void answered(const operation& what, std::uint64_t attempt, const operation_result& result);
  /// The same of a request that came to nothing. `leader` may know better.
  void refused(const request& what, std::size_t leader);
  /// Whoever has asked knows that it is done.
  void acknowledged(const ack_view& ack);
  /// Highest index at which an acknowledged operation took effect.
  raft::index_t last_acknowledged = 0;
  /// Who led last.
  std::size_t last_leader = nobody;

private:
  void storms();
  void settle();
  void repair_logs();
  void serve_clients();
  void execute_all();
  void let_everybody_in();
  void stay_calm();
  void stay_without_majority();
  void hear_of_lost_quorum();
  void step();
  template <class Condition>
  void run_until(timestamp deadline, const char* what, Condition&& reached);
  [[nodiscard]] std::string describe() const;
  [[nodiscard]] std::size_t followed_by_all() const;
  [[nodiscard]] bool everybody_is_in() const;
  [[nodiscard]] bool is_linked_with_all(const node& each, const raft::configuration& among) const;
  [[nodiscard]] duration time_to_change() const;
  [[nodiscard]] bool converged() const;

  std::uint64_t versions_ = 0;
  std::vector<std::size_t> executors_; ///< members, by number of the client
};

} // namespace hamok::sim
