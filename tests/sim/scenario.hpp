#pragma once

// What a seed stands for: how large the cluster is, how fast and how bad everything in it.

#include "hamok/raft/event.hpp"
#include "hamok/tests/sim/dice.hpp"
#include "hamok/tests/sim/state_machine.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hamok::sim {

struct member_plan {
  raft::core_config config;
  duration clock_offset{0};
  std::int64_t clock_per_mille = 1000;
};

/// What its operator has told a node: how it is to come into a cluster.
struct node_plan {
  std::vector<std::size_t> initial_members; ///< by slot
  std::uint32_t bootstrap_expect = 1;
  std::vector<std::size_t> seeds; ///< by place; where there may be nobody
};

struct network_plan {
  duration min_delay{0};
  duration max_delay{0};
  duration max_spike{0}; ///< some messages take up to this long
  std::uint64_t spike_per_mille = 0;
  std::uint64_t loss_per_mille = 0;
  std::uint64_t duplicate_per_mille = 0;
  duration max_late_copy{0};             ///< some copies come when nobody expects them any more
  std::uint64_t late_copy_per_mille = 0; ///< of all messages
  std::uint64_t garbage_per_mille = 0;
  std::uint64_t stranger_per_mille = 0;
  std::uint64_t malformed_per_mille = 0;
  std::uint64_t link_told_per_mille = 0; ///< how often a member hears of a link that changed
  duration max_link_notice{0};           ///< and how late
};

struct disk_plan {
  bool at_once = false; ///< as memory storage: durable as soon as it is written
  duration min_delay{0};
  duration max_delay{0};
  duration max_stall{0};
  std::uint64_t stall_per_mille = 0;
};

struct client_plan {
  std::size_t clients = 0;
  std::size_t max_batch = 1; ///< operations in one request
  std::size_t keys = 16;
  std::uint64_t values = 1; ///< few, so that some are as expected
  std::size_t max_padding = 0;
  duration max_think{0};
  duration min_timeout{0};
  duration max_timeout{0};
  std::uint64_t answer_loss_per_mille = 0;
  std::uint64_t forward_per_mille = 0; ///< a follower forwards instead of refusing
};

struct fault_plan {
  duration min_gap{0}; ///< between two faults
  duration max_gap{0};
  duration max_length{0}; ///< of a partition, a pause, a time without a member
  duration storm{0};
  duration lull{0};
  std::uint64_t storms = 3; ///< at least
  // how often each kind is chosen, relative to the others
  std::uint64_t one_way = 0;
  std::uint64_t full_partition = 0;
  std::uint64_t crash = 0;
  std::uint64_t power_failure = 0;
  std::uint64_t role_death = 0;
  std::uint64_t pause = 0;
  std::uint64_t link_flap = 0;
  std::uint64_t clock_change = 0;
  std::uint64_t hand_over = 0;
  std::uint64_t compact = 0;              ///< no fault: somebody wants a log to be cut short
  std::uint64_t forget = 0;               ///< a crash with loss of all memory
  std::uint64_t never_back_per_mille = 0; ///< of those who have forgotten
  bool may_forget_all = false;            ///< nobody sees to it that a majority remembers
  std::uint64_t hunt_per_mille = 0;       ///< how often a new leader is struck at once
};

/// What the operators wish for, and how often, relative to each other.
struct operator_plan {
  bool busy = false; ///< otherwise nobody changes anything
  duration min_gap{0};
  duration max_gap{0};
  std::uint64_t grow = 0;        ///< a new member
  std::uint64_t shrink = 0;      ///< one less
  std::uint64_t leave = 0;       ///< one that is asked to leave by itself
  std::uint64_t repeat = 0;      ///< what was wished for before, or an addition of who was there
  std::uint64_t burst = 0;       ///< several wishes at once, or in a row
  std::uint64_t transfer = 0;    ///< of leadership, to somebody or anybody
  std::uint64_t double_name = 0; ///< a second life beside one that runs
  std::size_t most_members = 7;
};

/// The storage behind a remote map.
struct outside_plan {
  std::size_t kept_outcomes = 1;
  duration max_delay{0}; ///< of one write
  duration max_stall{0};
  std::uint64_t stall_per_mille = 0;
  std::uint64_t unavailable_per_mille = 0; ///< before a write, and again behind it
};

struct scenario {
  std::uint64_t seed = 0;
  bool hunting = false; ///< new leaders are struck at once, most of the time
  duration idle{0};     ///< follower_max_idle: what all other times are measured by
  std::vector<member_plan> members;
  /// Nobody is in a cluster at the start: they have to found one first.
  bool founding = false;
  std::vector<node_plan> nodes; ///< of the members, in their order
  std::size_t founders = 0;     ///< of those, the first
  bool rivals = false;          ///< of founders by number: the first two cannot see each other
  network_plan network;
  disk_plan disk;
  client_plan clients;
  fault_plan faults;
  operator_plan operators;
  const state_machine_kind* machine = nullptr;
  std::vector<collection_kind> collections; ///< that clients use, in turn
  std::uint64_t min_operations = 100;       ///< committed before the network heals
  duration apply_delay{0};                  ///< state machines take up to this long
  outside_plan outside;
};

/// The same seed gives the same scenario.
[[nodiscard]] scenario make_scenario(std::uint64_t seed);

/// A few lines for whoever looks into a seed.
[[nodiscard]] std::string to_string(const scenario& value);

} // namespace hamok::sim
