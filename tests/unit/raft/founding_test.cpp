#include "hamok/raft/founding.hpp"
#include "hamok/raft/random.hpp"
#include "hamok/tests/catch.hpp"

#include <algorithm>
#include <memory>
#include <set>

namespace hamok::raft {

namespace {

/// Founders on a network that loses, repeats and reorders what they tell each other, and that take
/// links up and down. What a founder has saved survives a crash, or not.
class world {
public:
  world(std::uint64_t seed, std::size_t size, bool forgetful)
      : random_(seed),
        forgetful_(forgetful) {
    for (std::size_t i = 0; i < size; ++i)
      names_.push_back(std::string(1, static_cast<char>('a' + i)));
    for (const auto& name : names_)
      boot(name);
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i)
      step();
  }

  /// No more faults: everybody meets everybody, and everything arrives.
  void heal() {
    for (int round = 0; round < 20; ++round) {
      for (const auto& a : names_)
        for (const auto& b : names_)
          meet(a, b);
      while (!network_.empty())
        deliver(0);
      for (const auto& name : names_)
        perform(name, one(name).part->again());
    }
  }

  /// Every list that was ever founded, with who founded it.
  struct founded_list {
    incarnation_id cluster;
    std::vector<member_id> founders;
    auto operator<=>(const founded_list&) const = default;
  };
  std::set<founded_list> founded;
  std::size_t conflicts = 0;
  std::size_t restarts = 0;

  [[nodiscard]] bool all_founded() const {
    return std::all_of(founders_.begin(), founders_.end(),
                       [](const auto& x) { return x.second.part->founded(); });
  }

private:
  struct founder {
    member_id self;
    std::unique_ptr<founding> part;
    std::optional<founding_list> saved;
    std::set<member_id> links;
  };
  struct letter {
    member_id from;
    member_id to;
    founding_list content;
  };

  founder& one(const std::string& name) { return founders_.at(name); }

  void boot(const std::string& name) {
    auto& x = founders_[name];
    if (x.self.incarnation.none() || forgetful_) {
      x.self = {name, {random_.next(), ++lives_}};
      x.saved.reset();
    }
    auto saved = x.saved;
    if (saved)
      saved->accepted = {x.self}; // storage keeps no more than that
    x.links.clear();
    x.part = std::make_unique<founding>(x.self, names_, incarnation_id{random_.next(), ++lives_},
                                        std::move(saved));
    perform(name, x.part->start());
  }

  void crash(const std::string& name) {
    ++restarts;
    const auto gone = one(name).self;
    for (auto& [other, x] : founders_)
      if (x.links.erase(gone) > 0)
        x.part->lost(gone);
    boot(name);
  }

  void meet(const std::string& a, const std::string& b) {
    if (a == b || one(a).links.count(one(b).self) > 0)
      return;
    one(a).links.insert(one(b).self);
    one(b).links.insert(one(a).self);
    perform(a, one(a).part->met(one(b).self));
    perform(b, one(b).part->met(one(a).self));
  }

  void part_ways(const std::string& a, const std::string& b) {
    if (one(a).links.erase(one(b).self) == 0)
      return;
    one(b).links.erase(one(a).self);
    one(a).part->lost(one(b).self);
    one(b).part->lost(one(a).self);
  }

  void perform(const std::string& name, const founding_output& out) {
    auto& x = one(name);
    if (out.save) {
      REQUIRE(!x.saved); // exactly one list in a life
      x.saved = out.save;
    }
    for (const auto& to : out.tell)
      if (x.links.count(to) > 0)
        network_.push_back({x.self, to, *x.part->list()});
    if (!out.conflict.empty())
      ++conflicts;
    if (out.founded)
      founded.insert({x.part->list()->cluster, x.part->list()->founders});
  }

  void deliver(std::size_t position) {
    const auto taken = network_[position];
    network_.erase(network_.begin() + static_cast<std::ptrdiff_t>(position));
    auto& x = one(taken.to.peer);
    if (x.self == taken.to && x.links.count(taken.from) > 0)
      perform(taken.to.peer, x.part->received(taken.from, taken.content));
  }

  const std::string& any() { return names_[random_.next() % names_.size()]; }

  void step() {
    const auto dice = random_.next() % 100;
    if (dice < 40)
      meet(any(), any());
    else if (dice < 45)
      part_ways(any(), any());
    else if (dice < 47)
      crash(any());
    else if (dice < 50)
      perform_again();
    else if (!network_.empty())
      handle_letter(dice);
  }

  void perform_again() {
    const auto& name = any();
    perform(name, one(name).part->again());
  }

  void handle_letter(std::uint64_t dice) {
    const auto position = random_.next() % network_.size();
    if (dice < 58)
      network_.erase(network_.begin() + static_cast<std::ptrdiff_t>(position));
    else if (dice < 65)
      network_.push_back(network_[position]);
    else
      deliver(position);
  }

  random_source random_;
  bool forgetful_;
  std::uint64_t lives_ = 0;
  std::vector<std::string> names_;
  std::map<std::string, founder> founders_;
  std::vector<letter> network_;
};

} // namespace

TEST_CASE("a single founder founds at once") {
  founding alone{{"a", {1, 1}}, {"a"}, {9, 9}, {}};
  const auto out = alone.start();
  REQUIRE(out.save);
  CHECK(out.founded);
  CHECK(out.save->cluster == incarnation_id{9, 9});
  CHECK(out.save->founders == std::vector<member_id>{{"a", {1, 1}}});
}

TEST_CASE("the smallest id proposes once it has met all others") {
  founding a{{"a", {1, 1}}, {"c", "b", "a"}, {9, 9}, {}};
  CHECK(!a.start().save);
  CHECK(a.missing() == std::vector<std::string>{"b", "c"});
  CHECK(!a.met({"b", {2, 2}}).save);
  const auto out = a.met({"c", {3, 3}});
  REQUIRE(out.save);
  CHECK(out.tell.size() == 2);
  CHECK(!out.founded);
  auto list = *a.list();
  list.accepted = {{"b", {2, 2}}};
  CHECK(!a.received({"b", {2, 2}}, list).founded);
  list.accepted = {{"c", {3, 3}}};
  CHECK(a.received({"c", {3, 3}}, list).founded);
}

TEST_CASE("a second list is refused with a conflict") {
  const member_id a{"a", {1, 1}};
  const member_id b{"b", {2, 2}};
  const member_id c{"c", {3, 3}};
  founding part{b, {"a", "b", "c"}, {8, 8}, {}};
  CHECK(part.received(a, {{9, 9}, {a, b, c}, {a}}).save);
  const auto other = part.received(a, {{7, 7}, {a, b, c}, {a}});
  CHECK(!other.save);
  CHECK(!other.conflict.empty());
  const member_id reborn{"a", {5, 5}};
  CHECK(!part.met(reborn).conflict.empty());
}

TEST_CASE("a list that lacks this member or names others is a conflict") {
  const member_id a{"a", {1, 1}};
  founding part{{"b", {2, 2}}, {"a", "b"}, {8, 8}, {}};
  CHECK(!part.received(a, {{9, 9}, {a, {"c", {3, 3}}}, {a}}).conflict.empty());
  CHECK(!part.received(a, {{9, 9}, {a, {"b", {4, 4}}}, {a}}).conflict.empty());
  CHECK(!part.list());
}

TEST_CASE("founders with durable memory found one list, whatever the schedule") {
  std::size_t restarts = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    world w{seed, 1 + seed % 5, false};
    w.run(300);
    w.heal();
    INFO("seed " << seed);
    CHECK(w.founded.size() == 1);
    CHECK(w.all_founded());
    CHECK(w.conflicts == 0);
    restarts += w.restarts;
  }
  CHECK(restarts > 0);
}

TEST_CASE("no life takes part in two founded lists, even when founders forget") {
  std::size_t founded = 0;
  std::size_t conflicts = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    world w{seed, 2 + seed % 4, true};
    w.run(300);
    std::set<member_id> seen;
    INFO("seed " << seed);
    for (const auto& list : w.founded)
      for (const auto& member : list.founders)
        CHECK(seen.insert(member).second);
    founded += w.founded.size();
    conflicts += w.conflicts;
  }
  CHECK(founded > 0);
  CHECK(conflicts > 0);
}

} // namespace hamok::raft
