// The manual's emitter, on a cluster of three: each operation from the leader and from a follower,
// with its answer, its event and its effect on every member.

#include "hamok/tests/manual/in_one_process.hpp"
#include "hamok/tests/manual/in_three_processes.hpp"

namespace hamok::test {

namespace {

const covers_everywhere creation{"method create_emitter", "method get_or_create_emitter"};
const covers_everywhere subscribing{
    "emitter subscribe",   "emitter unsubscribe",   "emitter update_subscription_metadata",
    "emitter event added", "emitter event updated", "emitter event removed"};
const covers_everywhere knowing{"emitter has_subscribers", "emitter subscriptions"};
const covers_everywhere events{"emitter publish", "emitter notify", "emitter emit",
                               "emitter statistics"};
const covers_everywhere cleaning{"emitter auto_clean"};

const auto nobody = json::array();
const auto everybody = json{"a", "b", "c"};

/// What everybody knows of who listens.
json listeners(const json& to_said, const json& to_counted = nobody) {
  return {{"said", to_said}, {"counted", to_counted}};
}

json handled_by(const json& members, const json& failed = json::object()) {
  return {{"handled", members}, {"failed", failed}};
}

/// All members listen to `said`, and all know that.
opened_everywhere chat_of_all(members& all, const std::string& id, const json& how = {}) {
  auto chat = all.everywhere("emitter", id, how);
  for (const auto& name : members::names())
    chat.at(name)("subscribe", {"said", "of " + name});
  REQUIRE(chat.have(listeners({"a of a", "b of b", "c of c"})));
  return chat;
}

} // namespace

TEMPLATE_TEST_CASE("manual: an emitter is created once for all, ordered or not", "", in_one_process,
                   in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    const auto id = "chat of " + from;
    const auto other = members::others_than(from).front();
    const auto first = all.open(from, "emitter", id, {{"create", true}, {"ordered", true}});
    CHECK(first("ready") == false);
    bool existed = false;
    const auto second = all.open(other, "emitter", id, {}, &existed);
    CHECK(existed);
    second("subscribe", {"said", ""});
    CHECK(first("publish", {"said", "x"}) == handled_by({other})); // in order: no need to know
    all.open(other, "emitter", id + " too", {}, &existed);
    CHECK(!existed);
    CHECK(all.refusal(other, "open", {{"kind", "map"}, {"id", id}}) == "kind_mismatch");
    CHECK(all.ask(from, "storages")[id] == "emitter");
  }
}

TEMPLATE_TEST_CASE("manual: every change of who listens is told on all members", "", in_one_process,
                   in_three_processes) {
  TestType all;
  for (const auto& x : all.both_roles()) {
    const auto said = [&](const std::string& text) { return json{x + " " + text}; };
    all.everywhere("emitter", "chat of " + x)
        .walk(
            x,
            {{"subscribe",
              {"said", "one"},
              0,
              listeners(said("one")),
              {"added said " + x + " one"}},
             {"subscribe",
              {"counted", ""},
              1,
              listeners(said("one"), said("")),
              {"added counted " + x + " "}},
             {"update_subscription_metadata",
              {0, "two", "zero"},
              false,
              listeners(said("one"), said("")),
              {}},
             {"update_subscription_metadata",
              {0, "two", "one"},
              true,
              listeners(said("two"), said("")),
              {"updated said " + x + " one>two"}},
             {"update_subscription_metadata",
              {0, "three"},
              true,
              listeners(said("three"), said("")),
              {"updated said " + x + " two>three"}},
             {"unsubscribe", // and the other one stays
              {0},
              true,
              listeners(nobody, said("")),
              {"removed said " + x + " three"}},
             {"unsubscribe", {0}, false, listeners(nobody, said("")), {}},
             {"update_subscription_metadata", {0, "four"}, false, listeners(nobody, said("")), {}},
             {"publish", {"counted", 0}, handled_by({x}), listeners(nobody, said("")), {}},
             {"publish", {"said", ""}, handled_by(nobody), listeners(nobody, said("")), {}},
             {"heard", {1}, {"counted 0"}, listeners(nobody, said("")), {}}});
  }
}

TEMPLATE_TEST_CASE("manual: who listens is known on all members", "", in_one_process,
                   in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    auto chat = all.everywhere("emitter", "chat of " + from);
    for (const auto& name : members::names())
      CHECK(chat.at(name)("has_subscribers", {"said"}) == false);
    chat.at(from)("subscribe", {"said", "text of any kind"});
    CHECK(chat.at(from)("has_subscribers", {"said"}) == true); // at once where it was answered
    for (const auto& name : members::names()) {
      CHECK(chat.at(name).comes_to(true, "has_subscribers", {"said"}));
      CHECK(chat.at(name)("subscriptions", {"said"}) == json{from + " text of any kind"});
      CHECK(chat.at(name)("has_subscribers", {"counted"}) == false);
      CHECK(chat.at(name)("subscriptions", {"counted"}) == nobody);
    }
  }
}

TEMPLATE_TEST_CASE("manual: an event reaches each subscribed member once, and who has it is told",
                   "", in_one_process, in_three_processes) {
  TestType all;
  for (const auto ordered : {false, true})
    for (const auto& from : all.both_roles()) {
      auto chat =
          chat_of_all(all, (ordered ? "ordered " : "direct ") + from, {{"ordered", ordered}});
      const auto& here = chat.at(from);
      CHECK(here("publish", {"said", ""}) == handled_by(everybody));
      CHECK(here("publish", {"counted", 0}) == handled_by(nobody)); // nobody listens to it
      here("notify", {"said", "x"});
      here("emit", {"said", "y"});
      for (const auto& name : members::names())
        CHECK(chat.at(name).comes_to({"said ", "said x", "said y"}, "heard", {0}));
      // A callback that fails has not handled it; and the next one reaches it.
      CHECK(here("publish", {"said", "bad"})
            == handled_by(nobody,
                          {{"a", "not_handled"}, {"b", "not_handled"}, {"c", "not_handled"}}));
      CHECK(here("publish", {"said", "good"}) == handled_by(everybody));
      for (const auto& name : members::names()) {
        CHECK(chat.at(name)("heard", {0}) == json{"said ", "said x", "said y", "said good"});
        CHECK(chat.at(name).comes_to({{"published", name == from ? 6 : 0},
                                      {"delivered", name == from ? 12 : 0},
                                      {"failed", name == from ? 3 : 0},
                                      {"received", 5}},
                                     "stats"));
      }
    }
}

TEMPLATE_TEST_CASE("manual: subscriptions of an actor that dies are cleaned up, if that is wanted",
                   "", in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    auto chat = all.everywhere("emitter", "chat of " + from);
    auto kept = all.everywhere("emitter", "kept of " + from, {{"auto_clean", false}});
    for (auto* each : {&chat, &kept}) {
      each->at(from)("subscribe_actor", {"said", "mortal"});
      each->at(from)("subscribe", {"said", "immortal"});
      REQUIRE(each->have(listeners({from + " mortal", from + " immortal"})));
      CHECK(each->at(from)("publish", {"said", "x"}) == handled_by({from}));
      each->at(from)("kill_actor", {0});
    }
    CHECK(chat.have(listeners({from + " immortal"})));
    CHECK(chat.have_told({"added said " + from + " mortal", "added said " + from + " immortal",
                          "removed said " + from + " mortal"}));
    CHECK(chat.at(from)("publish", {"said", "y"}) == handled_by({from}));
    // Who is dead is listed, and not waited for.
    CHECK(kept.at(from).comes_to(handled_by({from}), "publish", {"said", "y"}));
    CHECK(kept.have(listeners({from + " mortal", from + " immortal"})));
  }
}

TEMPLATE_TEST_CASE("manual: subscriptions of a member that goes are cleaned up", "", in_one_process,
                   in_three_processes) {
  TestType all;
  const auto stays = all.leader();
  const auto gone = members::others_than(stays).front();
  const auto other = members::others_than(stays).back();
  auto chat = chat_of_all(all, "chat");
  all.kill(gone);
  // It is reported, and not waited for, as long as it is a member.
  CHECK(chat.at(stays).comes_to(handled_by(stays < other ? json{stays, other} : json{other, stays},
                                           {{gone, "connection_lost"}}),
                                "publish", {"said", "x"}));
  all.ask(stays, "remove_remote_peer", {gone});
  auto left = json::array();
  for (const auto& name : members::others_than(gone))
    left.push_back(name + " of " + name);
  for (const auto& name : members::others_than(gone))
    CHECK(chat.at(name).comes_to(listeners(left), "content"));
  CHECK(chat.at(stays)("publish", {"said", "y"})
        == handled_by(stays < other ? json{stays, other} : json{other, stays}));
}

} // namespace hamok::test
