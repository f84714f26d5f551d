#include "hamok/actors/interfaces/events.hpp"

#include <type_traits>

namespace hamok {

namespace {

std::string quoted(const std::string& text) {
  return '"' + text + '"';
}

std::string line(const event::started&) {
  return "started";
}
std::string line(const event::stopped&) {
  return "stopped";
}
std::string line(const event::closed&) {
  return "closed";
}
std::string line(const event::follower&) {
  return "follower";
}
std::string line(const event::candidate&) {
  return "candidate";
}
std::string line(const event::leader&) {
  return "leader";
}
std::string line(const event::heartbeat&) {
  return "heartbeat";
}
std::string line(const event::state_changed& x) {
  return std::string{"state-changed now="} + raft::to_string(x.now)
         + " before=" + raft::to_string(x.before);
}
std::string line(const event::leader_changed& x) {
  return "leader-changed now=" + quoted(x.now) + " before=" + quoted(x.before);
}
std::string line(const event::message& x) {
  return std::string{"message "} + (x.way == event::direction::out ? "to=" : "from=")
         + quoted(x.peer) + " " + raft::to_string(x.content);
}
std::string line(const event::remote_peer_joined& x) {
  return "remote-peer-joined id=" + quoted(x.id);
}
std::string line(const event::remote_peer_left& x) {
  return "remote-peer-left id=" + quoted(x.id);
}
std::string line(const event::commit& x) {
  return "commit index=" + std::to_string(x.index);
}
std::string line(const event::error& x) {
  return "error code=" + to_string(x.code) + " text=" + quoted(x.text);
}
std::string line(const event::hello_notification& x) {
  return "hello-notification id=" + quoted(x.id) + " app-data=" + x.app_data;
}
std::string line(const event::no_heartbeat_from& x) {
  return "no-heartbeat-from id=" + quoted(x.id);
}
std::string line(const event::lagged& x) {
  return "lagged count=" + std::to_string(x.count);
}

} // namespace

std::string to_string(const any_event& value) {
  return std::visit([](const auto& x) { return line(x); }, value);
}

} // namespace hamok
