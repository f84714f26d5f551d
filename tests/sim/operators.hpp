#pragma once

// Those who run the cluster: they let members in, remove them, hand leadership over, and wish for
// too much at once. Beside them, every life that takes no part yet asks to be let in.

#include "hamok/raft/event.hpp"
#include "hamok/tests/sim/dice.hpp"

#include <cstddef>
#include <cstdint>

namespace hamok::sim {

class world;

class operators {
public:
  explicit operators(world& all) : all_(all) {}

  void start();
  /// No more wishes, but those that it takes until everybody takes part who is alive, and nobody
  /// else.
  void settle();
  /// Not even those.
  void stop();

  /// Another life of the name of `slot` begins, and asks to be let in. Gives its number.
  std::size_t bear(std::size_t slot);
  /// The same after `delay`, if the name is free then.
  void bear_later(std::size_t slot, duration delay);
  /// Whether a life is still to begin.
  [[nodiscard]] bool expecting() const noexcept { return expected_ > 0; }
  /// A life has learned that it was removed, or is too old to be let in: it ends, and its name may
  /// come back.
  void dismiss(std::size_t who, bool too_old);

private:
  void wish_later();
  void wish_once();
  void grow();
  void shrink();
  void repeat();
  void burst();
  void transfer();
  void double_name();
  void remove_from(std::size_t asked);
  [[nodiscard]] bool may_remove(std::size_t asked, const raft::member_id& id) const;
  [[nodiscard]] std::size_t whom_to_ask();
  void knock(std::size_t who);
  void knock_later(std::size_t who);
  void tidy();
  void tidy_up(std::size_t leader);
  [[nodiscard]] bool has_successor(std::size_t leader, std::size_t who) const;
  void remove_the_gone(std::size_t leader);

  world& all_;
  bool settling_ = false;
  bool stopped_ = false;
  std::size_t expected_ = 0; ///< lives that are to begin later
  std::uint64_t phase_ = 0;  ///< what was planned in one does not outlive it
};

} // namespace hamok::sim
