#include "hamok/cli/demo_cluster.hpp"

#include "hamok/cli/free_ports.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

namespace hamok::cli {

namespace {

using std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds{20};

} // namespace

demo_cluster::demo_cluster(std::filesystem::path folder, std::size_t size,
                           std::vector<std::string> arguments)
    : folder_(std::move(folder)),
      arguments_(std::move(arguments)) {
  std::filesystem::create_directories(folder_);
  const auto file = folder_ / "cluster.conf";
  for (const auto port : free_ports(size))
    members_.push_back({.name = "member-" + std::to_string(members_.size() + 1),
                        .endpoint = "127.0.0.1:" + std::to_string(port),
                        .config = file,
                        .process = {}});
  std::ofstream{file} << founders();
  for (std::size_t i = 0; i < size; ++i)
    start(i);
}

void demo_cluster::start(std::size_t member) {
  auto& one = members_[member];
  std::vector<std::string> words{own_program(), "node", "--config-file=" + one.config.string(),
                                 "--hamok.peer-id=" + one.name};
  words.insert(words.end(), arguments_.begin(), arguments_.end());
  one.process =
      child_process{{.arguments = std::move(words), .log = folder_ / (one.name + ".log")}};
}

std::string demo_cluster::log(std::size_t member) const {
  std::ifstream file{folder_ / (name(member) + ".log"), std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::size_t demo_cluster::add(std::size_t seed) {
  const auto name = "member-" + std::to_string(size() + 1);
  const auto at = "127.0.0.1:" + std::to_string(free_ports(1).front());
  const auto file = folder_ / (name + ".conf");
  std::ofstream{file} << "hamok {\n  listen = \"" << at << "\"\n  seeds = [\"" << endpoint(seed)
                      << "\"]\n}\n";
  members_.push_back({.name = name, .endpoint = at, .config = file, .process = {}});
  start(size() - 1);
  return size() - 1;
}

/// One file for all founders: they differ in their name only.
std::string demo_cluster::founders() const {
  std::string result = "hamok {\n  initial-members = [\n";
  for (const auto& each : members_)
    result += "    \"" + each.name + "@" + each.endpoint + "\",\n";
  return result + "  ]\n}\n";
}

std::vector<std::size_t> demo_cluster::running() const {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < size(); ++i)
    if (running(i))
      result.push_back(i);
  return result;
}

client demo_cluster::client_of(std::size_t member) const {
  return client{{.endpoints = {endpoint(member)},
                 .name = "demo",
                 .timeout = std::chrono::seconds{2},
                 .follow_leader = false,
                 .keep_trying = false}};
}

client demo_cluster::client_of_all() const {
  client_options options{.name = "demo", .timeout = std::chrono::seconds{10}};
  for (const auto& each : members_)
    options.endpoints.push_back(each.endpoint);
  return client{std::move(options)};
}

std::optional<std::size_t> demo_cluster::leader() const {
  std::optional<std::string> agreed;
  for (const auto i : running()) {
    const auto status = client_of(i).status();
    if (!status || !status->view.leader)
      return std::nullopt;
    if (agreed && *agreed != status->view.leader->peer)
      return std::nullopt;
    agreed = status->view.leader->peer;
  }
  for (const auto i : running())
    if (name(i) == agreed)
      return i;
  return std::nullopt;
}

std::size_t demo_cluster::await_leader() const {
  const auto deadline = steady_clock::now() + patience;
  do {
    if (const auto found = leader())
      return *found;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  } while (steady_clock::now() < deadline);
  throw std::runtime_error("the members have not elected a leader in 20 seconds");
}

std::optional<node_status> demo_cluster::status(std::size_t member) const {
  auto result = client_of(member).status();
  if (!result)
    return std::nullopt;
  return std::move(*result);
}

bool demo_cluster::are_members(const std::vector<std::size_t>& members) const {
  std::set<raft::member_id> expected;
  std::vector<node_status> seen;
  for (const auto i : members) {
    auto one = status(i);
    if (!one || !one->view.leader || one->standing != raft::standing::voter)
      return false;
    expected.insert({one->peer_id, one->incarnation});
    seen.push_back(std::move(*one));
  }
  return std::all_of(seen.begin(), seen.end(), [&](const auto& one) {
    const auto& now = one.view.members;
    const std::set<raft::member_id> voters{now.voters.begin(), now.voters.end()};
    return voters == expected && now.outgoing.empty() && now.learners.empty()
           && one.view.leader == seen.front().view.leader && expected.contains(*one.view.leader);
  });
}

bool demo_cluster::await_members(const std::vector<std::size_t>& members) const {
  const auto deadline = steady_clock::now() + patience;
  while (!are_members(members)) {
    if (steady_clock::now() >= deadline)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

std::vector<collection_status> demo_cluster::digests(const std::string& map) const {
  const auto deadline = steady_clock::now() + patience;
  for (;;) {
    std::vector<collection_status> result;
    for (const auto i : running()) {
      auto status = client_of(i).collection(map);
      result.push_back(status ? std::move(*status) : collection_status{});
    }
    if (all_equal(result) || steady_clock::now() >= deadline)
      return result;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

bool all_equal(const std::vector<collection_status>& statuses) {
  return !statuses.empty() && std::all_of(statuses.begin(), statuses.end(), [&](const auto& each) {
    return each.number != 0 && each.digest == statuses[0].digest && each.size == statuses[0].size;
  });
}

} // namespace hamok::cli
