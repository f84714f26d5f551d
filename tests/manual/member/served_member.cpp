#include "hamok/tests/manual/member/served_member.hpp"

#include "hamok/actors/plugin.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace hamok::test {

namespace {

opener opener_of(const std::string& kind) {
  static const std::map<std::string, opener> all{
      {"map", serve_map},
      {"queue", serve_queue},
      {"record", serve_record},
      {"text record", serve_text_record},
      {"json record", serve_json_record},
      {"emitter", serve_emitter},
  };
  const auto found = all.find(kind);
  if (found == all.end())
    throw failure{"no such kind", kind};
  return found->second;
}

json to_json(const node_status& status) {
  std::vector<std::string> members;
  auto linked = json::object();
  for (const auto& one : status.members) {
    members.push_back(one.id.peer);
    if (one.linked && one.voter)
      linked[one.id.peer] = raft::to_string(one.id.incarnation);
  }
  std::ranges::sort(members); // they are in the order in which they came
  return {{"peer_id", status.peer_id}, {"incarnation", raft::to_string(status.incarnation)},
          {"cluster", status.cluster}, {"running", status.running},
          {"members", members},        {"linked", linked}}; // voters, and which life of them
}

template <class T>
std::int64_t milliseconds_of(T time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

json to_json(const node_config& config) {
  std::vector<std::string> founders;
  for (const auto& one : config.initial_members)
    founders.push_back(one.peer);
  return {{"peer-id", config.peer_id},
          {"cluster", config.cluster},
          {"election-timeout", milliseconds_of(config.election_timeout)},
          {"follower-max-idle", milliseconds_of(config.follower_max_idle)},
          {"heartbeat", milliseconds_of(config.heartbeat)},
          {"only-follower", config.only_follower},
          {"initial-members", founders},
          {"bootstrap-expect", config.bootstrap_expect},
          {"log-entries-expiration-time", milliseconds_of(config.log_entries_expiration_time)},
          {"log-max-entries", config.log_max_entries},
          {"log-max-bytes", config.log_max_bytes},
          {"request-timeout", milliseconds_of(config.request_timeout)},
          {"max-message-entries", config.max_message_entries},
          {"max-message-bytes", config.max_message_bytes}};
}

json digits(const blob& bytes) {
  auto result = json::array();
  for (const auto one : bytes.bytes())
    result.push_back(std::to_integer<int>(one));
  return result;
}

} // namespace

node_config config_of(const std::vector<std::string>& words) {
  std::vector<std::string> all{"member"};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (auto& one : all)
    argv.push_back(one.data());
  init();
  caf::actor_system_config config;
  add_options(config);
  worked(config.parse(static_cast<int>(argv.size()), argv.data()));
  return read_config(config);
}

served_member::served_member(caf::actor_system& system, node_config config, node_parts parts) {
  config.auto_start = false; // no event gets lost
  node_ = std::make_unique<node>(value_of(spawn_node(system, std::move(config), std::move(parts))));
  node_->on_any([out = lines_, beats = heartbeats_](const any_event& value) {
    if (std::holds_alternative<event::heartbeat>(value))
      ++*beats; // too many to keep
    else
      out->add(to_string(value));
  });
  offer_life();
  offer_members();
  offer_waiting();
  offer_reading();
  offer_collections();
  offer_snapshots();
  worked(node_->start());
}

json served_member::answer(const json& request) {
  try {
    const auto with = request.value("with", json());
    const std::string call = request.at("call");
    if (!request.contains("of"))
      return {{"answer", table_.call(call, with)}};
    const auto found = collections_.find(request["of"]);
    if (found == collections_.end())
      throw failure{"not open", request["of"]};
    return {{"answer", found->second->call(call, with)}};
  } catch (const failure& reason) {
    return {{"error", reason.code()}, {"text", reason.text()}};
  } catch (const std::exception& other) {
    return {{"error", "exception"}, {"text", other.what()}};
  }
}

void served_member::offer_life() {
  table_.offer("start", [this](const json&) { return worked(node_->start()); });
  table_.offer("stop", [this](const json&) { return worked(node_->stop()); });
  table_.offer("close", [this](const json&) { return worked(node_->close()); });
  table_.offer("join", [this](const json&) { return worked(node_->join(patience_of_cases)); });
  table_.offer("leave", [this](const json&) { return worked(node_->leave()); });
  table_.offer("events", [this](const json&) { return json(lines_->all()); });
  table_.offer("heartbeats", [this](const json&) { return json(heartbeats_->load()); });
}

void served_member::offer_members() {
  table_.offer("add_remote_peer",
               [this](const json& x) { return worked(node_->add_remote_peer(x[0])); });
  table_.offer("remove_remote_peer",
               [this](const json& x) { return worked(node_->remove_remote_peer(x[0])); });
  table_.offer("transfer_leadership",
               [this](const json& x) { return worked(node_->transfer_leadership(x[0])); });
  table_.offer("compact", [this](const json&) { return json(value_of(node_->compact())); });
}

void served_member::offer_waiting() {
  table_.offer("wait_until_leader", [this](const json&) {
    return json(value_of(node_->wait_until_leader(patience_of_cases)));
  });
  table_.offer("wait_until_commit_head", [this](const json&) {
    return json(value_of(node_->wait_until_commit_head(patience_of_cases)));
  });
  table_.offer("ready", [this](const json&) { return worked(node_->ready(patience_of_cases)); });
}

void served_member::offer_reading() {
  table_.offer("local_peer_id", [this](const json&) { return json(node_->local_peer_id()); });
  table_.offer("remote_peer_ids", [this](const json&) { return json(node_->remote_peer_ids()); });
  table_.offer("leader", [this](const json&) { return json(node_->leader()); });
  table_.offer("leader_id", [this](const json&) { return json(node_->leader_id()); });
  table_.offer("state", [this](const json&) { return json(raft::to_string(node_->state())); });
  table_.offer("term", [this](const json&) { return json(node_->term()); });
  table_.offer("commit_index", [this](const json&) { return json(node_->commit_index()); });
  table_.offer("running", [this](const json&) { return json(node_->running()); });
  table_.offer("app_data", [this](const json&) { return json::parse(node_->app_data()); });
  table_.offer("config", [this](const json&) { return to_json(node_->config()); });
  table_.offer("status", [this](const json&) { return to_json(value_of(node_->status())); });
  table_.offer("stats", [this](const json&) {
    const auto now = node_->stats();
    return json{{"leader_changes", now.leader_changes}, {"links_opened", now.links_opened}};
  });
}

void served_member::offer_collections() {
  table_.offer("open", [this](const json& how) { return open(how); });
  table_.offer("storages", [this](const json&) {
    auto result = json::object();
    for (const auto& one : value_of(node_->storages()))
      result[one.name] = one.kind;
    return result;
  });
  table_.offer("digest", [this](const json& x) {
    for (const auto& one : value_of(node_->storages()))
      if (one.name == x[0].get<std::string>() && one.number != 0)
        return digits(one.digest);
    return json();
  });
  table_.offer("kill_collection", [this](const json& x) {
    caf::anon_send_exit(value_of(node_->find_collection(x[0])), caf::exit_reason::kill);
    return json();
  });
  table_.offer("submit", [this](const json& x) {
    const auto command = blob::from_string(x[1].get<std::string>());
    return json(value_of(node_->submit(x[0], command, patience_of_cases)).size());
  });
}

void served_member::offer_snapshots() {
  table_.offer("export_snapshot",
               [this](const json&) { return json(value_of(node_->export_snapshot())); });
  table_.offer("import_snapshot", [this](const json& x) {
    return worked(node_->import_snapshot(value_of(node_snapshot_from(x[0]))));
  });
}

json served_member::open(const json& how) {
  const std::string id = how.at("id");
  collections_.erase(id); // its callbacks are cancelled; the collection goes on
  bool existed = false;
  collections_[id] = opener_of(how.at("kind"))(*node_, id, how, existed);
  return existed;
}

} // namespace hamok::test
