#pragma once

// A node's way into a cluster and out of it (consensus.md, 4 to 6): it founds one, or meets one and
// joins it; it comes back under another life when it may have forgotten what it promised; it
// leaves, or is told that it was removed. Pure, like the core beside it: `life.step(now, event) ->
// output`.

#include "hamok/raft/admission.hpp"
#include "hamok/raft/event.hpp"
#include "hamok/raft/founding.hpp"
#include "hamok/raft/joining.hpp"
#include "hamok/raft/orders.hpp"
#include "hamok/raft/storage.hpp"
#include "hamok/raft/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hamok::raft {

/// Settings of one node. The shell has validated them. With initial members it founds with those;
/// else with as many as are expected, if that is more than one; else it joins, if it has seeds;
/// else it founds alone.
struct life_config {
  std::string peer;
  std::vector<std::string> initial_members; ///< by name, with or without this one
  std::uint32_t bootstrap_expect = 1;
  bool has_seeds = false;
  /// After that long, what may have been lost is said again.
  duration patience = std::chrono::milliseconds{500};
  /// After that long, nobody takes a dead link for a living one any more.
  duration silence = std::chrono::seconds{1};
};

/// 128 random bits each: a life and a cluster that there may be.
struct fresh_ids {
  incarnation_id life;
  incarnation_id cluster;
};

// -- events -------------------------------------------------------------------------------------

/// The node starts, with what its storage holds. Memory of a new process holds nothing, so each
/// process is a new life (consensus.md, 4).
struct life_started {
  identity stored;
  bool has_base = false; ///< a core has been started from this storage
  fresh_ids ids;
};

/// What `life_output::mint` has asked for.
struct minted {
  fresh_ids ids;
};

/// A link to this life has passed the hello, which named this cluster or none.
struct peer_met {
  member_id peer;
  incarnation_id cluster;
};

/// The last link to it is gone.
struct peer_lost {
  member_id peer;
};

/// What nodes say to each other beside the algorithm: one that is in no cluster, and one that is.
using life_word = std::variant<founding_word, cluster_news>;

struct peer_told {
  member_id from;
  life_word word;
};

/// What the core shows: to be told when it was started, and then whenever its configurations, what
/// is committed of them, or its leader have changed.
struct core_seen {
  configuration latest;
  index_t latest_index = 0;
  configuration committed;
  index_t committed_index = 0;
  raft::standing standing = raft::standing::outsider;
  std::optional<member_id> leader;
};

/// The core that was asked by a `change_request` has answered.
struct change_answered {
  std::uint64_t order = 0;
  std::uint64_t attempt = 0;
  change_outcome outcome;
};

/// A node of this cluster (none: of none) has refused this one's hello, or closed the link.
struct turned_away {
  incarnation_id cluster;
  verdict reason = verdict::welcome;
};

enum class wish_kind : std::uint8_t {
  add,    ///< `member`, by name or with the life
  remove, ///< `member`, by name or with the life
  leave,  ///< this node
  join,   ///< this node, if it has left; done when it is a member
};

/// A caller wants this. Each wish has one answer.
struct wish {
  std::uint64_t id = 0; ///< below `own_order`
  wish_kind kind = wish_kind::join;
  member_id member;
  timestamp deadline = timestamp::max();
};

using life_event = std::variant<life_started, minted, peer_met, peer_lost, peer_told, core_seen,
                                change_answered, turned_away, wish, tick>;

// -- effects ------------------------------------------------------------------------------------

struct core_start {
  /// Begin anew behind this one, without anything that storage holds; none: go on from there.
  std::optional<snapshot_meta> base;
};

struct life_send {
  member_id to;
  life_word word;
};

enum class notice : std::uint8_t {
  joined,      ///< this life is a voter, and there is a leader
  rejoining,   ///< it was a member before, or an earlier life of this name was
  left,        ///< this life was removed
  quorum_lost, ///< too many voters have forgotten what they promised; wait for the operator
  conflict,    ///< founders do not agree; wait for the operator
  name_taken,  ///< another living node has this name
  not_admitted ///< the cluster refuses this node
};

[[nodiscard]] const char* to_string(notice value) noexcept;

struct life_notice {
  notice what = notice::joined;
  std::string text = {}; ///< for people
};

/// What has to be done, in the order of these fields.
struct life_output {
  bool stop_core = false;
  /// Make this durable before anything else is done. When that fails, the node takes no part.
  std::optional<identity> save;
  /// This is another life, or none for now: close all links, then say hello anew if that is one.
  bool relink = false;
  /// What `life::myself()` says, and with it what is said in a hello, has changed.
  bool myself_changed = false;
  /// These are in another cluster: close the links with `verdict::other_cluster`.
  std::vector<member_id> close;
  /// These lives were removed: close the links with `verdict::retired`, so that they are told.
  std::vector<member_id> turn_away;
  std::vector<life_send> send;
  std::optional<core_start> start_core;
  /// Give these to the core of `to`, which may be this node's own; what it answers is a
  /// `change_answered` here.
  std::vector<change_request> ask;
  std::vector<life_notice> notices;
  std::vector<order_answer> answers;
  bool mint = false;     ///< answer with `minted`, at once
  timestamp deadline{0}; ///< send a `tick` then
};

enum class life_stage : std::uint8_t {
  resting,  ///< not started, or it has left: it takes no part
  founding, ///< in no cluster: it founds one, or waits to meet one
  minting,  ///< between two lives
  inside,   ///< its core runs, be it a member already or not
};

/// One node's life, or one after another. Thread safety: none.
class life {
public:
  static constexpr std::uint64_t own_order = ~std::uint64_t{0};

  explicit life(life_config config);

  /// Takes one event and says what has to be done about it. `life_started` comes first, and again
  /// after each start of the node. When it is stopped, feed nothing but that.
  [[nodiscard]] life_output step(timestamp now, life_event ev);

  [[nodiscard]] life_stage stage() const noexcept { return stage_; }
  [[nodiscard]] const raft::identity& identity() const noexcept { return identity_; }
  /// What this life is to the cluster.
  [[nodiscard]] raft::standing standing() const noexcept;
  /// What this node says of itself in a hello.
  [[nodiscard]] newcomer myself() const;
  /// What it judges the hello of others by.
  [[nodiscard]] admission_view admission() const;
  /// Whether messages of the algorithm from this peer may reach the core.
  [[nodiscard]] bool admits(const member_id& peer) const;
  /// While it founds: whom it waits for, for status and logs.
  [[nodiscard]] std::vector<std::string> missing() const;

private:
  // life.cpp: events
  void on(life_started&& ev);
  void on(minted&& ev);
  void on(const peer_met& ev);
  void on(const peer_lost& ev);
  void on(peer_told&& ev);
  void on(core_seen&& ev);
  void on(const change_answered& ev);
  void on(const turned_away& ev);
  void on(wish&& ev);
  void on(const tick&);
  void heard(const member_id& from, const founding_word& word);
  void heard(const member_id& from, const cluster_news& news);
  [[nodiscard]] cluster_news make_news() const;
  void send_word(const member_id& to);
  void repeat();
  [[nodiscard]] timestamp deadline() const;

  // life_stages.cpp: from one stage to the next
  void begin_founding(const incarnation_id& proposal, std::optional<founding_list> accepted);
  void perform(const founding_output& out);
  void found();
  void meet_cluster(const member_id& from, const cluster_news& news);
  [[nodiscard]] bool comes_back() const noexcept;
  void enter(const cluster_news& news);
  void take_new_life();
  void come_back();
  void leave(const wish& ev);
  void be_removed();
  void have_left();
  void rest();
  void begin_inside(core_start start);
  void save();

  // life_members.cpp: what a node inside a cluster watches over
  void look_around();
  void drive_own_order();
  void own_order_answered(const order_answer& answer);
  void refused(change_refusal reason);
  [[nodiscard]] const configuration& committed_known() const noexcept;
  void answer_orders();
  void tell_rejoining(const configuration& members);
  void tell_joined();
  void tell_quorum_lost();
  void tell_name_taken();
  [[nodiscard]] bool is_settled() const;
  [[nodiscard]] bool wants_in() const;
  void tell(notice what, std::string text = {});
  void answer(std::uint64_t id, order_result result);
  void answer_joins(order_result result);

  struct waiting_join {
    std::uint64_t id;
    timestamp deadline;
  };

  life_config config_;
  raft::identity identity_;
  life_stage stage_ = life_stage::resting;
  timestamp now_{0};
  std::optional<founding> founding_;
  neighbours neighbours_;
  orders orders_;
  std::vector<waiting_join> joins_;
  std::vector<std::uint64_t> leaves_; ///< wishes to leave that are pending
  incarnation_id home_;               ///< the cluster that the life being minted comes back to
  std::optional<cluster_news> next_;  ///< what the life that is being minted joins
  std::vector<spent_life> spent_;     ///< what it knows, should it found
  core_seen core_;                    ///< what was seen last
  bool core_is_seen_ = false;         ///< since it was started
  bool was_member_ = false;           ///< this life
  bool joined_told_ = false;
  bool rejoining_told_ = false;
  configuration heard_; ///< the newest committed configuration that others told
  index_t heard_index_ = 0;
  configuration known_; ///< the newest that this node knows, committed or not
  std::optional<timestamp> lost_since_;
  std::vector<member_id> lost_told_; ///< the last `quorum_lost`
  std::string conflict_told_;
  timestamp own_order_at_{0}; ///< when to ask to be let in again
  std::optional<change_refusal> refusal_told_;
  std::optional<timestamp> name_taken_since_; ///< the first of the refusals that go on
  timestamp name_taken_last_{0};
  bool twin_told_ = false; ///< of these
  timestamp repeat_at_{0};
  life_output out_;
};

} // namespace hamok::raft
