#pragma once

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"

namespace hamok::sim {

/// Whoever was removed knows it in the end, if it can be reached: it has left, and has no core.
class members_told final : public invariant {
public:
  const char* name() const noexcept override { return "removed members are told"; }

  void noticed(const cluster_view& all, const notice_view& notice) override {
    if (notice.what != raft::notice::joined)
      return;
    const auto& id = all.lives[notice.who].config.self;
    require(all.past.any_members_since(
                0, [&](const raft::configuration& each) { return raft::is_voter(each, id); }),
            [&] { return called(all, notice.who) + " says that it has joined, and has not"; });
  }

  void finished(const cluster_view& all) override {
    for (std::size_t who = 0; who < all.members.size(); ++who)
      require(!all.members[who].up || all.past.removed_at(all.lives[who].config.self) == 0,
              [&] { return called(all, who) + " was removed and was not told"; });
  }
};

} // namespace hamok::sim
