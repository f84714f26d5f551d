#pragma once

// Those who run the cluster: they start and give up nodes, and wish on any of them that members
// come, go, leave and hand over; too much at once, and again what they have wished before.

#include "hamok/raft/event.hpp"
#include "hamok/raft/life.hpp"
#include "hamok/tests/sim/dice.hpp"
#include "hamok/tests/sim/scenario.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hamok::sim {

class node;
class world;

class operators {
public:
  explicit operators(world& all) : all_(all) {}

  void start();
  /// No more wishes, but those that it takes until everybody takes part who wants to, and nobody
  /// else.
  void settle();
  /// Not even those.
  void stop();
  /// The second of those that have one name is ended.
  void end_twins();

  /// A node with the name of `slot` is started after `delay`, if the name is free then.
  void build_later(std::size_t slot, duration delay);
  /// What the operator of a node that has lost everything tells it.
  [[nodiscard]] node_plan plan_after_loss(const node& lost);
  /// Whether a node, or an answer, is still to come.
  [[nodiscard]] bool expecting() const noexcept;
  /// The node has left: it may be wanted again.
  void has_left(std::size_t place);
  void answered(std::size_t who, const raft::order_answer& answer);
  /// Names that may still be removed because somebody has wished for it.
  [[nodiscard]] std::vector<std::string> on_their_way_out() const;

private:
  struct open_wish {
    std::size_t place = 0;
    std::uint64_t process = 0; ///< an answer comes only from that one
  };
  struct removal {
    std::string peer;
    timestamp until{0};
  };

  [[nodiscard]] bool is_waited_for(const open_wish& each) const noexcept;
  void wish_later();
  void wish_once();
  void grow();
  void shrink();
  void leave();
  void repeat();
  void burst();
  void transfer();
  void double_name();
  void disturb();
  void wish(node& asked, raft::wish_kind kind, raft::member_id member);
  [[nodiscard]] node_plan joiner(std::size_t place);
  [[nodiscard]] bool may_remove(const std::string& name) const;
  [[nodiscard]] std::size_t whom_to_ask();

  // operators_tidy.cpp: what is done about what stays wrong
  void watch_founding();
  void start_anew();
  void tidy();
  void remove_the_gone();
  [[nodiscard]] std::size_t anybody_of_the_members() const;
  void mend_seeds();

  world& all_;
  bool settling_ = false;
  bool stopped_ = false;
  std::size_t expected_ = 0; ///< nodes that are to be started later
  std::uint64_t phase_ = 0;  ///< what was planned in one does not outlive it
  std::uint64_t last_wish_ = 0;
  std::map<std::uint64_t, open_wish> open_;
  std::vector<removal> removals_;
  std::vector<raft::wish> old_; ///< to be repeated
  timestamp conflict_since_{0};
  timestamp settling_since_{0};
};

} // namespace hamok::sim
