// The manual's queue, on a cluster of three: each operation from the leader and from a follower,
// with its answer, its event and its effect on every member.

#include "hamok/tests/manual/in_one_process.hpp"
#include "hamok/tests/manual/in_three_processes.hpp"
#include "hamok/tests/manual/manual.hpp"

#include <algorithm>
#include <set>

namespace hamok::test {

namespace {

const covers_everywhere creation{"method create_queue", "method get_or_create_queue"};
const covers_everywhere writes{
    "queue push",      "queue pop",          "queue dequeue",     "queue clear",
    "queue event add", "queue event remove", "queue event empty", "queue event not-empty"};
const covers_everywhere waiting{"queue pop_wait"};
const covers_everywhere reads{"queue peek", "queue size", "queue empty", "queue iteration"};
const covers_everywhere ends{"queue event close"};

const auto nothing = json::array();

} // namespace

TEMPLATE_TEST_CASE("manual: a queue is created once for all, with its first items", "",
                   in_one_process, in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles()) {
    const auto id = "jobs of " + from;
    const auto other = members::others_than(from).front();
    bool existed = true;
    const auto first = all.open(from, "queue", id, {{"initial", {"a", "", "c"}}, {"create", true}});
    CHECK(first("ready") == false);
    const auto second = all.open(other, "queue", id, {{"initial", {"late"}}}, &existed);
    CHECK(existed);
    CHECK(first("content") == json{"a", "", "c"});
    CHECK(second.comes_to({"a", "", "c"}, "content"));
    all.open(other, "queue", id + " too", {{"initial", {"x"}}}, &existed);
    CHECK(!existed);
    CHECK(all.refusal(other, "open", {{"kind", "map"}, {"id", id}}) == "kind_mismatch");
    CHECK(all.ask(from, "storages")[id] == "queue");
  }
}

TEMPLATE_TEST_CASE("manual: every write of a queue is told on all members", "", in_one_process,
                   in_three_processes) {
  TestType all;
  for (const auto& from : all.both_roles())
    all.everywhere("queue", "jobs of " + from)
        .walk(from, {{"push", {"a", "b"}, 2, {"a", "b"}, {"add a", "add b", "not-empty"}},
                     {"push", {""}, 3, {"a", "b", ""}, {"add "}},
                     {"pop", {}, "a", {"b", ""}, {"remove a"}},
                     {"dequeue", {}, "b", {""}, {"remove b"}},
                     {"pop_wait", {20'000}, "", nothing, {"remove ", "empty"}},
                     {"pop", {}, nullptr, nothing, {}},
                     {"dequeue", {}, nullptr, nothing, {}},
                     {"pop_wait", {50}, nullptr, nothing, {}},
                     {"push_all",
                      {"x", "y", "z"},
                      3,
                      {"x", "y", "z"},
                      {"add x", "add y", "add z", "not-empty"}},
                     {"clear", {}, 3, nothing, {"clear", "empty"}},
                     {"clear", {}, 0, nothing, {"clear"}},
                     {"push", {"again"}, 1, {"again"}, {"add again", "not-empty"}},
                     {"pop", {}, "again", nothing, {"remove again", "empty"}}});
}

TEMPLATE_TEST_CASE("manual: what is pushed together stays together, and comes out once", "",
                   in_one_process, in_three_processes) {
  TestType all;
  auto jobs = all.everywhere("queue", "jobs");
  std::vector<std::future<json>> pushes;
  for (const auto& name : members::names())
    pushes.push_back(jobs.at(name).later("push", {name + "1", name + "2", name + "3"}));
  for (auto& one : pushes)
    CHECK(one.get().template get<int>() % 3 == 0);
  std::vector<std::string> order;
  REQUIRE(test::eventually([&] { // what others were told of comes to this member soon
    order = jobs.at("a")("content").template get<std::vector<std::string>>();
    return order.size() == 9;
  }));
  for (std::size_t i = 0; i < order.size(); ++i)
    CHECK(order[i] == order[i / 3 * 3].substr(0, 1) + std::to_string(i % 3 + 1));
  std::vector<std::string> popped;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::future<json>> pops;
    for (const auto& name : members::names())
      pops.push_back(jobs.at(name).later("pop"));
    for (auto& one : pops)
      popped.push_back(one.get());
  }
  CHECK(std::set<std::string>(popped.begin(), popped.end())
        == std::set<std::string>(order.begin(), order.end()));
  CHECK(jobs.have(nothing));
}

TEMPLATE_TEST_CASE("manual: who waits for an item gets the next one, whoever pushes it", "",
                   in_one_process, in_three_processes) {
  TestType all;
  auto jobs = all.everywhere("queue", "jobs");
  for (const auto& from : all.both_roles()) {
    auto waits = jobs.at(from).later("pop_wait", {20'000});
    CHECK(jobs.at(members::others_than(from).back())("push", {"for " + from}) == 1);
    CHECK(waits.get() == "for " + from);
  }
  // One item goes to one of those who wait on different members.
  std::vector<std::future<json>> waits;
  for (const auto* name : {"a", "b"})
    waits.push_back(jobs.at(name).later("pop_wait", {20'000}));
  jobs.at("c")("push", {"x"});
  jobs.at("c")("push", {"y"});
  std::set<std::string> got;
  for (auto& one : waits)
    got.insert(one.get().template get<std::string>());
  CHECK(got == std::set<std::string>{"x", "y"});
  CHECK(jobs.have(nothing));
}

TEMPLATE_TEST_CASE("manual: reads of a queue are local, and iteration is over one moment", "",
                   in_one_process, in_three_processes) {
  TestType all;
  auto jobs = all.everywhere("queue", "jobs");
  for (const auto& from : all.both_roles()) {
    const auto& here = jobs.at(from);
    CHECK(here("peek") == nullptr);
    CHECK(here("size") == 0);
    CHECK(here("empty") == true);
    here("push", {"b", "", "a"});
    CHECK(here("peek") == "b");
    CHECK(here("size") == 3);
    CHECK(here("empty") == false);
    for (const auto& name : members::names()) {
      CHECK(jobs.at(name).comes_to(3, "size"));
      CHECK(jobs.at(name).comes_to("b", "peek")); // and it stays
    }
    CHECK(here("iterate") == json{"b", "", "a"});
    CHECK(jobs.have(nothing));
  }
}

TEMPLATE_TEST_CASE("manual: subscribers of a queue hear that it is closed here, or replaced", "",
                   in_one_process, in_three_processes) {
  TestType all;
  auto jobs = all.everywhere("queue", "jobs");
  for (const auto& from : all.both_roles()) {
    const auto& here = jobs.at(from);
    const auto& other = jobs.at(members::others_than(from).back());
    here("push", {from});
    here("import_snapshot", json::array({here("export_snapshot")}));
    for (const auto& name : members::names())
      CHECK(jobs.at(name).comes_to({from}, "content"));
    CHECK(here.has_told({"add " + from, "not-empty", "resync"}));
    here("close");
    CHECK(here.comes_to(true, "closed"));
    CHECK(here.has_told({"add " + from, "not-empty", "resync", "close"}));
    CHECK(here.refusal("push", {"x"}) == "closed");
    CHECK(other("pop") == from); // it goes on for the others
    CHECK(all.open(from, "queue", "jobs").comes_to(nothing, "content"));
    jobs = all.everywhere("queue", "jobs");
  }
}

} // namespace hamok::test
