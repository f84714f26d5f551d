#pragma once

// Changes of the members that were wished for on this member, until the committed configuration
// shows them (consensus.md, 6 and 10). The leader is asked, again and again, because answers can be
// lost, leaders change, and what has only been appended can vanish; asking twice changes nothing
// (`plan_change`).

#include "hamok/raft/event.hpp"
#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hamok::raft {

/// One wish. The member may be without an incarnation: for an addition whoever of that name is
/// linked, for a removal whoever has that name. Such a removal is done when nobody has the name any
/// more, or when a leader has begun the removal of the life that had it. It never goes on to the
/// next life of that name where it may have removed one: then it is unknown what it has done.
struct order {
  std::uint64_t id = 0;
  member_change what;
  timestamp deadline = timestamp::max(); ///< `max()`: none
};

enum class order_result : std::uint8_t {
  done,
  refused, ///< it has not happened, and will not because of this wish
  unknown, ///< it may have happened, or yet happen
};

struct order_answer {
  std::uint64_t id = 0;
  order_result result = order_result::done;
  /// The last refusal; none: nobody who could have done it has answered.
  std::optional<change_refusal> reason = {};

  friend bool operator==(const order_answer&, const order_answer&) = default;
};

/// To be given to the core of `to`, which may be this very member. The `change_outcome` comes back
/// with `order` and `attempt`.
struct change_request {
  member_id to;
  std::uint64_t order = 0;
  std::uint64_t attempt = 0;
  member_change what;
};

/// Somebody of this cluster who can be asked, and who may be wished for.
struct order_target {
  member_id member;
  index_t born_after = 0;
};

/// What wishes are held against.
struct order_view {
  member_id self;
  configuration committed;
  index_t committed_index = 0;
  std::optional<member_id> leader;
  std::vector<order_target> linked; ///< lives of this cluster that are linked, without this member
};

/// All wishes of one life. Thread safety: none.
class orders {
public:
  static constexpr std::size_t max_pending = 64;

  /// `patience` is how long an answer may take.
  explicit orders(duration patience) : patience_(patience) {}

  /// False when there are too many, or one has this id.
  [[nodiscard]] bool add(order wish);
  void cancel(std::uint64_t id);
  [[nodiscard]] bool has(std::uint64_t id) const noexcept;
  /// Whether somebody has begun what is wished for.
  [[nodiscard]] bool accepted(std::uint64_t id) const noexcept;

  /// An answer has come. It counts if it is to the last attempt.
  void answered(std::uint64_t id, std::uint64_t attempt, const change_outcome& outcome,
                timestamp now);

  /// Looks at all wishes; to be called whenever anything has changed. Wishes that are answered are
  /// gone.
  void advance(const order_view& view, timestamp now, std::vector<change_request>& ask,
               std::vector<order_answer>& answers);
  /// Gives up all wishes, because this life belongs to no cluster any more. Whoever wished it to be
  /// removed has what was wished for; of a mere name, another life may still be a member.
  void close(const member_id& self, const configuration& committed,
             std::vector<order_answer>& answers);
  /// When `advance` has something to do at the latest.
  [[nodiscard]] timestamp deadline() const noexcept;

private:
  struct pending {
    order wish;
    std::uint64_t attempt = 0;
    std::optional<member_id> asked;   ///< whose answer to the last attempt is awaited
    std::optional<member_id> leader;  ///< whom that answer named
    std::optional<member_id> awaited; ///< a leader that was named, and was not linked
    timestamp next{0};                ///< for the next attempt
    unsigned hops = 0;                ///< attempts in a row that followed such a name
    std::optional<index_t> begun;     ///< the entry that began it
    bool by_name = false;             ///< a removal of whoever has that name
    std::optional<index_t> gone_at;   ///< where the life that had the name was not a member
    bool was_open = false;            ///< a committed configuration did not show it
    bool name_was_taken = false;      ///< by another life, which is gone
    bool doubtful = false;            ///< an attempt went without an answer
    std::optional<change_refusal> refused;
    std::optional<order_result> result;
  };

  [[nodiscard]] const pending* find(std::uint64_t id) const noexcept;
  /// Whether it is not known yet which life it is about.
  [[nodiscard]] static bool is_unbound(const pending& one) noexcept;
  static void bind(pending& one, const order_view& view);
  [[nodiscard]] static std::optional<order_result> shown(const pending& one,
                                                         const order_view& view);
  void find_another(pending& one, index_t index, timestamp now) const;
  [[nodiscard]] bool waits_for_name(pending& one, const order_view& view, timestamp now) const;
  void refuse(pending& one, const change_outcome& outcome, timestamp now);
  void look_at(pending& one, const order_view& view, timestamp now) const;
  [[nodiscard]] static order_result result_without(const pending& one) noexcept;
  void ask(pending& one, const order_view& view, timestamp now,
           std::vector<change_request>& out) const;

  duration patience_;
  std::vector<pending> pending_;
  std::optional<member_id> leader_; ///< at the last look
};

} // namespace hamok::raft
