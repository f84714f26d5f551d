// Wishes about the members and what their callers are told (consensus.md, 6 and 10).

#include "hamok/raft/orders.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/builders.hpp"

#include <ostream>
#include <vector>

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace hamok::raft {

std::ostream& operator<<(std::ostream& out, const order_answer& value) {
  return out << value.id << ": " << static_cast<int>(value.result) << ' '
             << (value.reason ? to_string(*value.reason) : "-");
}

} // namespace hamok::raft

namespace {

constexpr auto patience = 100ms;

change_outcome begun(index_t index, member_id member = {}) {
  return {{}, false, index, std::move(member), {}};
}

/// Whom it is about is no member in the configuration of this index, which is committed.
change_outcome gone(index_t index, member_id member) {
  return {{}, true, index, std::move(member), {}};
}

change_outcome refused(change_refusal reason, std::optional<member_id> leader = {}) {
  return {reason, false, 0, {}, std::move(leader)};
}

/// Member 1 of a cluster of 1 to 3, all linked, and its wishes.
struct wishes {
  wishes() {
    view.self = id(1);
    view.committed = {ids(1, 3), {}, {}};
    view.linked = {{id(2), 0}, {id(3), 0}};
  }

  void wish(change_kind kind, member_id member, timestamp deadline = timestamp::max()) {
    REQUIRE(part.add({7, {kind, std::move(member), 0}, deadline}));
  }
  /// Time goes on; the requests of this look.
  std::vector<change_request> look(duration later = 0ms) {
    now += later;
    std::vector<change_request> ask;
    part.advance(view, now, ask, answers);
    if (!ask.empty())
      last = ask.back();
    return ask;
  }
  void answer(const change_outcome& outcome) {
    part.answered(last.order, last.attempt, outcome, now);
  }

  orders part{patience};
  order_view view;
  timestamp now{0};
  change_request last;
  std::vector<order_answer> answers;
};

const std::vector<order_answer> done{{7, order_result::done, {}}};
const std::vector<order_answer> unknown{{7, order_result::unknown, {}}};

/// Of a name, and not one life or another.
member_id named(unsigned n) {
  return {id(n).peer, {}};
}

/// The next life of member 2.
const member_id next_life{id(2).peer, {7, 7}};
const configuration with_next_life{{id(1), next_life, id(3)}, {}, {}};
const configuration without_two{{id(1), id(3)}, {}, {}};

} // namespace

TEST_CASE("the leader is asked, and the committed configuration is the answer") {
  wishes w;
  w.view.leader = id(3);
  w.wish(change_kind::remove, id(2));
  const auto ask = w.look();
  REQUIRE(ask.size() == 1);
  CHECK(ask[0].to == id(3));
  CHECK(ask[0].what.member == id(2));
  w.answer(begun(10));
  CHECK(w.look().empty());
  w.view.committed = {{id(1), id(3)}, ids(1, 3), {}};
  w.view.committed_index = 10;
  w.look();
  CHECK(w.answers.empty()); // joint: not yet
  w.view.committed = {{id(1), id(3)}, {}, {}};
  w.view.committed_index = 11;
  w.look();
  CHECK(w.answers == done);
  CHECK(w.part.deadline() == timestamp::max());
}

TEST_CASE("a leader of which a member tells is asked next, but not in a circle") {
  wishes w;
  w.wish(change_kind::add, id(4));
  CHECK(w.look().at(0).to == id(2));
  w.answer(refused(change_refusal::not_leader, id(3)));
  CHECK(w.look().at(0).to == id(3));
  w.answer(refused(change_refusal::not_leader, id(2)));
  CHECK(w.look().at(0).to == id(2));
  w.answer(refused(change_refusal::not_leader, id(3)));
  CHECK(w.look().empty());
  CHECK(w.look(patience).size() == 1);
}

TEST_CASE("a leader that was named before it was linked is asked as soon as it is") {
  wishes w;
  w.view.linked = {{id(2), 0}};
  w.wish(change_kind::add, id(4));
  CHECK(w.look().at(0).to == id(2));
  w.answer(refused(change_refusal::not_leader, id(3)));
  while (!w.look().empty()) // it is asked as often as hops are followed
    w.answer(refused(change_refusal::not_leader, id(3)));
  w.view.linked.push_back({id(3), 0});
  const auto ask = w.look();
  REQUIRE(ask.size() == 1);
  CHECK(ask[0].to == id(3));
}

TEST_CASE("a member that leads asks itself") {
  wishes w;
  w.view.leader = id(1);
  w.wish(change_kind::remove, id(2));
  CHECK(w.look().at(0).to == id(1));
}

TEST_CASE("what cannot be done now is asked for again") {
  for (const auto reason :
       {change_refusal::busy, change_refusal::not_ready, change_refusal::transferring,
        change_refusal::quorum_at_risk, change_refusal::name_taken}) {
    wishes w;
    w.wish(change_kind::add, id(4));
    w.look();
    w.answer(refused(reason));
    CHECK(w.look().empty());
    CHECK(w.look(patience).size() == 1);
    CHECK(w.answers.empty());
  }
}

TEST_CASE("what has begun is asked for again, since it can vanish with its leader") {
  wishes w;
  w.view.leader = id(3);
  w.wish(change_kind::add, id(4));
  w.look();
  w.answer(begun(10));
  CHECK(w.look(patience).empty());
  CHECK(w.look(patience).size() == 1);
  w.answer(begun(10));
  w.view.leader = id(2);
  CHECK(w.look().at(0).to == id(2));
}

TEST_CASE("a final refusal is certain when no attempt is in doubt") {
  wishes w;
  w.wish(change_kind::remove, id(2));
  w.look();
  w.answer(refused(change_refusal::last_voter));
  w.look();
  CHECK(w.answers
        == std::vector<order_answer>{{7, order_result::refused, change_refusal::last_voter}});
}

TEST_CASE("consensus.md, 10: a final refusal after an attempt without an answer is in doubt") {
  wishes w;
  w.wish(change_kind::add, id(4));
  w.look();
  REQUIRE(w.look(patience).size() == 1); // the first answer is lost
  w.answer(refused(change_refusal::too_many));
  w.look();
  CHECK(w.answers
        == std::vector<order_answer>{{7, order_result::unknown, change_refusal::too_many}});
}

TEST_CASE("consensus.md, 10: what a caller is told when its time is up") {
  wishes w;
  SECTION("nobody was asked") {
    w.view.linked.clear();
    w.wish(change_kind::remove, id(2), 50ms);
    w.look();
    w.look(50ms);
    CHECK(w.answers == std::vector<order_answer>{{7, order_result::refused, {}}});
  }
  SECTION("everybody refused") {
    w.wish(change_kind::remove, id(2), 50ms);
    w.look();
    w.answer(refused(change_refusal::busy));
    w.look(50ms);
    CHECK(w.answers == std::vector<order_answer>{{7, order_result::refused, change_refusal::busy}});
  }
  SECTION("somebody has not answered") {
    w.wish(change_kind::remove, id(2), 50ms);
    w.look();
    w.look(50ms);
    CHECK(w.answers == std::vector<order_answer>{{7, order_result::unknown, {}}});
  }
  SECTION("the link to who was asked is gone") {
    w.wish(change_kind::remove, id(3), 50ms);
    w.look();
    w.view.linked = {{id(3), 0}};
    CHECK(w.look().at(0).to == id(3));
    w.answer(refused(change_refusal::busy));
    w.look(50ms);
    CHECK(w.answers == std::vector<order_answer>{{7, order_result::unknown, change_refusal::busy}});
  }
  SECTION("it has begun") {
    w.wish(change_kind::remove, id(2), 50ms);
    w.look();
    w.answer(begun(10));
    w.look(50ms);
    CHECK(w.answers == std::vector<order_answer>{{7, order_result::unknown, {}}});
  }
  CHECK_FALSE(w.part.has(7));
}

TEST_CASE("an answer to an earlier attempt does not count") {
  wishes w;
  w.wish(change_kind::add, id(4));
  w.look();
  const auto first = w.last;
  w.look(patience);
  w.part.answered(first.order, first.attempt, refused(change_refusal::retired), w.now);
  w.look();
  CHECK(w.answers.empty());
}

TEST_CASE("a removal by name that has begun sticks to the life that had it") {
  wishes w;
  w.view.leader = id(3);
  w.wish(change_kind::remove, named(2));
  CHECK(w.look().at(0).what.member == id(2));
  w.answer(begun(10, id(2)));
  w.view.committed = with_next_life;
  w.view.committed_index = 20;
  CHECK(w.look().empty());
  CHECK(w.answers == done);
}

TEST_CASE("a removal by a name that is not known here is resolved by the leader") {
  wishes w;
  w.wish(change_kind::remove, {"n9", {}});
  CHECK(w.look().at(0).what.member.incarnation.none());
  SECTION("who has it") {
    w.answer(begun(10, id(9)));
    w.look();
    CHECK(w.answers.empty()); // this configuration is older than the removal
    w.view.committed_index = 10;
    w.look();
    CHECK(w.answers == done);
  }
  SECTION("nobody has it") {
    w.answer(refused(change_refusal::no_such_member));
    w.look();
    CHECK(w.answers
          == std::vector<order_answer>{{7, order_result::refused, change_refusal::no_such_member}});
  }
  SECTION("somebody who has it is found here before the leader is") {
    w.answer(refused(change_refusal::not_leader));
    w.view.committed.voters.push_back(id(9));
    CHECK(w.look(patience).at(0).what.member == id(9));
  }
}

TEST_CASE("a removal by name is of the present life, also where an earlier one is known yet") {
  wishes w;
  w.view.leader = id(3);
  w.view.committed_index = 20;
  w.wish(change_kind::remove, named(2));
  CHECK(w.look().at(0).what.member == id(2));
  SECTION("the leader says so") {
    w.answer(gone(30, id(2)));
    const auto ask = w.look(patience);
    REQUIRE(ask.size() == 1);
    CHECK(ask[0].what.member == named(2));
    CHECK(w.answers.empty());
    SECTION("and removes it") {
      w.answer(begun(31, next_life));
      w.view.committed = with_next_life;
      w.view.committed_index = 30;
      CHECK(w.look(2 * patience).at(0).what.member == next_life);
      CHECK(w.answers.empty());
      w.view.committed = without_two;
      w.view.committed_index = 32;
      w.look();
      CHECK(w.answers == done);
    }
    SECTION("and that it is a later one still, which it begins to remove") {
      w.answer(refused(change_refusal::not_leader));
      w.view.committed = with_next_life;
      w.view.committed_index = 30;
      CHECK(w.look(patience).at(0).what.member == next_life);
      w.answer(gone(40, next_life));
      w.view.committed = without_two;
      w.view.committed_index = 35;
      CHECK(w.look(patience).at(0).what.member == named(2));
      w.answer(begun(41, {id(2).peer, {8, 8}}));
      w.look();
      CHECK(w.answers.empty());
      w.view.committed_index = 41;
      w.look();
      CHECK(w.answers == done);
    }
    SECTION("and begins to remove it, where nobody of that name is known here") {
      w.answer(begun(31, next_life));
      w.view.committed = without_two;
      w.view.committed_index = 30;
      w.look();
      CHECK(w.answers.empty()); // the entry can vanish with its leader
      w.view.committed_index = 31;
      w.look();
      CHECK(w.answers == done);
    }
    SECTION("and nobody has the name any more") {
      w.answer(refused(change_refusal::no_such_member));
      w.look();
      CHECK(w.answers == done);
    }
  }
  SECTION("the log has caught up before the leader says so") {
    w.view.committed = with_next_life;
    w.view.committed_index = 30;
    CHECK(w.look().empty());
    CHECK(w.answers.empty());
    w.answer(gone(30, id(2)));
    CHECK(w.look(patience).at(0).what.member == next_life);
    CHECK(w.answers.empty());
  }
  SECTION("the log comes by a time when nobody had the name") {
    w.view.committed = without_two;
    w.view.committed_index = 25;
    CHECK(w.look().empty());
    CHECK(w.answers.empty());
    w.answer(gone(30, id(2)));
    CHECK(w.look(patience).at(0).what.member == named(2));
    CHECK(w.answers.empty());
  }
}

TEST_CASE("consensus.md, 10: a removal by name does not go on to the next life after a doubt") {
  wishes w;
  w.view.leader = id(3);
  w.view.committed_index = 20;
  w.wish(change_kind::remove, named(2));
  w.look();
  CHECK(w.look(patience).at(0).what.member == id(2)); // the first answer is lost
  w.answer(gone(30, id(2)));
  w.look(patience);
  CHECK(w.answers.empty());
  CHECK(w.last.what.member == id(2));
  SECTION("somebody has the name again") {
    w.view.committed = with_next_life;
    w.view.committed_index = 30;
    w.look();
    CHECK(w.answers == unknown);
  }
  SECTION("nobody has it any more") {
    w.view.committed = without_two;
    w.view.committed_index = 30;
    w.look();
    CHECK(w.answers == done);
  }
  SECTION("what is known here is older than that") {
    w.view.committed = without_two;
    w.view.committed_index = 29;
    w.look();
    CHECK(w.answers.empty());
  }
}

TEST_CASE("consensus.md, 10: a removal of whoever has a name is asked for once") {
  wishes w;
  w.view.leader = id(3);
  w.wish(change_kind::remove, {"n9", {}});
  w.look();
  CHECK(w.look(patience).empty());
  // Whom it may have hit is not known, so whoever has the name now may be the next.
  w.view.committed.voters.push_back(id(9));
  w.view.committed_index = 20;
  CHECK(w.look(patience).empty());
  SECTION("the answer is late") {
    const member_id life_before{id(9).peer, {8, 8}};
    w.answer(begun(30, life_before));
    CHECK(w.look(2 * patience).at(0).what.member == life_before);
  }
  SECTION("the answer will not come") {
    w.view.linked = {{id(2), 0}};
    CHECK(w.look().empty());
    CHECK(w.answers == unknown);
  }
}

TEST_CASE("a name is looked up in what may be old, for the leader knows better") {
  wishes w;
  w.wish(change_kind::remove, named(2));
  CHECK(w.look().at(0).what.member == id(2));
  w.answer(refused(change_refusal::not_leader, id(3)));
  CHECK(w.look().at(0).what.member == id(2));
}

TEST_CASE("a learner has its name to itself, unless there is a voter of that name") {
  wishes w;
  w.view.committed.learners = {id(4), next_life};
  w.wish(change_kind::remove, named(2));
  CHECK(w.look().at(0).what.member == id(2));
  w.part.cancel(7);
  w.wish(change_kind::remove, named(4));
  CHECK(w.look().at(0).what.member == id(4));
}

TEST_CASE("an addition by name waits until somebody of that name is linked") {
  wishes w;
  w.wish(change_kind::add, {"n4", {}});
  CHECK(w.look().empty());
  w.view.linked.push_back({id(4), 17});
  const auto ask = w.look(patience);
  REQUIRE(ask.size() == 1);
  CHECK(ask[0].what.member == id(4));
  CHECK(ask[0].what.born_after == 17);
}

TEST_CASE("an old configuration is no sign that a wish is fulfilled") {
  wishes w;
  w.wish(change_kind::remove, id(9));
  CHECK(w.look().size() == 1); // whom this member does not know yet
  CHECK(w.answers.empty());
  w.answer({{}, true, 30, id(9), {}});
  w.look();
  CHECK(w.answers == done); // the leader knows
}

TEST_CASE("wishes are bounded") {
  orders part{patience};
  for (std::uint64_t n = 0; n < orders::max_pending; ++n)
    REQUIRE(part.add({n, {change_kind::add, id(4), 0}}));
  CHECK_FALSE(part.add({1000, {change_kind::add, id(4), 0}}));
  part.cancel(3);
  CHECK_FALSE(part.add({4, {change_kind::add, id(4), 0}}));
  CHECK(part.add({1000, {change_kind::add, id(4), 0}}));
}
