#pragma once

// Operations whose callers would rather wait than be told that there is nothing for them: kept out
// of the log until the state of this member says that they may find something. Data in, data out:
// no actor, no clock.

#include "hamok/actors/interfaces/error.hpp"
#include "hamok/collections/proposer.hpp"
#include "hamok/collections/state_machine_state.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace hamok {

/// Nobody asks again and again. Who waits is let go in the order of arrival, and no more of them at
/// once than the state has something for; the proposer brings them into the log as any operation.
/// Whoever finds nothing there, because another member was faster, waits again at his old place.
///
/// Who waits here is in no log, so whatever he is told at his end, his operation cannot have
/// happened and never will. Who is on the way stays there beyond the end of his wait, for `grace`
/// at the most, if his operation may be in a log: so that what was taken for him finds him.
class waiting_room {
public:
  struct visitor {
    std::uint64_t ticket = 0;
    blob command;
    raft::timestamp deadline{0}; ///< of the wait
    raft::duration grace{0};
  };

  waiting_room(std::size_t max_waiting, std::size_t max_bytes)
      : max_waiting_(max_waiting),
        max_bytes_(max_bytes) {}

  /// Lets him in, or says `overloaded`.
  errc enter(visitor who);

  /// The next one whose turn it is, if any: he is on the way from now on, until `returned`.
  [[nodiscard]] std::optional<visitor> leave(const state_machine& machine);

  /// His operation has ended with `answer`. True: he has found nothing and waits again.
  [[nodiscard]] bool returned(const proposer_answer& answer, raft::timestamp now);

  /// Takes out those for whom `gone(ticket)`.
  template <class Predicate>
  void sweep(Predicate gone, proposer_output& out) {
    for (auto i = waiting_.begin(); i != waiting_.end();)
      i = gone(i->second.ticket) ? end_wait(i, errc::request_timeout, out) : std::next(i);
  }

  /// Tells those whose time is over that there was nothing.
  void expire(raft::timestamp now, proposer_output& out);

  /// Ends every wait with `reason`; who is on the way is not concerned.
  void dismiss(errc reason, proposer_output& out);

  /// When `expire` wants to be called.
  [[nodiscard]] raft::timestamp deadline() const noexcept {
    return deadlines_.empty() ? never : deadlines_.begin()->first;
  }

  /// How many wait here.
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
  /// Nobody waits, and nobody is on the way.
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty() && away_.empty(); }

private:
  using arrival = std::uint64_t;
  using waiting_map = std::map<arrival, visitor>;

  void settle(arrival place, visitor who);
  waiting_map::iterator take_out(waiting_map::iterator which);
  waiting_map::iterator end_wait(waiting_map::iterator which, errc reason, proposer_output& out);

  std::size_t max_waiting_;
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  arrival next_ = 0;
  waiting_map waiting_;
  std::set<std::pair<raft::timestamp, arrival>> deadlines_;   ///< of those who wait
  std::map<std::uint64_t, std::pair<arrival, visitor>> away_; ///< by ticket
};

} // namespace hamok
