#include "hamok/cli/demo_cluster.hpp"

#include "hamok/cli/free_ports.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace hamok::cli {

namespace {

using std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds{20};

} // namespace

demo_cluster::demo_cluster(std::filesystem::path folder, std::size_t size) {
  std::filesystem::create_directories(folder);
  for (const auto port : free_ports(size))
    members_.push_back({.name = "member-" + std::to_string(members_.size() + 1),
                        .endpoint = "127.0.0.1:" + std::to_string(port),
                        .process = {}});
  const auto file = folder / "cluster.conf";
  std::ofstream{file} << config();
  for (auto& each : members_)
    each.process =
        child_process{{.arguments = {own_program(), "node", "--config-file=" + file.string(),
                                     "--hamok.peer-id=" + each.name},
                       .log = folder / (each.name + ".log")}};
}

/// One file for all: the members differ in their name only.
std::string demo_cluster::config() const {
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
