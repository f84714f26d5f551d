#pragma once

// The members of a scenario, with the network and the disks between their cores. Nothing happens
// here by itself: the script delivers each message and lets each clock tick.

#include "hamok/raft/core.hpp"
#include "hamok/tests/script/invariants.hpp"
#include "hamok/tests/unit/raft/disk.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hamok::script {

/// A message on its way, by the names of the members.
struct packet {
  std::string from;
  std::string to;
  raft::message message;
};

using packet_filter = std::function<bool(const packet&)>;

class cluster {
public:
  /// `out` collects what happens, a line for each effect.
  explicit cluster(std::string& out) : out_(out) {}

  void add_member(raft::core_config config);
  void start(const raft::configuration& members);
  /// A member starts with an empty log and gets links to all: behind the founders' configuration,
  /// or behind none, so that it has to be given a snapshot.
  void join(raft::core_config config, bool founding_base);
  /// Lets a member start anew from this log and hard state.
  void start_from(const std::string& name, std::vector<raft::entry> entries, raft::hard_state hard);

  void wait(raft::duration time) { now_ += time; }
  void tick(const std::string& name, std::optional<raft::duration> after);
  /// Lets time pass until the member sends its next round of pre-votes.
  void time_out(const std::string& name);

  void propose(const std::string& name, const std::vector<std::string>& texts);
  /// Asks the leader `name` to change the members; of `who`, its present life.
  void change(const std::string& name, raft::change_kind kind, const std::string& who);
  void transfer(const std::string& name, const std::string& to);
  void receive(const packet& item);

  /// Delivers up to `limit` of the messages that are on the way now; not the ones they cause.
  std::size_t deliver(const packet_filter& filter, std::size_t limit);
  /// Delivers until nothing of that is on the way any more.
  void stabilize(const packet_filter& filter);
  /// Lets time pass with every clock ticking and every message arriving at once.
  void run(raft::duration time);
  void drop(const packet_filter& filter, std::size_t limit);
  void duplicate(const packet_filter& filter);
  void reverse(const packet_filter& filter);
  /// From now on, what goes from one to the other is lost when it is sent.
  void cut(const std::string& from, const std::string& to) { cuts_.insert({from, to}); }
  void heal() { cuts_.clear(); }
  void link_down(const std::string& one, const std::string& other);
  void link_up(const std::string& one, const std::string& other);

  void hold_disk(const std::string& name) { at(name).disk_held = true; }
  void release_disk(const std::string& name, std::optional<std::size_t> writes);
  void hold_apply(const std::string& name) { at(name).apply_held = true; }
  void report_applied(const std::string& name, std::optional<raft::index_t> index);
  /// From now on its cuts, or what it installs, take until they are released.
  void hold_cut(const std::string& name) { at(name).cut_held = true; }
  void release_cut(const std::string& name, bool good);
  void hold_install(const std::string& name) { at(name).install_held = true; }
  void release_install(const std::string& name, bool good);
  void compact(const std::string& name, raft::index_t up_to);
  void crash(const std::string& name);
  void restart(const std::string& name);

  void print_state();
  void print_progress(const std::string& name);

  [[nodiscard]] std::vector<std::string> names() const;
  /// It dies, and comes back with nothing on its disk, as another life. Who was linked to the old
  /// one hears of its end if `told`.
  void forget(const std::string& name, bool told);
  /// `name` hears that the link to the life of `peer` before the present one is gone.
  void old_link_down(const std::string& name, const std::string& peer);

  [[nodiscard]] const raft::core& core_of(const std::string& name) { return alive(name); }

private:
  /// What a state machine begins with: never empty, as no snapshot is.
  static constexpr const char* first_state = " state:";

  struct snapshot_bytes {
    raft::snapshot_id id;
    std::string bytes;
  };

  struct member {
    raft::core_config config;
    raft::test::disk disk;
    std::optional<raft::core> core;
    raft::index_t given = 0; ///< last entry that it was given as committed
    bool disk_held = false;
    bool apply_held = false;
    // What the state machines have made of the entries, and its snapshots.
    std::string state = first_state;
    std::optional<raft::index_t> cutting;
    std::string cut_text; ///< of the cut that is being made
    std::optional<snapshot_bytes> cut;
    bool cut_held = false;
    std::string pieces; ///< of the snapshot that is coming in
    std::optional<snapshot_bytes> install;
    bool install_held = false;
    std::map<raft::index_t, std::string> stored; ///< snapshots on its disk
    raft::index_t saved = 0;                     ///< the last of them, once the log is there too
  };

  member& at(const std::string& name);
  raft::core& alive(const std::string& name);
  /// One step and everything that it asks for.
  void step(const std::string& name, raft::event_body what);
  void carry_out(const std::string& name, raft::output out);
  void send(const std::string& name, const raft::outbound& item);
  void sync(const std::string& name);
  std::optional<std::uint64_t> sync_one(member& target);
  // snapshots.cpp
  void apply(const std::string& name, const raft::committed_entries& committed);
  void send_chunk(const std::string& name, raft::chunk_send chunk);
  void take_chunk(const std::string& name, const raft::chunk_received& chunk);
  void begin_install(const std::string& name, const raft::install_order& order);
  void end_install(const std::string& name, bool good);
  void begin_cut(const std::string& name, const raft::snapshot_meta& meta);
  void end_cut(const std::string& name, bool good);
  static void make_current(member& target);
  static void restore(member& target);
  void carry_out_snapshots(const std::string& name, raft::output& out);
  void print(const std::string& line) { out_ += line + '\n'; }
  void boot(member& target);
  /// Its present life; a name that is no member is in none.
  [[nodiscard]] raft::member_id id_of(const std::string& name) const;

  std::string& out_;
  raft::configuration founders_;
  std::map<std::string, member> members_;
  std::deque<packet> network_;
  std::set<std::pair<std::string, std::string>> cuts_;
  invariants invariants_;
  raft::timestamp now_ = std::chrono::seconds{10};
};

} // namespace hamok::script
