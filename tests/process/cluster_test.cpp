// Three processes that do their job, and what the program says about it.

#include "hamok/cli/free_ports.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/process/process_cluster.hpp"

#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

#include <sstream>

using namespace hamok::process_test;
using nlohmann::json;

namespace {

constexpr auto countries = "/usr/share/iso-codes/json/iso_3166-1.json";

/// Opens a connection to the port, sends bytes and leaves it open.
int connect_and_send(const std::string& endpoint, const std::string& bytes) {
  const auto port = static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.find(':') + 1)));
  const auto fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  [[maybe_unused]] const auto sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return fd;
}

} // namespace

TEST_CASE("three processes elect one leader that all agree on") {
  process_cluster cluster;
  const auto leader = cluster.await_leader(cluster.all());
  for (const auto i : cluster.all()) {
    const auto status = cluster.client_of(i).status();
    REQUIRE(status);
    CHECK(status->peer_id == process_cluster::name(i));
    CHECK(status->members.size() == 3);
    CHECK(status->view.leader->peer == process_cluster::name(leader));
  }
}

TEST_CASE("a map that is loaded through one process is equal on all three") {
  process_cluster cluster;
  cluster.await_leader(cluster.all());
  const auto loaded = run_hamok(
      {"map", "load", "countries", countries, "--connect=" + cluster.endpoint(1), "--json"});
  INFO(loaded.errors);
  REQUIRE(loaded.code == 0);
  CHECK(json::parse(loaded.output)["entries"] == 249);
  REQUIRE(cluster.await_equal("countries", cluster.all()));
  for (const auto i : cluster.all()) {
    const auto got =
        run_hamok({"map", "get", "countries", "DE", "--connect=" + cluster.endpoint(i)});
    REQUIRE(got.code == 0);
    CHECK(json::parse(got.output)["name"] == "Germany");
  }
}

TEST_CASE("the program's outputs for machines can be parsed and say what is there") {
  process_cluster cluster;
  cluster.await_leader(cluster.all());
  const auto connect = "--connect=" + cluster.endpoint(0);
  const auto set = run_hamok({"map", "set", "users", "alice", "42", connect, "--json"});
  REQUIRE(set.code == 0);
  CHECK(json::parse(set.output)["previous"].is_null());
  const auto again = run_hamok({"map", "set", "users", "alice", "", connect, "--json"});
  CHECK(json::parse(again.output)["previous"] == "42");
  REQUIRE(cluster.await_equal("users", cluster.all()));
  CHECK(json::parse(run_hamok({"map", "get", "users", "alice", connect, "--json"}).output)["value"]
        == "");
  CHECK(json::parse(run_hamok({"map", "dump", "users", connect, "--json"}).output)
        == json{{"alice", ""}});
  const auto digest = json::parse(run_hamok({"map", "digest", "users", connect, "--json"}).output);
  CHECK(digest["size"] == 1);
  CHECK(digest["digest"].get<std::string>().size() == 32);
  CHECK(digest["sessions_digest"].get<std::string>().size() == 32);
  const auto status = json::parse(run_hamok({"status", connect, "--json"}).output);
  CHECK(status["peer_id"] == "member-1");
  CHECK(status["members"].size() == 3);
  CHECK(status["collections"][0]["digest"] == digest["digest"]);
}

TEST_CASE("the program sends events through an emitter and shows who listens") {
  process_cluster cluster;
  cluster.await_leader(cluster.all());
  const auto connect = "--connect=" + cluster.endpoint(0);
  CHECK(run_hamok({"emitter", "create", "chat", "--ordered", connect}).output == "created\n");
  CHECK(run_hamok({"emitter", "create", "chat", connect}).output == "exists\n");
  const auto sent = run_hamok({"emitter", "publish", "chat", "said", "hello", connect, "--json"});
  REQUIRE(sent.code == 0);
  CHECK(json::parse(sent.output)["subscribed"].empty());
  CHECK(run_hamok({"emitter", "subscriptions", "chat", connect}).output.empty());
  const auto shown = run_hamok({"emitter", "subscriptions", "chat", "said", connect, "--json"});
  CHECK(json::parse(shown.output)["subscriptions"].empty());
  CHECK(run_hamok({"emitter", "subscriptions", "nothing", connect}).code == 3);
  CHECK(run_hamok({"emitter", "publish", "chat", connect}).code == 2);
}

TEST_CASE("exit codes and errors of the program say what went wrong") {
  process_cluster cluster;
  cluster.await_leader(cluster.all());
  const auto connect = "--connect=" + cluster.endpoint(0);
  REQUIRE(run_hamok({"map", "set", "users", "alice", "42", connect}).code == 0);
  CHECK(run_hamok({"map", "get", "users", "bob", connect}).code == 3);
  const auto unknown = run_hamok({"map", "get", "nothing", "bob", connect, "--json"});
  CHECK(unknown.code == 3);
  CHECK(json::parse(unknown.errors)["error"]["code"] == "unknown_collection");
  CHECK(run_hamok({"map", "get", "users"}).code == 2);
  CHECK(run_hamok({"map", "frobnicate", "users", connect}).code == 2);
  CHECK(run_hamok({"status", connect, "--colour"}).code == 2);
  const auto other = run_hamok({"status", connect, "--cluster=other"});
  CHECK(other.code == 1);
  CHECK(other.errors.find("refused_cluster") != std::string::npos);
  const auto nobody =
      run_hamok({"status", "--connect=127.0.0.1:" + std::to_string(hamok::cli::free_ports(1)[0])});
  CHECK(nobody.code == 5);
  CHECK(nobody.errors.find("connection_lost") != std::string::npos);
  const auto watching = run_hamok({"events", "--collection=nothing", "--for=200", connect});
  CHECK(watching.code == 3);
  CHECK(watching.errors.find("unknown_collection") != std::string::npos);
  // The name of the code once, not once more in the text.
  CHECK(watching.errors.find("unknown_collection(") == std::string::npos);
  const auto long_name = run_hamok({"map", "set", std::string(1500, 'n'), "a", "b", connect});
  CHECK(long_name.code == 1);
  CHECK(long_name.errors.find("too_large") != std::string::npos);
}

TEST_CASE("events of a map come to a program that follows it") {
  process_cluster cluster;
  const auto leader = cluster.await_leader(cluster.all());
  auto via = cluster.client_of(leader);
  hamok::cli::map_client map{via, "users"};
  REQUIRE(map.open());
  std::vector<std::string> seen;
  auto writer = cluster.client_of(leader);
  bool written = false;
  auto take = [&](const hamok::client_event& event) {
    if (const auto* change = std::get_if<hamok::collection_event>(&event.body))
      seen.emplace_back(change->key.text());
    return seen.size() < 2;
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  auto go_on = [&] {
    if (!written) // only once the subscription is there
      written = static_cast<bool>(
          hamok::cli::map_client{writer, "users"}.set_all({{"a", "1"}, {"b", "2"}}));
    return std::chrono::steady_clock::now() < deadline;
  };
  CHECK_FALSE(via.watch({.node = false, .collections = {"users"}}, take, go_on));
  CHECK(seen == std::vector<std::string>{"a", "b"});
}

TEST_CASE("the content of two maps is compared, not how it came about") {
  process_cluster cluster;
  cluster.await_leader(cluster.all());
  const auto connect = "--connect=" + cluster.endpoint(0);
  REQUIRE(run_hamok({"map", "set", "one", "a", "1", connect}).code == 0);
  REQUIRE(run_hamok({"map", "set", "two", "a", "0", connect}).code == 0);
  REQUIRE(run_hamok({"map", "set", "two", "a", "1", connect}).code == 0);
  REQUIRE(cluster.await_equal("two", cluster.all()));
  REQUIRE(cluster.await_equal("one", cluster.all()));
  const auto digest = [&](const char* map) {
    return json::parse(run_hamok({"map", "digest", map, connect, "--json"}).output);
  };
  CHECK(digest("one")["digest"] == digest("two")["digest"]);
  CHECK(digest("one")["sessions_digest"] != digest("two")["sessions_digest"]);
}

TEST_CASE("events for machines have their fields") {
  process_cluster cluster;
  const auto leader = cluster.await_leader(cluster.all());
  const auto connect = "--connect=" + cluster.endpoint(leader);
  const auto run = run_hamok({"events", "--json", "--count=3", "--for=10000", connect});
  REQUIRE(run.code == 0);
  std::istringstream lines{run.output};
  std::size_t heartbeats = 0;
  for (std::string each; std::getline(lines, each);) {
    const auto event = json::parse(each);
    CHECK_FALSE(event.contains("detail"));
    heartbeats += event["event"] == "heartbeat" ? 1 : 0;
    if (event["event"] == "commit")
      CHECK(event["index"].is_number());
  }
  CHECK(heartbeats > 0);
}

TEST_CASE("garbage on the port does not hurt a member") {
  process_cluster cluster;
  const auto leader = cluster.await_leader(cluster.all());
  std::vector<int> open_ones;
  for (const auto& bytes :
       {std::string(100'000, '\xff'), std::string{"GET / HTTP/1.1\r\n\r\n"}, std::string(3, '\0'),
        std::string("\x10\x00\x00\x00\x01\0\0\0\0abc", 12)})
    for (const auto i : cluster.all())
      open_ones.push_back(connect_and_send(cluster.endpoint(i), bytes));
  auto via = cluster.client_of(leader);
  hamok::cli::map_client map{via, "users"};
  REQUIRE(map.open());
  CHECK(map.set("alice", "42"));
  CHECK(cluster.leader(cluster.all()) == leader);
  for (const auto fd : open_ones)
    close(fd);
  CHECK(cluster.await_equal("users", cluster.all()));
}
