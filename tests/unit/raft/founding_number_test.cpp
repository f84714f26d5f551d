// Founders that are expected by number (consensus.md, 5).

#include "hamok/raft/founding.hpp"
#include "hamok/raft/random.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/builders.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

constexpr incarnation_id cluster{9, 9};

founding_word sees(std::vector<member_id> seen) {
  return {3, std::move(seen), {}, {}};
}

founding_word accepted(const incarnation_id& of, std::vector<member_id> founders,
                       std::vector<member_id> by) {
  return {3, {}, founding_list{of, std::move(founders), std::move(by)}, {}};
}

founding expecting_three(unsigned n) {
  return {id(n), 3u, {5, n}, std::nullopt};
}

/// Nodes that expect founders, on a network that links and parts them and loses words. Nobody
/// forgets.
class world {
public:
  world(std::uint64_t seed, std::size_t nodes, std::uint32_t expect)
      : random_(seed),
        expect_(expect) {
    for (unsigned n = 1; n <= nodes; ++n)
      begin(id(n), {});
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i)
      step();
  }

  void heal() {
    for (int round = 0; round < 30; ++round) {
      for (std::size_t a = 0; a < nodes_.size(); ++a)
        for (std::size_t b = 0; b < nodes_.size(); ++b)
          meet(nodes_[a], nodes_[b]);
      while (!words_.empty())
        deliver(0);
      for (auto& x : nodes_)
        perform(x, x.part->again());
    }
  }

  std::set<incarnation_id> founded;
  std::size_t reborn = 0;

private:
  struct node {
    member_id self;
    std::optional<founding> part;
    std::set<member_id> links;
  };
  struct letter {
    member_id from;
    member_id to;
    founding_word word;
  };

  void begin(const member_id& self, const std::vector<spent_life>& spent) {
    auto found = std::ranges::find(nodes_, self.peer, [](const node& x) { return x.self.peer; });
    if (found == nodes_.end())
      found = nodes_.emplace(nodes_.end());
    found->self = self;
    found->part.emplace(self, expect_, incarnation_id{random_.next(), 1}, std::nullopt, spent);
    perform(*found, found->part->start());
  }

  void meet(node& a, node& b) {
    if (&a == &b || !a.links.insert(b.self).second)
      return;
    b.links.insert(a.self);
    words_.push_back({a.self, b.self, a.part->word()});
    words_.push_back({b.self, a.self, b.part->word()});
  }

  void cut(node& a, const member_id& b) {
    if (a.links.erase(b) > 0)
      a.part->lost(b);
  }

  void perform(node& x, const founding_output& out) {
    REQUIRE(out.conflict.empty()); // nobody has forgotten
    for (const auto& to : out.tell)
      words_.push_back({x.self, to, x.part->word()});
    if (out.founded)
      founded.insert(x.part->list()->cluster);
    if (!out.dead)
      return;
    ++reborn;
    REQUIRE_FALSE(x.part->founded());
    const auto spent = x.part->spent();
    for (auto& other : nodes_)
      cut(other, x.self);
    x.links.clear();
    begin({x.self.peer, {random_.next(), 2}}, spent);
  }

  void deliver(std::size_t position) {
    const auto taken = words_[position];
    words_.erase(words_.begin() + static_cast<std::ptrdiff_t>(position));
    for (auto& x : nodes_)
      if (x.self == taken.to && x.links.contains(taken.from))
        return perform(x, x.part->told(taken.from, taken.word));
  }

  void step() {
    auto& a = nodes_[random_.next() % nodes_.size()];
    auto& b = nodes_[random_.next() % nodes_.size()];
    const auto dice = random_.next() % 100;
    if (dice < 25) {
      meet(a, b);
    } else if (dice < 30) {
      cut(a, b.self);
      cut(b, a.self);
    } else if (dice < 35) {
      perform(a, a.part->again());
    } else if (!words_.empty()) {
      const auto position = random_.next() % words_.size();
      if (dice < 40)
        words_.erase(words_.begin() + static_cast<std::ptrdiff_t>(position));
      else
        deliver(position);
    }
  }

  random_source random_;
  std::uint32_t expect_;
  std::vector<node> nodes_;
  std::vector<letter> words_;
};

} // namespace

TEST_CASE("nobody proposes before as many as expected know each other") {
  auto part = expecting_three(1);
  CHECK_FALSE(part.start().save);
  CHECK(part.told(id(2), sees({id(1)})).tell == ids(2, 2));
  CHECK_FALSE(part.told(id(3), sees({id(1)})).save); // 2 and 3 do not see each other
  CHECK_FALSE(part.told(id(2), sees({id(1), id(3)})).save);
  CHECK(part.word() == sees({id(2), id(3)}));
  const auto out = part.told(id(3), sees({id(1), id(2)}));
  REQUIRE(out.save);
  CHECK(out.save->founders == ids(1, 3));
  CHECK(out.tell == ids(2, 3));
}

TEST_CASE("the smallest of the first group proposes, others wait for it") {
  auto part = expecting_three(2);
  static_cast<void>(part.start());
  static_cast<void>(part.told(id(3), sees({id(1), id(2), id(4)})));
  // 1 was not met, but 3 and 4 see it: the group of 1, 3 and 4 comes first.
  CHECK_FALSE(part.told(id(4), sees({id(1), id(2), id(3)})).save);
  const auto out = part.told(id(3), sees({id(2), id(4)}));
  REQUIRE(out.save);
  CHECK(out.save->founders == ids(2, 4));
}

TEST_CASE("whoever has accepted a list is counted in no other") {
  auto part = expecting_three(1);
  static_cast<void>(part.start());
  static_cast<void>(part.told(id(2), sees({id(1), id(3), id(4)})));
  static_cast<void>(part.told(id(3), accepted(cluster, {id(3), id(5), id(6)}, {id(3)})));
  CHECK_FALSE(part.told(id(3), sees({id(1), id(2), id(4)})).save);
  CHECK(part.told(id(4), sees({id(1), id(2), id(3)})).save->founders
        == std::vector{id(1), id(2), id(4)});
}

TEST_CASE("a list is accepted once, and founded when all have accepted it") {
  auto part = expecting_three(2);
  const auto out = part.told(id(1), accepted(cluster, ids(1, 3), ids(1, 1)));
  REQUIRE(out.save);
  CHECK_FALSE(out.founded);
  CHECK(part.told(id(1), accepted(cluster, ids(1, 3), ids(1, 3))).founded);
  CHECK(part.word().list->accepted == ids(1, 3));
}

TEST_CASE("a list of another size, out of order or without this member is not accepted") {
  auto part = expecting_three(2);
  CHECK_FALSE(part.told(id(1), accepted(cluster, ids(1, 2), ids(1, 1))).save);
  CHECK_FALSE(part.told(id(1), accepted(cluster, {id(2), id(1), id(3)}, ids(1, 1))).save);
  CHECK_FALSE(part.told(id(1), accepted(cluster, {id(1), id(2), id(2)}, ids(1, 1))).save);
  CHECK_FALSE(part.told(id(1), accepted(cluster, {id(1), id(3), id(4)}, ids(1, 1))).save);
}

TEST_CASE("a list is dead when one of its founders has accepted another one") {
  auto part = expecting_three(2);
  REQUIRE(part.told(id(1), accepted(cluster, ids(1, 3), ids(1, 1))).save);
  const auto out = part.told(id(3), accepted({8, 8}, ids(3, 5), ids(3, 3)));
  CHECK(out.dead);
  CHECK(part.spent() == std::vector<spent_life>{{id(2), cluster}});
  auto reborn = founding{{id(2).peer, {7, 7}}, 3u, {5, 2}, std::nullopt, part.spent()};
  CHECK(reborn.word().spent == part.spent());
  // Who has it yet is told.
  const auto answer = reborn.told(id(1), accepted(cluster, ids(1, 3), ids(1, 1)));
  CHECK_FALSE(answer.save);
  CHECK(answer.tell == ids(1, 1));
  auto holder = founding{id(1), 3u, {5, 1}, founding_list{cluster, ids(1, 3), ids(1, 1)}};
  CHECK(holder.told({id(2).peer, {7, 7}}, reborn.word()).dead);
  // So is every other list that names the life that was given up.
  auto other = founding{id(4), 3u, {5, 4}, founding_list{{6, 6}, {id(2), id(4), id(5)}, {id(4)}}};
  CHECK(other.told({id(2).peer, {7, 7}}, reborn.word()).dead);
}

TEST_CASE("neither silence nor another life of a founder is a proof") {
  auto part = expecting_three(2);
  REQUIRE(part.told(id(1), accepted(cluster, ids(1, 3), ids(1, 1))).save);
  part.lost(id(1));
  CHECK_FALSE(part.again().dead);
  const auto out = part.told({id(3).peer, {7, 7}}, sees({}));
  CHECK_FALSE(out.dead);
  CHECK_FALSE(out.conflict.empty());
  // Another life's list proves nothing about the one that is named.
  CHECK_FALSE(
      part.told({id(3).peer, {7, 7}}, accepted({8, 8}, {{id(3).peer, {7, 7}}, id(4), id(5)}, {}))
          .dead);
}

TEST_CASE("founders that found in different ways are told so, joiners are not") {
  auto part = expecting_three(2);
  CHECK_FALSE(part.told(id(1), founding_word{2}).conflict.empty());
  CHECK_FALSE(part.told(id(1), founding_word{1}).conflict.empty());
  CHECK(part.told(id(1), founding_word{0}).conflict.empty());
  CHECK(part.word().seen.empty());
}

TEST_CASE("consensus.md, 5: whatever the schedule, never two lists, and one in the end") {
  std::size_t reborn = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const auto expect = static_cast<std::uint32_t>(2 + seed % 3);
    world w{seed, 2 * expect - 1 - seed % 2, expect};
    w.run(static_cast<int>(100 + seed));
    INFO("seed " << seed);
    CHECK(w.founded.size() <= 1);
    w.heal();
    CHECK(w.founded.size() == 1);
    reborn += w.reborn;
  }
  CHECK(reborn > 0);
}
