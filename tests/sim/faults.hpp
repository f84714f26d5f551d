#pragma once

// What goes wrong, and when: storms of faults with lulls between them.

#include "hamok/tests/sim/counts.hpp"
#include "hamok/tests/sim/crash_point.hpp"
#include "hamok/tests/sim/dice.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace hamok::sim {

class world;

class faults {
public:
  explicit faults(world& all) : all_(all) {}

  void start();
  /// Nothing goes wrong from now on; what is planned does not happen.
  void stop();
  /// Strikes a new leader now and then, before anything that it wants to send has left: while a
  /// term is young, logs differ the most.
  void leader_elected(std::size_t who);
  /// And when it has committed for the first or second time, before it tells anybody.
  void leader_commits(std::size_t who);
  /// And when it has written a configuration, before anybody else has it.
  void leader_changes_members(std::size_t who);
  /// Now and then a node dies when it makes durable who it is. True: it has.
  [[nodiscard]] bool identity_strikes(std::size_t who, count how);
  /// In a storm, these two cannot reach each other for a while.
  void separate(std::size_t one, std::size_t other, duration length);
  /// Whether faults are being made now.
  [[nodiscard]] bool stormy() const noexcept { return storm_; }
  /// Whether there will be no more.
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }
  /// Whether a majority has forgotten what it had promised.
  [[nodiscard]] bool forgotten() const noexcept { return forgotten_; }
  /// Makes it so.
  void forget_a_majority();
  /// Whole storms so far.
  [[nodiscard]] std::uint64_t storms() const noexcept { return storms_; }

private:
  void hide_founders();
  void begin_storm();
  void begin_lull();
  void repair();
  void strike();
  void strike_once();
  void partition_one_way();
  void silence(std::size_t who);
  void hunt(std::size_t who, crash_point where);
  [[nodiscard]] bool is_alone(std::size_t who);
  void partition_fully();
  void cut(const std::vector<std::pair<std::size_t, std::size_t>>& paths, duration length);
  void crash();
  void power_failure();
  void forget();
  void forget(std::size_t who);
  [[nodiscard]] bool may_forget(std::size_t who);
  void replace_core();
  void pause();
  void flap_link();
  void change_clock();
  [[nodiscard]] std::size_t victim();
  [[nodiscard]] duration length();
  void tick();
  void compact();
  void hand_over();
  void restart(std::size_t who);
  /// Does `what` after `delay`, unless the storm is over by then.
  void plan(duration delay, std::function<void()> what);

  world& all_;
  bool storm_ = false;
  bool stopped_ = false;
  bool forgotten_ = false;
  std::uint64_t storms_ = 0;
  std::optional<std::size_t> lives_left_; ///< where founders are expected by number
  std::uint64_t phase_ =
      0; ///< counts storms and lulls: what was planned in one does not outlive it
};

} // namespace hamok::sim
