#include "hamok/tests/process/process_cluster.hpp"

#include "hamok/actors/plugin.hpp"
#include "hamok/cli/free_ports.hpp"
#include "hamok/tests/catch.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <thread>

namespace hamok::process_test {

namespace {

/// Slow links and five hosts on one machine: an idle time that a busy machine does not reach.
constexpr auto* network_options = "  allow-insecure = true\n  follower-max-idle = 1s\n";

const bool initialized = (hamok::init(), true);

std::filesystem::path make_folder() {
  auto name = (std::filesystem::temp_directory_path() / "hamok-test-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  return name;
}

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

std::string quoted(const std::vector<std::string>& all) {
  std::string result;
  for (const auto& each : all)
    result += "    \"" + each + "\",\n";
  return result;
}

} // namespace

bool eventually(const std::function<bool()>& what, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    if (what())
      return true;
    if (std::chrono::steady_clock::now() >= deadline)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

program_run run_hamok(const std::vector<std::string>& words, std::chrono::milliseconds limit) {
  const auto folder = make_folder();
  program_run result;
  cli::child_options options{.arguments = {HAMOK_CLI_PATH}, .log = folder / "errors"};
  options.arguments.insert(options.arguments.end(), words.begin(), words.end());
  options.output = open((folder / "output").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  cli::child_process child{options};
  close(options.output);
  result.code = child.wait(limit).value_or(-1);
  result.output = content_of(folder / "output");
  result.errors = content_of(folder / "errors");
  std::filesystem::remove_all(folder);
  return result;
}

process_cluster::process_cluster(std::size_t size, links how)
    : folder_(make_folder()),
      exceptions_(std::uncaught_exceptions()) {
  make_places(size, how);
  for (std::size_t i = 0; i < size; ++i) {
    write_config(i, founders());
    start(i);
  }
}

process_cluster::process_cluster(packet_network& network)
    : folder_(make_folder()),
      network_(&network),
      exceptions_(std::uncaught_exceptions()) {
  constexpr std::uint16_t port = 7000; // everybody's own
  for (std::size_t i = 0; i < network.size(); ++i) {
    auto& added = members_.emplace_back();
    added.host = network.address(i);
    added.port = added.advertised = port;
  }
  for (std::size_t i = 0; i < size(); ++i) {
    write_config(i, founders());
    start(i);
  }
}

process_cluster::process_cluster(empty_t, std::size_t places, links how, std::string options)
    : folder_(make_folder()),
      options_(std::move(options)),
      exceptions_(std::uncaught_exceptions()) {
  make_places(places, how);
}

void process_cluster::make_places(std::size_t count, links how) {
  const auto proxied = how == links::proxied;
  const auto ports = cli::free_ports((proxied ? 2 : 1) * count);
  std::vector<link_proxy::door> doors;
  for (std::size_t i = 0; i < count; ++i) {
    auto& added = members_.emplace_back();
    added.port = ports[i];
    added.advertised = proxied ? ports[count + i] : added.port;
    doors.push_back({name(i), added.advertised, added.port});
  }
  if (proxied)
    proxy_ = std::make_unique<link_proxy>(std::move(doors));
}

process_cluster::~process_cluster() {
  for (auto& each : members_)
    each.process.kill();
  if (std::uncaught_exceptions() > exceptions_)
    std::cerr << "the members' logs are in " << folder_ << '\n';
  else
    std::filesystem::remove_all(folder_);
}

void process_cluster::write_config(std::size_t position, const std::string& way_in) const {
  const auto& self = members_[position];
  std::ofstream{file(position, "conf")}
      << "hamok {\n  listen = \"" << self.at(self.port) << "\"\n  advertise = \""
      << self.at(self.advertised) << "\"\n"
      << (network_ ? network_options : "") << options_ << way_in << "}\n";
}

std::string process_cluster::founders() const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < size(); ++i)
    all.push_back(name(i) + "@" + members_[i].at(members_[i].advertised));
  return "  initial-members = [\n" + quoted(all) + "  ]\n";
}

std::filesystem::path process_cluster::file(std::size_t member, const std::string& ending) const {
  return folder_ / (name(member) + "." + ending);
}

void process_cluster::start_with(std::size_t member, const std::vector<std::string>& seeds,
                                 std::uint32_t expect) {
  write_config(member, "  seeds = [\n" + quoted(seeds)
                           + "  ]\n  bootstrap-expect = " + std::to_string(expect) + "\n");
  start(member);
}

bool process_cluster::stop(std::size_t member) {
  process(member).signal(SIGTERM);
  return process(member).wait(std::chrono::seconds{20}) == 0;
}

cli::child_process process_cluster::start_twin(std::size_t member) const {
  return cli::child_process{
      {.arguments = {HAMOK_CLI_PATH, "node", "--config-file=" + file(member, "conf").string(),
                     "--hamok.peer-id=" + name(member), "--hamok.listen=127.0.0.1:0",
                     "--log-level=info"},
       .log = file(member, "twin")}};
}

std::string process_cluster::log_of_twin(std::size_t member) const {
  return content_of(file(member, "twin"));
}

void process_cluster::start(std::size_t member) {
  std::optional<packet_network::visit> there;
  if (network_)
    there.emplace(*network_, member);
  members_[member].process = cli::child_process{
      {.arguments = {HAMOK_CLI_PATH, "node", "--config-file=" + file(member, "conf").string(),
                     "--hamok.peer-id=" + name(member), "--log-level=info"},
       .log = file(member, "log")}};
}

std::string process_cluster::name(std::size_t member) {
  return "member-" + std::to_string(member + 1);
}

std::string process_cluster::seed_of(std::size_t member) const {
  return members_[member].at(members_[member].advertised);
}

std::string process_cluster::endpoint(std::size_t member) const {
  return members_[member].at(members_[member].port);
}

std::vector<std::string> process_cluster::endpoints() const {
  std::vector<std::string> result;
  for (const auto i : all())
    result.push_back(endpoint(i));
  return result;
}

std::string process_cluster::log(std::size_t member) const {
  return content_of(file(member, "log"));
}

client process_cluster::client_of(std::size_t member) const {
  return client{{.endpoints = {endpoint(member)},
                 .timeout = std::chrono::seconds{2},
                 .follow_leader = false,
                 .keep_trying = false}};
}

client process_cluster::patient_client(std::size_t first) const {
  client_options options;
  for (std::size_t i = 0; i < size(); ++i)
    options.endpoints.push_back(endpoint((first + i) % size()));
  options.timeout = std::chrono::seconds{60};
  options.follow_leader = false; // through different members, as long as they answer
  return client{std::move(options)};
}

std::optional<std::size_t> process_cluster::leader(const std::vector<std::size_t>& among) const {
  std::optional<std::size_t> found;
  std::vector<std::string> believed;
  for (const auto i : among) {
    const auto status = client_of(i).status();
    if (!status || !status->view.leader)
      return std::nullopt;
    believed.push_back(status->view.leader->peer);
    if (status->view.role == raft::role::leader) {
      if (found)
        return std::nullopt;
      found = i;
    }
  }
  if (!found)
    return std::nullopt;
  const auto agree = std::all_of(believed.begin(), believed.end(),
                                 [&](const auto& peer) { return peer == name(*found); });
  return agree ? found : std::nullopt;
}

std::size_t process_cluster::await_leader(const std::vector<std::size_t>& among) const {
  std::optional<std::size_t> found;
  const auto there = eventually([&] {
    found = leader(among);
    return found.has_value();
  });
  REQUIRE(there);
  return *found;
}

std::vector<std::size_t> process_cluster::all() const {
  return all_but(size());
}

std::vector<std::size_t> process_cluster::all_but(std::size_t member) const {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < size(); ++i)
    if (i != member)
      result.push_back(i);
  return result;
}

std::string process_cluster::incarnation(std::size_t member) const {
  const auto status = client_of(member).status();
  return status ? raft::to_string(status->incarnation) : std::string{};
}

bool process_cluster::are_members(const std::vector<std::size_t>& members) const {
  std::set<raft::member_id> expected;
  std::vector<node_status> seen;
  for (const auto i : members) {
    auto status = client_of(i).status();
    if (!status || !status->view.leader || status->standing != raft::standing::voter)
      return false;
    expected.insert({status->peer_id, status->incarnation});
    seen.push_back(std::move(*status));
  }
  return std::all_of(seen.begin(), seen.end(), [&](const auto& status) {
    const auto& now = status.view.members;
    const std::set<raft::member_id> voters{now.voters.begin(), now.voters.end()};
    return voters == expected && now.outgoing.empty() && now.learners.empty()
           && status.view.leader == seen.front().view.leader
           && expected.contains(*status.view.leader);
  });
}

bool process_cluster::await_members(const std::vector<std::size_t>& members) const {
  return eventually([&] { return are_members(members); });
}

bool process_cluster::await_equal(const std::string& map,
                                  const std::vector<std::size_t>& among) const {
  return eventually([&] {
    std::optional<collection_status> first;
    for (const auto i : among) {
      const auto status = client_of(i).collection(map);
      if (!status || status->number == 0)
        return false;
      if (!first)
        first = *status;
      else if (status->digest != first->digest || status->size != first->size)
        return false;
    }
    return true;
  });
}

} // namespace hamok::process_test
