#pragma once

// One node: what is there beside a core. It carries out what `raft::life` decides, life after life,
// as the node of the library does: identity, links with their hello, words, wishes, and whether
// there is a core at all.

#include "hamok/raft/core.hpp"
#include "hamok/raft/directory.hpp"
#include "hamok/raft/life.hpp"
#include "hamok/tests/sim/clock.hpp"
#include "hamok/tests/sim/scenario.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hamok::sim {

class member;
class world;

/// The answer to a `raft::change_request`.
struct change_reply {
  std::uint64_t order = 0;
  std::uint64_t attempt = 0;
  raft::change_outcome outcome;
};

/// What nodes say to each other over a link, beside the messages of the algorithm.
using node_word = std::variant<raft::life_word, std::vector<raft::known_peer>, raft::change_request,
                               change_reply>;

class node {
public:
  /// A machine at `place`, which is an endpoint. `who` is its first life.
  node(world& all, std::size_t place, std::size_t slot, std::size_t who, node_plan plan,
       skewed_clock clock);

  /// Its storage is that of a member of a cluster that was founded long ago.
  void be_founded(const raft::identity& known);

  [[nodiscard]] std::size_t place() const noexcept { return place_; }
  [[nodiscard]] std::size_t slot() const noexcept { return slot_; }
  /// Its present life.
  [[nodiscard]] std::size_t who() const noexcept { return who_; }
  [[nodiscard]] skewed_clock& clock() noexcept { return clock_; }
  [[nodiscard]] const node_plan& plan() const noexcept { return plan_; }
  [[nodiscard]] const raft::identity& stored() const noexcept { return stored_; }
  /// Whether a core was ever started from its storage.
  [[nodiscard]] bool has_base() const noexcept { return has_base_; }

  [[nodiscard]] bool running() const noexcept { return life_.has_value(); }
  [[nodiscard]] bool paused() const noexcept { return paused_; }
  [[nodiscard]] bool awake() const noexcept { return running() && !paused_; }
  /// Counts starts and ends.
  [[nodiscard]] std::uint64_t process() const noexcept { return process_; }
  /// It never runs again.
  [[nodiscard]] bool abandoned() const noexcept { return abandoned_; }
  /// It runs, has left, and takes no part.
  [[nodiscard]] bool rests() const noexcept;
  /// The founders do not agree, as far as it knows.
  [[nodiscard]] bool in_conflict() const noexcept { return in_conflict_; }
  /// It has said that too many have forgotten.
  [[nodiscard]] bool told_quorum_lost() const noexcept { return told_quorum_lost_; }
  /// It has said that its name is taken.
  [[nodiscard]] bool told_name_taken() const noexcept { return told_name_taken_; }
  /// Whether it has met another life of that one's name.
  [[nodiscard]] bool met_another_life_of(const raft::member_id& id) const;

  void start();
  /// The process ends; what is stored stays.
  void die();
  /// And all that it ever stored is gone: whoever starts here next does not know what was promised,
  /// and has to be another life (consensus.md, 4).
  void forget();
  void abandon();
  /// What its operator tells it before the next start.
  void configure(node_plan plan) { plan_ = std::move(plan); }
  void add_seed(std::size_t place) {
    if (std::ranges::find(plan_.seeds, place) == plan_.seeds.end())
      plan_.seeds.push_back(place);
  }
  /// Stops the process; what happens meanwhile waits.
  void pause();
  void resume();
  /// Now, or when it is not paused any more, unless the process ends before that.
  void when_awake(std::function<void()> what);
  /// The clock is another one now.
  void clock_changed();

  void wish(const raft::wish& what);

  /// Its core has begun, or shows something else now.
  void core_started();
  void core_changed();

  /// Where it would dial whom, for traces.
  [[nodiscard]] std::string known() const;

  // Links. Each end has its own idea of whether there is one.
  [[nodiscard]] bool is_linked(std::size_t peer) const { return links_.contains(peer); }
  /// Whether the core hears messages of that life.
  [[nodiscard]] bool hears(std::size_t from) const;
  /// The network tells that the link of the life `who` has gone, or can be had again.
  void link_changed(std::size_t who, std::size_t peer, bool up);

private:
  /// A hello: what a node says of itself.
  struct hello {
    raft::newcomer myself;
    std::size_t who = 0;
    std::vector<raft::known_peer> known;
  };

  // node.cpp: the life, and what it wants done
  void feed(raft::life_event what);
  void step(raft::life_event what);
  void perform(raft::life_output out);
  [[nodiscard]] bool save(const raft::identity& known);
  void start_core(const raft::core_start& how);
  void take_new_life();
  void tell(const raft::life_notice& what);
  void ask(const raft::change_request& request);
  [[nodiscard]] std::optional<raft::change_outcome> change(std::size_t asker,
                                                           const raft::change_request& request);
  [[nodiscard]] raft::fresh_ids ids();
  void arm_timer(timestamp deadline);
  [[nodiscard]] member& my_member();
  [[nodiscard]] const raft::core* core() const;

  // node_links.cpp: who is linked, and what is said
  void watch_later();
  void watch();
  void check_links();
  [[nodiscard]] bool is_answered_by(std::size_t peer) const;
  void dial_those_wanted();
  void dial(std::size_t place);
  [[nodiscard]] hello say_hello() const;
  void hear_hello(const hello& said);
  void hear_answer(const hello& said);
  void be_confirmed(const hello& said);
  [[nodiscard]] bool admit(const hello& said);
  void make_room(const raft::admission_view& here, const raft::newcomer& comes);
  void open(const hello& said);
  void turned_away(const raft::incarnation_id& cluster, raft::verdict why);
  void close(const raft::member_id& id, raft::verdict why);
  void drop(std::size_t peer);
  void part();
  /// Does `what` with the node of that life, when that is awake then and this is still its life.
  // False: it is lost on the way.
  bool reach(std::size_t who, std::function<void(node&)> what);
  bool say(const raft::member_id& to, node_word what);
  void hear(std::size_t from, node_word& what);

  world& all_;
  std::size_t place_;
  std::size_t slot_;
  std::size_t who_;
  std::size_t parting_ = 0; ///< whose links there are: that one's, or of the life before
  node_plan plan_;
  skewed_clock clock_;

  // durable
  raft::identity stored_;
  bool has_base_ = false;
  bool abandoned_ = false;

  // of the process
  std::uint64_t process_ = 0;
  std::optional<raft::life> life_;
  std::optional<raft::directory> book_;
  std::deque<raft::life_event> events_;
  bool busy_ = false;
  bool core_has_news_ = false;
  bool gossips_ = false; ///< the book has changed
  bool in_conflict_ = false;
  bool told_quorum_lost_ = false;
  bool told_name_taken_ = false;
  bool was_turned_away_ = false;
  std::map<std::size_t, timestamp> links_; ///< by the life at the other end: when it was heard
  std::map<std::string, raft::member_id> met_;
  std::optional<timestamp> timer_;
  std::uint64_t timer_number_ = 0;
  bool paused_ = false;
  std::deque<std::function<void()>> inbox_;
};

} // namespace hamok::sim
