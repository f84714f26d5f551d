#pragma once

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"

#include <set>

namespace hamok::sim {

/// Who has lost what it had promised is another life from then on: the old one never says anything
/// again, nor does it begin (consensus.md, 4).
class lives_do_not_forget final : public invariant {
public:
  const char* name() const noexcept override { return "a life that forgets is over"; }

  void forgotten(const cluster_view&, std::size_t who) override { forgotten_.insert(who); }

  void saved(const cluster_view& all, const save_view& save) override {
    const auto self = all.lives.number_of(save.now->self);
    require(self == save.who && !all.lives[self].gone && !forgotten_.contains(self), [&] {
      return called(all, save.who) + " takes itself for " + called(all, self) + ", whose life is "
             + "over or another one's";
    });
  }

  void core_begins(const cluster_view& all, const begin_view& begin) override {
    check(all, begin.who);
  }

  void sending(const cluster_view& all, const send_view& send) override { check(all, send.who); }

private:
  void check(const cluster_view& all, std::size_t who) const {
    require(!forgotten_.contains(who),
            [&] { return called(all, who) + " goes on although it has forgotten everything"; });
  }

  std::set<std::size_t> forgotten_;
};

} // namespace hamok::sim
