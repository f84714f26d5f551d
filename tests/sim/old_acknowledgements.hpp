#pragma once

// Acknowledgements that were true when they were sent and come when they are not any more: their
// receiver leads again, in a later term, and their sender has dropped what it had acknowledged.

#include "hamok/raft/bytes.hpp"
#include "hamok/raft/messages.hpp"
#include "hamok/tests/sim/grid.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hamok::sim {

class world;

class old_acknowledgements {
public:
  explicit old_acknowledgements(world& all);

  /// Keeps `message` when it acknowledges more than was acknowledged before in the same term.
  void keep(std::size_t from, std::size_t to, const raft::message& message, const blob& bytes);

  /// Member `who` leads, and its log has grown: what is kept for it and has become untrue is on its
  /// way now, once.
  void deliver(std::size_t who);

private:
  struct acknowledgement {
    raft::term_t term = 0;
    raft::index_t match_index = 0;
    std::uint64_t chain = 0; ///< of the sender's log up to `match_index`
    blob bytes;
  };

  [[nodiscard]] bool dangerous(const acknowledgement& kept, std::size_t from, std::size_t to) const;

  world& all_;
  grid<std::vector<acknowledgement>> kept_; ///< by sender and receiver, the last of each term
};

} // namespace hamok::sim
