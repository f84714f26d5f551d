// `hamok record`: its outputs and its exit codes.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/process/process_cluster.hpp"

#include <nlohmann/json.hpp>

using namespace hamok::process_test;
using nlohmann::json;

TEST_CASE("the program reads and changes a record through any member") {
  process_cluster cluster;
  cluster.await_leader(cluster.all());
  const auto run = [&](std::size_t member, std::vector<std::string> words) {
    words.insert(words.begin(), "record");
    words.push_back("--connect=" + cluster.endpoint(member));
    return run_hamok(words);
  };
  const auto set = run(0, {"set", "config", "port", "8080", "--json"});
  REQUIRE(set.code == 0);
  CHECK(json::parse(set.output) == json{{"previous", nullptr}, {"existed", false}});
  const auto again = run(1, {"set", "config", "port", "null", "--json"});
  CHECK(json::parse(again.output) == json{{"previous", 8080}, {"existed", true}});
  const auto falsy = run(2, {"set", "config", "port", R"({ "b": [1], "a": 0 })", "--json"});
  CHECK(json::parse(falsy.output) == json{{"previous", nullptr}, {"existed", true}});
  CHECK(run(0, {"insert", "config", "on", "false"}).code == 0);
  const auto there = run(1, {"insert", "config", "on", "true"});
  CHECK(there.code == 1);
  CHECK(there.errors.find("exists") != std::string::npos);
  CHECK(run(0, {"set", "config", "name", R"("x")"}).code == 0);
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    REQUIRE(eventually([&] { return run(i, {"get", "config", "name"}).code == 0; }));
    CHECK(run(i, {"get", "config", "name"}).output == "\"x\"\n");
    CHECK(run(i, {"get", "config", "port"}).output
          == R"({"a":0,"b":[1]})"
             "\n");
    const auto shown = run(i, {"show", "config", "--json"});
    CHECK(json::parse(shown.output)
          == json{{"port", {{"a", 0}, {"b", {1}}}}, {"on", false}, {"name", "x"}});
    CHECK(json::parse(run(i, {"show", "config"}).output) == json::parse(shown.output));
  }
  CHECK(run(0, {"erase", "config", "on"}).code == 0);
  CHECK(run(0, {"erase", "config", "on"}).code == 3);
  CHECK(run(0, {"get", "config", "on"}).code == 3);
  CHECK(json::parse(run(0, {"clear", "config", "--json"}).output)["removed"] == 2);
  CHECK(run(0, {"show", "config", "--json"}).output == "{}\n");
}

TEST_CASE("the program says what is wrong with a record") {
  process_cluster cluster;
  cluster.await_leader(cluster.all());
  const auto connect = "--connect=" + cluster.endpoint(0);
  const auto text = run_hamok({"record", "set", "config", "name", "alice", connect});
  CHECK(text.code == 2);
  CHECK(text.errors.find("quotes of its own") != std::string::npos);
  CHECK(run_hamok({"record", "get", "config", connect}).code == 2);
  CHECK(run_hamok({"record", "frobnicate", "config", connect}).code == 2);
  CHECK(run_hamok({"record", "get", "nothing", "x", connect}).code == 3);
  CHECK(run_hamok({"help", "record"}).output.find("hamok record show") != std::string::npos);
  REQUIRE(run_hamok({"map", "set", "users", "alice", "no JSON", connect}).code == 0);
  for (const auto* wish : {"clear", "show"}) {
    const auto other = run_hamok({"record", wish, "users", connect, "--json"});
    CHECK(other.code == 1);
    CHECK(json::parse(other.errors)["error"]["code"] == "kind_mismatch");
  }
  const auto other = run_hamok({"record", "set", "users", "a", "1", connect, "--json"});
  CHECK(other.code == 1);
  CHECK(json::parse(other.errors)["error"]["code"] == "kind_mismatch");
  CHECK(run_hamok({"map", "get", "users", "alice", connect}).output == "no JSON\n");
}
