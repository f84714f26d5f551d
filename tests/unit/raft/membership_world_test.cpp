// Random worlds in which members come, go, forget and hand over while messages are lost and links
// fall: nothing committed is ever lost, and in the end everybody who is alive takes part.

#include "hamok/raft/codec.hpp"
#include "hamok/raft/core.hpp"
#include "hamok/raft/quorum.hpp"
#include "hamok/raft/random.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/rounds.hpp"
#include "hamok/tests/unit/raft/builders.hpp"
#include "hamok/tests/unit/raft/disk.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace hamok;
using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

/// One life of one name. A life that has forgotten is dead for good, and another one has its name.
struct life {
  core_config config;
  test::disk disk;
  std::optional<raft::core> core;
  index_t given = 0;
  index_t born_after = 0; ///< what was committed when it began
  bool dead = false;

  [[nodiscard]] const member_id& id() const { return config.self; }
};

struct flying {
  timestamp due;
  member_id from;
  member_id to;
  message_body body;
};

struct counts {
  unsigned commits = 0;
  unsigned changes = 0;
  unsigned handed_over = 0;
  unsigned reborn = 0;
  unsigned removed_leaders = 0;
};

class world {
public:
  explicit world(std::uint64_t seed) : random_(seed), forgetful_(seed % 3 != 0) {
    founders_.voters = ids(1, static_cast<unsigned>(2 + below(4)));
    for (const auto& id : founders_.voters)
      bear(id);
  }

  counts run(unsigned steps) {
    for (unsigned step = 0; step < steps; ++step) {
      pass();
      trouble();
      operate();
    }
    heal();
    return counts_;
  }

private:
  std::uint64_t below(std::uint64_t bound) { return random_.next() % bound; }
  bool chance(std::uint64_t per_mille) { return below(1000) < per_mille; }
  [[noreturn]] static void fail(const std::string& what) { throw std::runtime_error(what); }

  // -- lives ----------------------------------------------------------------------------------

  void bear(const member_id& id) {
    auto added = std::make_unique<life>();
    added->config.self = id;
    added->config.seed = random_.next();
    added->config.max_retired = 3;
    added->born_after = history_.size();
    initial_state state;
    state.base.members = founders_;
    added->disk = test::disk{std::move(state)};
    lives_.push_back(std::move(added));
    boot(*lives_.back());
  }

  void boot(life& target) {
    target.core.emplace(target.config, target.disk.durable(), now_);
    target.given = 0;
    tell_links(target);
  }

  void tell_links(life& target) {
    for (auto& other : lives_)
      if (other->core && other.get() != &target && !is_cut(*other, target)) {
        step(target, link_up{other->id()});
        step(*other, link_up{target.id()});
      }
  }

  void stop(life& target, bool told) {
    target.core.reset();
    target.disk.crash();
    for (auto& other : lives_)
      if (told && other->core)
        step(*other, link_down{target.id()});
  }

  life* find(const member_id& id) {
    for (auto& each : lives_)
      if (each->id() == id)
        return each.get();
    return nullptr;
  }

  life* anybody() {
    std::vector<life*> up;
    for (auto& each : lives_)
      if (each->core)
        up.push_back(each.get());
    return up.empty() ? nullptr : up[below(up.size())];
  }

  life* leader() {
    life* found = nullptr;
    for (auto& each : lives_)
      if (each->core && each->core->role() == role::leader
          && (found == nullptr || found->core->term() < each->core->term()))
        found = each.get();
    return found;
  }

  [[nodiscard]] bool is_cut(const life& one, const life& other) const {
    return cuts_.contains({one.id(), other.id()});
  }

  // -- steps ----------------------------------------------------------------------------------

  void step(life& who, event_body what) {
    const auto before = who.core->members();
    const auto commit_before = who.core->commit_index();
    const bool led = who.core->role() == role::leader;
    const auto term_before = who.core->term();
    auto out = who.core->step({now_, std::move(what)});
    if (out.persist)
      who.disk.write(*out.persist);
    if (led && who.core->term() == term_before && who.core->commit_index() > commit_before)
      check_commit(who, before);
    for (auto& item : out.send)
      if (const auto* to = find(item.to); to && !is_cut(who, *to) && !(stormy_ && chance(20)))
        flying_.push_back({now_ + duration{static_cast<std::int64_t>(below(8'000'000))}, who.id(),
                           item.to, std::move(item.message.body)});
    take(who, out.committed);
    if (out.change)
      answer_ = out.change;
    if (out.transfer == transfer_result::handed_over)
      ++counts_.handed_over;
    if (who.core->role() == role::leader) {
      const auto [known, is_new] = leaders_.emplace(who.core->term(), who.id());
      if (!is_new && known->second != who.id())
        fail("two leaders in term " + std::to_string(who.core->term()));
    }
    if (out.members_changed)
      check_configurations(who);
  }

  /// A leader commits what the disks of both majorities hold.
  void check_commit(const life& who, const configuration& members) {
    const auto index = who.core->commit_index();
    const auto term = who.core->log().at(index).term;
    std::vector<member_id> holding;
    for (const auto& each : lives_) {
      const auto& entries = each->disk.durable().entries;
      if (entries.size() >= index && entries[index - 1].term == term)
        holding.push_back(each->id());
    }
    if (count_votes(members, holding, {}) != vote_result::won)
      fail("a commit without a majority at " + std::to_string(index));
  }

  void check_configurations(const life& who) {
    const auto& log = who.core->log();
    std::size_t open = 0;
    configuration expected = founders_;
    for (auto i = log.first_index(); i <= log.last_index(); ++i)
      if (log.at(i).kind == entry_kind::configuration) {
        expected = *read_configuration(log.at(i).data);
        open += i > history_.size() ? 1 : 0;
      }
    if (open > 1)
      fail("two changes at once");
    if (expected != who.core->members())
      fail("another configuration is in force than the last in the log");
  }

  void take(life& who, const committed_entries& committed) {
    for (std::size_t i = 0; i < committed.entries.size(); ++i) {
      const auto index = committed.first_index + i;
      if (index != ++who.given)
        fail("a gap among the committed entries");
      if (index <= history_.size()) {
        if (!(history_[index - 1] == committed.entries[i]))
          fail("two entries are committed at " + std::to_string(index));
        continue;
      }
      history_.push_back(committed.entries[i]);
      ++counts_.commits;
      if (committed.entries[i].kind == entry_kind::configuration)
        note_configuration(*read_configuration(committed.entries[i].data), who);
    }
    if (!committed.entries.empty())
      step(who, applied{who.given});
  }

  void note_configuration(const configuration& members, const life& who) {
    ++counts_.changes;
    for (const auto& id : others(members, {}))
      if (retired_.contains(id))
        fail(to_string(id) + " is back");
    for (const auto& gone : members.retired)
      retired_.insert(gone.member);
    if (!is_voter(members, who.id()))
      ++counts_.removed_leaders;
  }

  void pass() {
    now_ += duration{static_cast<std::int64_t>(below(2'000'000))};
    for (std::size_t i = 0; i < lives_.size(); ++i)
      if (lives_[i]->core && lives_[i]->core->deadline() <= now_)
        step(*lives_[i], tick{});
    auto waiting = std::exchange(flying_, {});
    for (auto& item : waiting) {
      auto* to = find(item.to);
      if (item.due > now_)
        flying_.push_back(std::move(item));
      else if (to->core && !is_cut(*find(item.from), *to))
        step(*to, receive{item.from, {0, std::move(item.body)}});
    }
    for (std::size_t i = 0; i < lives_.size(); ++i)
      if (lives_[i]->core && chance(600))
        if (const auto sequence = lives_[i]->disk.sync_one())
          step(*lives_[i], persisted{*sequence});
    bury();
  }

  /// Who knows that it was removed ends; now and then its name comes back as another life.
  void bury() {
    for (std::size_t i = 0; i < lives_.size(); ++i) {
      auto& each = *lives_[i];
      // In the end everybody has said hello to somebody who knows.
      const bool told = !stormy_ && retired_.contains(each.id());
      if (!each.core || (each.core->standing() != standing::removed && !told))
        continue;
      stop(each, true);
      each.dead = true;
      if (chance(500) && lives_.size() < 40)
        rebirth(each.id().peer);
    }
  }

  void rebirth(const std::string& name) {
    ++counts_.reborn;
    bear({name, {1, ++lives_counted_}});
  }

  // -- what happens to them ---------------------------------------------------------------------

  void trouble() {
    if (chance(6)) {
      if (auto* who = anybody())
        stop(*who, chance(700));
    }
    if (chance(15))
      for (auto& each : lives_)
        if (!each->core && !each->dead && chance(500))
          boot(*each);
    if (chance(4))
      cut();
    if (chance(8))
      mend();
    if (forgetful_ && chance(3))
      forget();
    if (chance(100))
      if (auto* who = anybody())
        step(*who, proposals({"x"}));
  }

  void cut() {
    auto* one = anybody();
    const bool told = chance(500);
    const bool all = chance(500);
    for (auto& other : lives_)
      if (one && one->core && other.get() != one && (all || chance(400))) {
        cuts_.insert({one->id(), other->id()});
        cuts_.insert({other->id(), one->id()});
        if (told && other->core) {
          step(*one, link_down{other->id()});
          step(*other, link_down{one->id()});
        }
      }
  }

  void mend() {
    cuts_.clear();
    for (auto& each : lives_)
      if (each->core)
        tell_links(*each);
  }

  /// A member loses its disk and comes back as another life: one at a time, so that a majority is
  /// left that remembers.
  void forget() {
    auto* first = leader();
    if (first == nullptr)
      return;
    const auto& members = first->core->members();
    if (members.voters.size() < 4 || !members.outgoing.empty()
        || std::ranges::any_of(lives_, [&](const auto& each) {
             return !each->core || (each->dead && is_member(members, each->id()))
                    || (is_voter(each->core->members(), each->id())
                        && each->core->members() != members);
           }))
      return;
    auto* who = find(members.voters[below(members.voters.size())]);
    const auto name = who->id().peer;
    stop(*who, chance(800));
    who->dead = true;
    rebirth(name);
  }

  void operate() {
    if (!chance(40))
      return;
    auto* asked = chance(700) ? leader() : anybody();
    if (asked == nullptr)
      return;
    const auto& members = asked->core->members();
    switch (below(6)) {
    case 0:
      if (lives_.size() < 12 && chance(300))
        bear({"m" + std::to_string(below(4)), {2, ++lives_counted_}});
      return;
    case 1:
      // Two voters could not do without one that has just forgotten everything.
      if (members.voters.size() > (forgetful_ ? 3 : 1))
        step(*asked, change_members{{change_kind::remove,
                                     {members.voters[below(members.voters.size())].peer, {}},
                                     0}});
      return;
    case 2:
      step(*asked, transfer_leadership{});
      return;
    case 3:
      step(*asked, transfer_leadership{lives_[below(lives_.size())]->id()});
      return;
    default:
      add_somebody(*asked);
    }
  }

  void add_somebody(life& asked) {
    const auto& who = *lives_[below(lives_.size())];
    if (asked.core)
      step(asked, change_members{{change_kind::add, who.id(), who.born_after}});
  }

  // -- the end ----------------------------------------------------------------------------------

  void heal() {
    stormy_ = false;
    forgetful_ = false;
    for (auto& each : lives_)
      if (!each->core && !each->dead)
        boot(*each);
    mend();
    for (auto& each : lives_)
      for (auto& other : lives_)
        if (each->core && !other->core)
          step(*each, link_down{other->id()});
    for (unsigned round = 0; round < 40000; ++round) {
      pass();
      if (round % 200 != 0)
        continue;
      if (is_quiet())
        return;
      for (std::size_t i = 0; i < lives_.size(); ++i)
        let_in(*lives_[i]);
    }
    fail("no peace: " + describe());
  }

  void let_in(life& who) {
    auto* first = leader();
    if (first == nullptr || !who.core || name_is_doubled(who))
      return;
    step(*first, change_members{{change_kind::add, who.id(), who.born_after}});
    if (answer_->refused != change_refusal::too_old)
      return;
    stop(who, true);
    who.dead = true;
    rebirth(who.id().peer);
  }

  /// Two living ones of one name: the second is refused by name.
  bool name_is_doubled(const life& who) {
    return std::ranges::any_of(lives_, [&](const auto& other) {
      return other->core && other.get() != &who && other->id().peer == who.id().peer;
    });
  }

  bool is_quiet() {
    auto* first = leader();
    if (first == nullptr)
      return false;
    const auto& core = *first->core;
    return core.members().outgoing.empty()
           && std::ranges::all_of(core.members().learners,
                                  [&](const auto& id) { return name_is_doubled(*find(id)); })
           && core.commit_index() == core.log().last_index()
           && std::ranges::all_of(lives_, [&](const auto& each) {
                if (!each->core)
                  return !is_member(core.members(), each->id()) || each->dead;
                return name_is_doubled(*each)
                       || (each->core->standing() == standing::voter
                           && each->core->commit_index() == core.commit_index());
              });
  }

  std::string describe() {
    std::string text;
    for (auto& each : lives_) {
      text += "\n  " + to_string(each->id()) + " " + (each->dead ? "dead" : "");
      if (!each->core)
        continue;
      text += std::string{to_string(each->core->role())} + " term "
              + std::to_string(each->core->term()) + " standing "
              + to_string(each->core->standing()) + " commit "
              + std::to_string(each->core->commit_index()) + " of "
              + std::to_string(each->core->log().last_index()) + " members";
      for (const auto& id : each->core->members().voters)
        text += " " + to_string(id);
      text += " (";
      for (const auto& id : each->core->members().outgoing)
        text += " " + to_string(id);
      text += " ) +";
      for (const auto& id : each->core->members().learners)
        text += " " + to_string(id);
    }
    return text;
  }

  random_source random_;
  bool forgetful_;
  bool stormy_ = true;
  configuration founders_;
  std::vector<std::unique_ptr<life>> lives_;
  std::uint64_t lives_counted_ = 0;
  std::vector<flying> flying_;
  std::set<std::pair<member_id, member_id>> cuts_;
  std::map<term_t, member_id> leaders_;
  std::vector<entry> history_;
  std::set<member_id> retired_;
  std::optional<change_outcome> answer_; ///< the last one that was given
  timestamp now_ = 10s;
  counts counts_;
};

} // namespace

TEST_CASE("consensus.md, 16: changes, transfers, crashes and partitions beside each other") {
  const auto* last = std::getenv("HAMOK_WORLDS");
  const auto* first = std::getenv("HAMOK_FIRST_WORLD");
  counts all;
  for (std::uint64_t seed = first ? std::strtoull(first, nullptr, 10) : 1;
       seed <= (last ? std::strtoull(last, nullptr, 10) : hamok::test_rounds(300)); ++seed) {
    try {
      const auto done = world{seed}.run(3000);
      all.commits += done.commits;
      all.changes += done.changes;
      all.handed_over += done.handed_over;
      all.reborn += done.reborn;
      all.removed_leaders += done.removed_leaders;
    } catch (const std::exception& problem) {
      FAIL_CHECK("world " << seed << ": " << problem.what());
    }
  }
  CAPTURE(all.commits, all.changes, all.handed_over, all.reborn, all.removed_leaders);
  CHECK(all.changes > 0);
  CHECK(all.handed_over > 0);
  CHECK(all.reborn > 0);
  CHECK(all.removed_leaders > 0);
}
