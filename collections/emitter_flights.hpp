#pragma once

// Events that are on their way to members, and what has been heard of them so far. Data in, data
// out.

#include "hamok/collections/emitter_results.hpp"
#include "hamok/raft/types.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace hamok {

/// An event all of whose answers are there, or were waited for long enough.
struct finished_flight {
  std::optional<std::uint64_t> caller; ///< who waits, as the owner knows it; none: nobody does
  publish_result result;
};

/// What is on its way. Nobody waits longer than its deadline, and what is under way to one member
/// is bounded by number and by bytes.
class emitter_flights {
public:
  /// On their way to one member, and from one member all told.
  static constexpr std::size_t max_per_member = 4096;
  static constexpr std::size_t max_bytes_per_member = std::size_t{32} << 20;
  static constexpr std::size_t max_flights = std::size_t{1} << 16;

  /// Begins one; its number, or none when there are too many. The members follow by `expect` or
  /// `fail`, and then `launched`; answers may come before that.
  std::optional<std::uint64_t> begin(std::optional<std::uint64_t> caller, raft::timestamp deadline);

  /// The member is sent the event, and will answer. False: it is failed instead, because too much
  /// is on its way there.
  bool expect(std::uint64_t flight, const raft::member_id& member, std::size_t bytes);
  void fail(std::uint64_t flight, const raft::member_id& member, errc reason);
  /// All members are known. Gives it when nothing is missing.
  std::optional<finished_flight> launched(std::uint64_t flight);
  /// It will never be launched. Gives its caller.
  std::optional<std::uint64_t> abandon(std::uint64_t flight);

  /// The member has answered. Gives the flight when nothing is missing any more.
  std::optional<finished_flight> answered(std::uint64_t flight, const raft::member_id& member,
                                          errc reason);
  /// The member does not answer any more. Gives all that wait for nothing else.
  std::vector<finished_flight> lost(const raft::member_id& member);
  /// Gives those whose deadline has come.
  std::vector<finished_flight> expire(raft::timestamp now);
  /// Gives the callers of all, and forgets them.
  std::vector<std::uint64_t> clear();

  /// When `expire` wants to be called; none: nothing is due.
  [[nodiscard]] std::optional<raft::timestamp> deadline() const;

private:
  struct under_way {
    std::optional<std::uint64_t> caller;
    raft::timestamp deadline{0};
    bool launched = false;
    std::map<raft::member_id, std::size_t> missing;     ///< with the bytes that were sent
    std::map<raft::member_id, errc> answers;            ///< that came before they were missed
    std::vector<std::pair<raft::member_id, errc>> ends; ///< in the order in which they came
  };
  struct load {
    std::size_t count = 0;
    std::size_t bytes = 0;
  };
  using flights = std::map<std::uint64_t, under_way>;

  void landed(const raft::member_id& member, std::size_t bytes);
  std::optional<finished_flight> finish_if_done(flights::iterator which);
  finished_flight finish(flights::iterator which);

  flights flights_;
  std::map<raft::member_id, load> loads_;
  std::set<std::pair<raft::timestamp, std::uint64_t>> deadlines_; ///< of those that are launched
  std::uint64_t last_ = 0;
};

} // namespace hamok
