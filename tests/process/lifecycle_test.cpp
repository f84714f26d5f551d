// How members come and go.

#include "hamok/actors/interfaces/type_ids.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/process/process_cluster.hpp"

#include <nlohmann/json.hpp>

using namespace hamok::process_test;
using nlohmann::json;

TEST_CASE("SIGTERM and SIGINT end a member in order, with exit code 0") {
  process_cluster cluster;
  const auto leader = cluster.await_leader(cluster.all());
  const auto follower = cluster.all_but(leader).front();
  cluster.process(follower).signal(SIGTERM);
  CHECK(cluster.process(follower).wait(std::chrono::seconds{10}) == 0);
  cluster.process(leader).signal(SIGINT);
  CHECK(cluster.process(leader).wait(std::chrono::seconds{10}) == 0);
}

TEST_CASE("a member says where it is reached when it is up") {
  process_cluster cluster;
  cluster.await_leader(cluster.all());
  const auto text = cluster.log(0);
  CHECK(text.find("member-1") != std::string::npos);
  CHECK(text.find(cluster.endpoint(0)) != std::string::npos);
}

TEST_CASE("a member that is alone needs no configuration and says in JSON that it is up") {
  int ends[2] = {-1, -1};
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  hamok::cli::child_process alone{
      {.arguments = {HAMOK_CLI_PATH, "node", "--hamok.peer-id=alone", "--json"},
       .output = ends[1]}};
  close(ends[1]);
  std::string said;
  for (char c = 0; read(ends[0], &c, 1) == 1 && c != '\n';)
    said += c;
  close(ends[0]);
  CHECK(json::parse(said)["peer_id"] == "alone");
  alone.signal(SIGTERM);
  CHECK(alone.wait(std::chrono::seconds{10}) == 0);
}

TEST_CASE("a wrong configuration is refused with every problem named") {
  const auto run = run_hamok({"node", "--hamok.listen=nowhere", "--hamok.heartbeat=10s"});
  CHECK(run.code == 2);
  INFO(run.errors);
  CHECK(run.errors.find("listen") != std::string::npos);
  CHECK(run.errors.find("heartbeat") != std::string::npos);
  CHECK(run_hamok({"node", "--no-such-option=1"}).code == 2);
  const auto wrong_type = run_hamok({"node", "--hamok.heartbeat=abc"});
  CHECK(wrong_type.code == 2);
  CHECK(
      wrong_type.errors.find("--hamok.heartbeat does not take 'abc'; give a duration such as 500ms")
      != std::string::npos);
  CHECK(run_hamok({"node", "--config-file=/nowhere/at/all"}).code == 2);
  for (const auto* event : {"news", "/hello", "news/"}) {
    const auto no_event = run_hamok({"node", std::string{"--print-event="} + event});
    CHECK(no_event.code == 2);
    CHECK(no_event.errors.find("give EMITTER/EVENT") != std::string::npos);
  }
  const auto no_map = run_hamok({"node", R"(--remote-maps=["users"])"});
  CHECK(no_map.code == 2);
  CHECK(no_map.errors.find("give NAME@ADDRESS of each") != std::string::npos);
}

TEST_CASE("the help of a member names its options") {
  const auto help = run_hamok({"node", "--help"});
  CHECK(help.code == 0);
  for (const auto* option : {"--hamok.peer-id", "--hamok.heartbeat", "--hamok.initial-members",
                             "--log-level", "--print-event", "--remote-maps", "--config-file"})
    CHECK(help.output.find(option) != std::string::npos);
  CHECK(run_hamok({"help", "node"}).output == help.output);
}

TEST_CASE("a member without a disk that comes back takes its place as another life") {
  process_cluster cluster;
  const auto leader = cluster.await_leader(cluster.all());
  const auto victim = cluster.all_but(leader).front();
  cluster.kill(victim);
  cluster.start(victim);
  CHECK(cluster.await_leader(cluster.all()) == leader);
  auto via = cluster.client_of(victim);
  CHECK(eventually([&] {
    const auto status = via.status();
    if (!status)
      return false;
    for (const auto& member : status->members)
      if (member.id.peer == process_cluster::name(victim))
        return member.voter && member.id.incarnation == status->incarnation;
    return false;
  }));
}
