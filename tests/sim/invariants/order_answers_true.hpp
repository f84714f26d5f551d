#pragma once

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/invariant.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace hamok::sim {

/// What a caller is told about its wish is true (consensus.md, 10): done, when a committed
/// configuration has shown it since, or the removal of who had the name was begun; refused, when
/// nobody has begun it because of this wish, nor ever will. Each wish is answered once.
class order_answers_true final : public invariant {
public:
  const char* name() const noexcept override { return "answers to wishes are true"; }

  void wished(const cluster_view& all, const wish_view& wish) override {
    pending_[wish.what->id] = {*wish.what, all.past.members_index_at(all.past.last_index())};
  }

  void asked(const cluster_view& all, const asked_view& asked) override {
    if (asked.outcome->refused || asked.order == raft::life::own_order)
      return;
    // That one life of a name is gone already says nothing about the name.
    const auto found = pending_.find(asked.order);
    if (asked.outcome->done && found != pending_.end() && may_be_by_name(found->second.what))
      return;
    begun_.insert(asked.order);
    require(!refused_.contains(asked.order), [&] {
      return "a wish of " + called(all, asked.who) + " is begun, which it was told is refused";
    });
  }

  void answered(const cluster_view& all, const answer_view& answer) override {
    const auto found = pending_.find(answer.answer.id);
    require(found != pending_.end(),
            [&] { return called(all, answer.who) + " answers a wish that nobody waits for"; });
    const auto [wish, since] = found->second;
    pending_.erase(found);
    if (answer.answer.result == raft::order_result::refused) {
      refused_.insert(wish.id);
      require(!begun_.contains(wish.id), [&] {
        return called(all, answer.who) + " says that a wish is refused which was begun";
      });
    } else if (answer.answer.result == raft::order_result::done) {
      require(is_done(all, answer.who, wish, since), [&] {
        return called(all, answer.who) + " says that a wish about '" + wish.member.peer
               + "' is done, which it is not";
      });
    }
  }

private:
  using members = raft::configuration;

  static bool is_by_name(const raft::wish& wish) {
    return wish.kind == raft::wish_kind::remove && wish.member.incarnation.none();
  }

  /// Who leaves before it has come in may mean an earlier life of its name.
  static bool may_be_by_name(const raft::wish& wish) {
    return is_by_name(wish) || wish.kind == raft::wish_kind::leave;
  }

  bool is_done(const cluster_view& all, std::size_t who, const raft::wish& wish,
               raft::index_t since) {
    const auto& self = all.lives[who].config.self;
    const auto& named = wish.member;
    const auto is_meant = [&](const raft::member_id& id) {
      return named.incarnation.none() ? id.peer == named.peer : id == named;
    };
    switch (wish.kind) {
    case raft::wish_kind::join:
      return all.past.any_members_since(
          0, [&](const members& each) { return raft::is_voter(each, self); });
    case raft::wish_kind::leave:
      return all.past.any_members_since(
          since, [&](const members& each) { return !raft::is_member(each, self); });
    case raft::wish_kind::add:
      return all.past.any_members_since(since, [&](const members& each) {
        return each.outgoing.empty() && std::ranges::any_of(each.voters, is_meant);
      });
    case raft::wish_kind::remove:
      return (is_by_name(wish) && begun_.contains(wish.id))
             || all.past.any_members_since(since, [&](const members& each) {
                  return std::ranges::none_of(raft::others(each, {}), is_meant);
                });
    }
    return false;
  }

  struct pending_wish {
    raft::wish what;
    raft::index_t since = 0; ///< of the configuration in force then
  };

  std::map<std::uint64_t, pending_wish> pending_;
  std::set<std::uint64_t> begun_;
  std::set<std::uint64_t> refused_;
};

} // namespace hamok::sim
