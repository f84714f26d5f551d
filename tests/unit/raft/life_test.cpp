// A node's way into a cluster and out of it (consensus.md, 4 to 6).

#include "hamok/raft/life.hpp"
#include "hamok/raft/quorum.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/rounds.hpp"
#include "hamok/tests/unit/raft/builders.hpp"
#include "hamok/tests/unit/raft/life_world.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace hamok::raft;
using namespace hamok::raft::test;

namespace {

constexpr incarnation_id cluster{9, 9};

/// News of a cluster of 1 to 3, from one of them.
cluster_news news_of_three(index_t index = 20) {
  return {cluster, ids(1, 3), {ids(1, 3), {}, {}}, index, 0, false};
}

/// One node under test; it gives itself ids when it asks for them.
struct subject {
  explicit subject(life_config config, identity stored = {}, bool has_base = false)
      : part(std::move(config)) {
    out = feed(life_started{std::move(stored), has_base, next_ids()});
  }

  static life_config joiner(unsigned n) { return {id(n).peer, {}, 1, true, 100ms, 300ms}; }

  fresh_ids next_ids() {
    ++ids_given;
    return {{7, ids_given}, {5, ids_given}};
  }

  life_output feed(life_event ev, duration later = 0ms) {
    now += later;
    out = part.step(now, std::move(ev));
    for (const auto& what : out.notices)
      notices.push_back(what.what);
    return out;
  }
  /// Is linked with a member of the cluster and hears its news.
  life_output meet_member(unsigned n, const cluster_news& news = news_of_three()) {
    feed(peer_met{id(n), news.cluster});
    return feed(peer_told{id(n), news});
  }
  life_output see(configuration committed, index_t index, standing what,
                  std::optional<member_id> leader = id(1)) {
    return feed(core_seen{committed, index, committed, index, what, std::move(leader)});
  }
  [[nodiscard]] bool noticed(notice what) const {
    return std::ranges::find(notices, what) != notices.end();
  }
  [[nodiscard]] member_id self() const { return part.identity().self; }

  life part;
  life_output out;
  timestamp now{0};
  std::uint64_t ids_given = 0;
  std::vector<notice> notices;
};

/// Node 4, which has met a cluster of 1 to 3 and become a member.
subject member_four() {
  subject x{subject::joiner(4)};
  x.meet_member(1);
  x.see({ids(1, 3), {}, {}}, 0, standing::outsider, std::nullopt);
  auto members = ids(1, 3);
  members.push_back(x.self());
  x.see({members, {}, {}}, 30, standing::voter);
  return x;
}

} // namespace

TEST_CASE("consensus.md, 5: a node without anything founds alone, at once") {
  subject x{{"n1", {}, 1, false}};
  REQUIRE(x.out.save);
  CHECK(x.out.save->founders == std::vector{x.self()});
  REQUIRE(x.out.start_core);
  CHECK(x.out.start_core->base->members.voters == std::vector{x.self()});
  CHECK(x.out.start_core->base->index == 0);
  CHECK_FALSE(x.noticed(notice::joined));
  x.see({{x.self()}, {}, {}}, 0, standing::voter, std::nullopt);
  CHECK_FALSE(x.noticed(notice::joined)); // nobody leads
  x.see({{x.self()}, {}, {}}, 0, standing::voter, x.self());
  CHECK(x.notices == std::vector{notice::joined});
  CHECK(x.out.ask.empty());
}

TEST_CASE("consensus.md, 5: a node with seeds founds nothing, whatever happens") {
  subject x{subject::joiner(4)};
  x.feed(peer_met{id(1), {}});
  const founding_list list{cluster, {id(1), x.self()}, {id(1)}};
  x.feed(peer_told{id(1), founding_word{1, {}, list, {}}});
  x.feed(peer_told{id(1), founding_word{2, {x.self()}, list, {}}});
  x.feed(tick{}, 1h);
  CHECK(x.part.stage() == life_stage::founding);
  CHECK(x.part.identity().founders.empty());
  CHECK(x.out.send.size() == 1); // it goes on asking around
  CHECK_FALSE(x.part.admits(id(1)));
}

TEST_CASE("consensus.md, 5: a node that meets a cluster joins it behind the base of its founders") {
  subject x{subject::joiner(4)};
  const auto out = x.meet_member(1);
  REQUIRE(out.save);
  CHECK(out.save->cluster == cluster);
  CHECK(out.save->founders == ids(1, 3));
  CHECK(out.save->born_after == 20);
  REQUIRE(out.start_core);
  CHECK(out.start_core->base == base_of(ids(1, 3)));
  REQUIRE(out.send.size() == 1); // that it is in the same cluster now
  CHECK(std::get<cluster_news>(out.send[0].word).cluster == cluster);
  CHECK(x.part.admits(id(1)));
  CHECK(x.part.myself().born_after == 20);

  x.see({ids(1, 3), {}, {}}, 0, standing::outsider, std::nullopt);
  REQUIRE(x.out.ask.size() == 1);
  CHECK(x.out.ask[0].to == id(1));
  CHECK(x.out.ask[0].what.member == x.self());
  CHECK(x.out.ask[0].what.born_after == 20);
  CHECK_FALSE(x.noticed(notice::rejoining));
  auto members = ids(1, 3);
  members.push_back(x.self());
  x.see({members, ids(1, 3), {}}, 30, standing::voter);
  CHECK_FALSE(x.noticed(notice::joined)); // joint yet
  x.see({members, {}, {}}, 31, standing::voter);
  CHECK(x.notices == std::vector{notice::joined});
}

TEST_CASE("founders by name go through the same life") {
  std::map<std::string, subject> nodes;
  for (const auto* name : {"a", "b", "c"})
    nodes.emplace(name, subject{{name, {"a", "b", "c"}, 1, true}});
  std::vector<std::pair<member_id, life_send>> letters;
  const auto post = [&](const subject& from) {
    for (const auto& item : from.out.send)
      letters.emplace_back(from.self(), item);
  };
  for (auto& [name, x] : nodes)
    for (auto& [other, y] : nodes)
      if (name != other) {
        x.feed(peer_met{y.self(), {}});
        post(x);
      }
  for (std::size_t i = 0; i < letters.size(); ++i) {
    REQUIRE(i < 100); // words do not go round in circles
    const auto [from, item] = letters[i];
    auto& x = nodes.at(item.to.peer);
    x.feed(peer_told{from, item.word});
    post(x);
  }
  for (auto& [name, x] : nodes) {
    CHECK(x.part.stage() == life_stage::inside);
    CHECK(x.part.identity().cluster == nodes.at("a").part.identity().cluster);
    CHECK(x.part.admits(nodes.at(name == "a" ? "b" : "a").self()));
  }
}

TEST_CASE("consensus.md, 5: a founder that came back without memory joins the survivors") {
  subject x{{"n2", {"n1", "n2", "n3"}, 1, true}};
  x.meet_member(1);
  CHECK(x.part.identity().cluster == cluster);
  CHECK(x.noticed(notice::rejoining));
  CHECK(x.out.start_core->base == base_of(ids(1, 3)));
}

TEST_CASE("a founder that hears of its own list from a member has founded") {
  identity stored{id(2), cluster, ids(1, 3)};
  subject x{{"n2", {"n1", "n2", "n3"}, 1, true}, stored};
  CHECK(x.part.stage() == life_stage::founding);
  const auto out = x.meet_member(1);
  CHECK(x.part.stage() == life_stage::inside);
  CHECK(x.self() == id(2));
  CHECK(out.start_core->base == base_of(ids(1, 3)));
}

TEST_CASE("consensus.md, 5: a life that has accepted a list joins no other cluster") {
  identity stored{id(2), {8, 8}, ids(1, 3)};
  subject x{{"n2", {"n1", "n2", "n3"}, 1, true}, stored};
  auto out = x.meet_member(4, {cluster, ids(4, 6), {ids(4, 6), {}, {}}, 20, 0, false});
  CHECK(out.mint);
  CHECK_FALSE(out.start_core);
  CHECK(x.part.stage() == life_stage::minting);
  out = x.feed(minted{x.next_ids()});
  CHECK(out.relink);
  CHECK(x.self() != id(2));
  CHECK(out.save->cluster == cluster);
  CHECK(out.start_core->base == base_of(ids(4, 6)));
}

TEST_CASE("a dead list costs a life, and founding begins anew") {
  subject x{{"n2", {}, 3, true}};
  const auto self = x.self();
  const std::vector<member_id> first{id(1), self, id(3)};
  x.feed(peer_met{id(1), {}});
  x.feed(peer_met{id(3), {}});
  x.feed(peer_told{id(1), founding_word{3, {}, founding_list{cluster, first, {id(1)}}, {}}});
  REQUIRE(x.part.identity().founders == first);
  auto out =
      x.feed(peer_told{id(3), founding_word{3, {}, founding_list{{8, 8}, ids(3, 5), {id(3)}}, {}}});
  REQUIRE(out.mint);
  out = x.feed(minted{x.next_ids()});
  CHECK(out.relink);
  CHECK(out.save->founders.empty());
  x.feed(peer_met{id(1), {}});
  REQUIRE(x.out.send.size() == 1);
  CHECK(std::get<founding_word>(x.out.send[0].word).spent
        == std::vector<spent_life>{{self, cluster}});
}

TEST_CASE("clusters that meet on a link that is older than they are part") {
  auto x = member_four();
  const auto out = x.meet_member(7, {{8, 8}, ids(7, 7), {ids(7, 7), {}, {}}, 3, 0, false});
  CHECK(out.close == ids(7, 7));
  CHECK_FALSE(x.part.admits(id(7)));
  CHECK(judge(x.part.admission(), {id(8), {8, 8}, 0}) == verdict::other_cluster);
}

TEST_CASE("who asks for news is told, and who is in no cluster as well") {
  auto x = member_four();
  auto asking = news_of_three();
  asking.asks = true;
  x.feed(peer_told{id(1), asking});
  REQUIRE(x.out.send.size() == 1);
  const auto answer = std::get<cluster_news>(x.out.send[0].word);
  CHECK_FALSE(answer.asks);
  CHECK(answer.index == 30);
  CHECK(answer.members.voters.size() == 4);
  x.feed(peer_met{id(9), {}});
  x.feed(peer_told{id(9), founding_word{}});
  REQUIRE(x.out.send.size() == 1);
  CHECK(std::get<cluster_news>(x.out.send[0].word).founders == ids(1, 3));
}

TEST_CASE("news that cannot be are ignored") {
  subject x{subject::joiner(4)};
  for (const auto& bad : {cluster_news{{}, ids(1, 3), {ids(1, 3), {}, {}}, 1, 0, false},
                          cluster_news{cluster, {}, {ids(1, 3), {}, {}}, 1, 0, false},
                          cluster_news{cluster, ids(1, 3), {}, 1, 0, false}})
    x.meet_member(1, bad);
  x.feed(peer_told{id(2), news_of_three()}); // not linked
  CHECK(x.part.stage() == life_stage::founding);
}

TEST_CASE("consensus.md, 4: a node that was removed stops, and comes back as another life") {
  auto x = member_four();
  const auto first = x.self();
  auto out = x.see({ids(1, 3), {}, {}}, 40, standing::removed);
  CHECK(out.stop_core);
  CHECK(out.save->removed);
  CHECK(x.noticed(notice::left));
  CHECK(x.part.stage() == life_stage::resting);
  out = x.feed(wish{1, wish_kind::join, {}, timestamp::max()});
  REQUIRE(out.mint);
  out = x.feed(minted{x.next_ids()});
  CHECK(x.self() != first);
  // Only where its collections come from.
  out = x.meet_member(7, {{8, 8}, ids(7, 7), {ids(7, 7), {}, {}}, 3, 0, false});
  CHECK(out.close == ids(7, 7));
  out = x.meet_member(1, news_of_three(50));
  CHECK(x.part.identity().born_after == 50);
  REQUIRE(out.start_core);
  auto members = ids(1, 3);
  members.push_back(x.self());
  x.see({members, {}, {}}, 60, standing::voter);
  CHECK(x.out.answers == std::vector<order_answer>{{1, order_result::done, {}}});
}

TEST_CASE("consensus.md, 6: a member on its way out stays until that is committed") {
  auto x = member_four();
  auto old = ids(1, 3);
  old.push_back(x.self());
  x.see({ids(1, 3), old, {}}, 40, standing::voter);
  CHECK(x.out.ask.empty());
  CHECK_FALSE(x.out.stop_core);
  CHECK(x.part.stage() == life_stage::inside);
}

TEST_CASE("consensus.md, 4: whoever is linked with a life that was removed turns it away") {
  auto x = member_four();
  x.meet_member(2);
  x.meet_member(3);
  configuration members{{id(1), id(3), x.self()}, {}, {}};
  members.retired.push_back({id(2), 50});
  CHECK(x.see({ids(1, 3), {}, {}}, 40, standing::voter).turn_away.empty());
  CHECK(x.see(members, 50, standing::voter).turn_away == std::vector{id(2)});
  // Also when so many were removed since that nobody knows them all by name.
  members.retired.clear();
  members.retired_floor = 50;
  CHECK(x.see(members, 60, standing::voter).turn_away == std::vector{id(2)});
}

TEST_CASE("consensus.md, 4: nobody is turned away for a removal that may vanish") {
  auto x = member_four();
  x.meet_member(2);
  configuration members{{id(1), id(3), x.self()}, {}, {}};
  members.retired.push_back({id(2), 50});
  const core_seen seen{members, 50, {ids(1, 3), {}, {}}, 40, standing::voter, id(1)};
  CHECK(x.feed(seen).turn_away.empty());
}

TEST_CASE("a link that is refused as retired is as good as the log") {
  auto x = member_four();
  x.feed(turned_away{{8, 8}, verdict::retired});
  CHECK(x.part.stage() == life_stage::inside);
  x.feed(turned_away{cluster, verdict::retired});
  CHECK(x.noticed(notice::left));
}

TEST_CASE("who is turned away has not fulfilled a wish about another life of its name") {
  // It was never a member; another life of its name is.
  identity stored;
  stored.self = {id(4).peer, {7, 7}};
  stored.cluster = cluster;
  stored.founders = ids(1, 3);
  stored.born_after = 20;
  subject x{subject::joiner(4), stored, true};
  x.meet_member(1);
  x.see({ids(1, 3), {}, {}}, 0, standing::outsider, std::nullopt);
  x.feed(wish{1, wish_kind::remove, {x.self().peer, {}}, timestamp::max()});
  x.feed(wish{2, wish_kind::remove, x.self(), timestamp::max()});
  const auto out = x.feed(turned_away{cluster, verdict::retired});
  CHECK(x.noticed(notice::left));
  CHECK(out.answers
        == std::vector<order_answer>{{1, order_result::unknown, {}}, {2, order_result::done, {}}});
}

TEST_CASE("a joiner that waited for too long takes another life") {
  subject x{subject::joiner(4)};
  x.meet_member(1);
  x.see({ids(1, 3), {}, {}}, 0, standing::outsider, std::nullopt);
  REQUIRE(x.out.ask.size() == 1);
  const auto out =
      x.feed(change_answered{life::own_order,
                             x.out.ask[0].attempt,
                             {change_refusal::too_old, false, 0, x.self(), std::nullopt}});
  CHECK(out.mint);
  CHECK(out.stop_core);
  CHECK_FALSE(x.noticed(notice::left));
}

TEST_CASE("leaving asks the leader, and is done when that is so") {
  auto x = member_four();
  x.feed(wish{1, wish_kind::leave, {}, timestamp::max()});
  REQUIRE(x.out.ask.size() == 1);
  CHECK(x.out.ask[0].what.kind == change_kind::remove);
  CHECK(x.out.ask[0].what.member == x.self());
  const auto out = x.see({ids(1, 3), {}, {}}, 40, standing::removed);
  CHECK(out.answers == std::vector<order_answer>{{1, order_result::done, {}}});
  CHECK(x.noticed(notice::left));
}

TEST_CASE(
    "whoever asks a member to remove itself hears that it is done, others that it is not known") {
  auto x = member_four();
  x.feed(wish{1, wish_kind::remove, {x.self().peer, {}}, timestamp::max()});
  REQUIRE(x.out.ask.size() == 1);
  CHECK(x.out.ask[0].what.member == x.self());
  x.feed(wish{2, wish_kind::remove, x.self(), timestamp::max()});
  x.feed(wish{3, wish_kind::remove, id(2), timestamp::max()});
  const auto out = x.see({ids(1, 3), {}, {}}, 40, standing::removed);
  REQUIRE(out.answers.size() == 3);
  CHECK(out.answers[0] == order_answer{1, order_result::done, {}});
  CHECK(out.answers[1] == order_answer{2, order_result::done, {}});
  CHECK(out.answers[2].result == order_result::unknown);
}

TEST_CASE("each of two wishes to leave has one answer") {
  auto x = member_four();
  x.feed(wish{1, wish_kind::leave, {}, timestamp::max()});
  x.feed(wish{2, wish_kind::leave, {}, timestamp::max()});
  auto committed = configuration{ids(1, 3), {}, {}};
  committed.voters.push_back(x.self());
  x.see(committed, 35, standing::voter);
  const auto out = x.see({ids(1, 3), {}, {}}, 40, standing::voter); // the log is read another way
  CHECK(out.answers
        == std::vector<order_answer>{{1, order_result::done, {}}, {2, order_result::done, {}}});
  CHECK(out.relink); // nobody is to take its name for taken
  CHECK(x.part.stage() == life_stage::resting);
}

/// Node 3, which is about to take the place of its earlier life, and wishes to leave meanwhile.
subject leaving_three() {
  subject x{subject::joiner(3)};
  x.meet_member(1);
  x.see({ids(1, 3), {}, {}}, 20, standing::outsider);
  x.feed(wish{1, wish_kind::leave, {}, timestamp::max()});
  REQUIRE(x.out.ask.size() == 1);
  CHECK(x.out.ask[0].what.member == id(3));
  return x;
}

configuration with_life_of(const subject& x) {
  auto members = ids(1, 2);
  members.push_back(x.self());
  return {members, {}, {}};
}

TEST_CASE("a joiner that takes the place of its earlier life has not left by that") {
  auto x = leaving_three();
  x.feed(change_answered{1, x.out.ask[0].attempt, {{}, false, 25, id(3), std::nullopt}});
  CHECK(x.see({ids(1, 3), {}, {x.self()}}, 30, standing::outsider).answers.empty());
  x.see(with_life_of(x), 40, standing::voter); // what had begun has vanished
  CHECK(x.out.answers == std::vector<order_answer>{{1, order_result::unknown, {}}});
  CHECK_FALSE(x.out.stop_core);
  CHECK(x.part.stage() == life_stage::inside);
}

TEST_CASE("a joiner leaves also when it has come in the place of its earlier life meanwhile") {
  auto x = leaving_three();
  const auto attempt = x.out.ask[0].attempt;
  CHECK(x.see(with_life_of(x), 40, standing::voter).answers.empty());
  x.feed(change_answered{1, attempt, {{}, true, 40, id(3), std::nullopt}});
  x.feed(tick{}, 100ms);
  REQUIRE(x.out.ask.size() == 1);
  CHECK(x.out.ask[0].what.member == x.self());
  CHECK(x.out.answers.empty());
}

TEST_CASE("a core that was started again makes nothing undone that is committed") {
  auto x = member_four();
  const auto members = x.part.admission().committed;
  REQUIRE(contains(members.voters, x.self()));
  x.feed(wish{1, wish_kind::leave, {}, timestamp::max()});
  x.feed(wish{2, wish_kind::remove, id(2), timestamp::max()});
  // It has the log, and knows of no commit yet: all is as the founders have begun.
  const auto out =
      x.feed(core_seen{members, 30, {ids(1, 1), {}, {}}, 0, standing::outsider, id(1)});
  CHECK(out.answers.empty());
  CHECK_FALSE(out.stop_core);
  CHECK(x.part.admission().committed == members);
  CHECK_FALSE(x.noticed(notice::left));
}

TEST_CASE("a wish outlives the life in which it was made, and is not done by beginning anew") {
  subject x{subject::joiner(4)};
  x.meet_member(1);
  x.see({ids(1, 3), {}, {}}, 0, standing::outsider, std::nullopt);
  x.feed(wish{1, wish_kind::remove, id(2), timestamp::max()});
  auto late = configuration{ids(1, 3), {}, {}};
  late.voters.push_back(id(5));
  x.see(late, 30, standing::outsider, std::nullopt);
  x.feed(wish{2, wish_kind::remove, id(5), timestamp::max()});
  REQUIRE(x.feed(turned_away{cluster, verdict::retired}).mint);
  auto out = x.feed(minted{x.next_ids()});
  CHECK(out.answers.empty());
  // Its next life begins behind the founders as well, of whom 5 is none.
  out = x.meet_member(1, {cluster, ids(1, 3), late, 30, 0, false});
  REQUIRE(out.start_core);
  CHECK(out.answers.empty());
  CHECK(x.see({ids(1, 3), {}, {}}, 0, standing::outsider, std::nullopt).answers.empty());
  CHECK(x.see({ids(1, 3), {}, {}}, 40, standing::outsider, std::nullopt).answers
        == std::vector<order_answer>{{2, order_result::done, {}}});
}

TEST_CASE("the last voter does not leave") {
  subject x{{"n1", {}, 1, false}};
  x.see({{x.self()}, {}, {}}, 0, standing::voter, x.self());
  x.feed(wish{1, wish_kind::leave, {}, timestamp::max()});
  REQUIRE(x.out.ask.size() == 1);
  CHECK(x.out.ask[0].to == x.self());
  x.feed(change_answered{
      1, x.out.ask[0].attempt, {change_refusal::last_voter, false, 0, x.self(), std::nullopt}});
  CHECK(x.out.answers
        == std::vector<order_answer>{{1, order_result::refused, change_refusal::last_voter}});
  CHECK(x.part.stage() == life_stage::inside);
}

TEST_CASE("start after stop goes on with the same life") {
  identity stored{id(4), cluster, ids(1, 3), 20, false};
  subject x{subject::joiner(4), stored, true};
  CHECK(x.self() == id(4));
  REQUIRE(x.out.start_core);
  CHECK_FALSE(x.out.start_core->base);
  CHECK(x.noticed(notice::rejoining));
  SECTION("or comes back, if that was going on") {
    stored = {{"n4", {7, 7}}, cluster, {}};
    subject y{subject::joiner(4), stored, true}; // the storage is that of the earlier life
    CHECK_FALSE(y.out.start_core);
    CHECK(y.part.stage() == life_stage::founding);
  }
  SECTION("or rests, if it was removed") {
    stored.removed = true;
    subject y{subject::joiner(4), stored, true};
    CHECK_FALSE(y.out.start_core);
    CHECK(y.part.stage() == life_stage::resting);
  }
}

TEST_CASE("consensus.md, 5: survivors say so when too many have forgotten, and wait") {
  auto x = member_four();
  x.see({ids(1, 3), {}, {}}, 30, standing::voter, std::nullopt);
  x.feed(peer_met{{"n2", {7, 7}}, {}});
  x.feed(tick{}, 1s);
  CHECK_FALSE(x.noticed(notice::quorum_lost));
  x.feed(peer_met{{"n3", {7, 8}}, {}});
  CHECK_FALSE(x.noticed(notice::quorum_lost)); // whom it has just met may know better
  x.feed(tick{}, 300ms);
  CHECK(x.noticed(notice::quorum_lost));
  const auto times = x.notices.size();
  x.feed(tick{}, 1s);
  CHECK(x.notices.size() == times);
}

TEST_CASE("consensus.md, 5: a life that was met before the one that votes is no sign of a loss") {
  auto x = member_four();
  x.see({ids(1, 3), {}, {}}, 30, standing::voter, std::nullopt);
  for (const auto& older : {member_id{"n2", {7, 7}}, member_id{"n3", {7, 8}}}) {
    x.feed(peer_met{older, {}});
    x.feed(peer_lost{older});
  }
  x.see({{id(1), {"n2", {8, 8}}, id(3)}, {}, {}}, 40, standing::voter, std::nullopt);
  x.feed(tick{}, 1s);
  CHECK_FALSE(x.noticed(notice::quorum_lost));
  x.feed(peer_met{{"n2", {9, 9}}, {}}); // has come since
  x.feed(tick{}, 1s);
  CHECK(x.noticed(notice::quorum_lost));
}

TEST_CASE("a name is taken when it is refused for longer than a dead link is kept") {
  subject x{subject::joiner(4)};
  x.feed(turned_away{cluster, verdict::name_taken});
  x.feed(turned_away{cluster, verdict::name_taken}, 500ms);
  CHECK_FALSE(x.noticed(notice::name_taken));
  x.feed(turned_away{cluster, verdict::name_taken}, 200ms);
  CHECK(x.noticed(notice::name_taken));
}

TEST_CASE("two refusals that have nothing to do with each other do not make a name taken") {
  subject x{subject::joiner(4)};
  x.feed(turned_away{cluster, verdict::name_taken});
  x.feed(turned_away{cluster, verdict::name_taken}, 1h);
  CHECK_FALSE(x.noticed(notice::name_taken));
  x.feed(turned_away{cluster, verdict::name_taken}, 700ms);
  CHECK(x.noticed(notice::name_taken));
  const auto times = x.notices.size();
  x.feed(turned_away{cluster, verdict::name_taken}, 700ms);
  CHECK(x.notices.size() == times);
  x.feed(turned_away{cluster, verdict::name_taken}, 1h); // another time, to be told again
  x.feed(turned_away{cluster, verdict::name_taken}, 700ms);
  CHECK(x.notices.size() == times + 1);
}

TEST_CASE("consensus.md, 5: never two clusters; after healing one, with everybody who wants") {
  std::map<std::string, std::size_t> counts;
  for (std::uint64_t seed = 1; seed <= hamok::test_rounds(200); ++seed) {
    life_world world{seed};
    world.run(1500);
    world.heal();
    if (!world.is_founded()) { // founders have forgotten what others count on
      ++counts["started anew"];
      world.start_anew();
      world.heal();
    }
    INFO("seed " << seed);
    CHECK(world.violations == std::vector<std::string>{});
    CHECK(world.unfinished() == "");
    for (const auto& [what, times] : world.counts)
      counts[what] += times;
  }
  // All of it has happened, and operators were needed for founding now and then only.
  for (const auto* what : {"forgetting", "second lives", "promotions", "joined", "rejoining",
                           "left", "refused: retired", "refused: name taken", "wishes done",
                           "wishes refused", "wishes unknown"}) {
    INFO(what);
    CHECK(counts[what] > 0);
  }
  CHECK(counts["started anew"] < 20);
}
