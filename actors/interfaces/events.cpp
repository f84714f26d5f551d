#include "hamok/actors/interfaces/events.hpp"

#include <utility>

namespace hamok {

namespace {

event_field text(const char* name, std::string value) {
  return {name, std::move(value), event_field::kind::text};
}

event_field word(const char* name, std::string value) {
  return {name, std::move(value), event_field::kind::word};
}

event_field number(const char* name, std::uint64_t value) {
  return {name, std::to_string(value), event_field::kind::json};
}

event_text told(const event::started&) {
  return {"started", {}};
}
event_text told(const event::stopped&) {
  return {"stopped", {}};
}
event_text told(const event::closed&) {
  return {"closed", {}};
}
event_text told(const event::follower&) {
  return {"follower", {}};
}
event_text told(const event::candidate&) {
  return {"candidate", {}};
}
event_text told(const event::leader&) {
  return {"leader", {}};
}
event_text told(const event::heartbeat&) {
  return {"heartbeat", {}};
}
event_text told(const event::state_changed& x) {
  return {"state-changed",
          {word("now", raft::to_string(x.now)), word("before", raft::to_string(x.before))}};
}
event_text told(const event::leader_changed& x) {
  return {"leader-changed", {text("now", x.now), text("before", x.before)}};
}
event_text told(const event::message& x) {
  if (x.frame.size() > 0)
    return {"message", {text("to", x.peer), number("frame-bytes", x.frame.size())}};
  return {"message",
          {text(x.way == event::direction::out ? "to" : "from", x.peer),
           text("content", raft::to_string(x.content))}};
}
event_text told(const event::remote_peer_joined& x) {
  return {"remote-peer-joined", {text("id", x.id)}};
}
event_text told(const event::remote_peer_left& x) {
  return {"remote-peer-left", {text("id", x.id)}};
}
event_text told(const event::commit& x) {
  return {"commit", {number("index", x.index)}};
}
event_text told(const event::error& x) {
  return {"error", {word("code", to_string(x.code)), text("text", x.text)}};
}
event_text told(const event::hello_notification& x) {
  return {"hello-notification",
          {text("id", x.id), {"app-data", x.app_data, event_field::kind::json}}};
}
event_text told(const event::no_heartbeat_from& x) {
  return {"no-heartbeat-from", {text("id", x.id)}};
}
event_text told(const event::joined& x) {
  return {"joined", {{"cluster", raft::to_string(x.cluster), event_field::kind::text}}};
}
event_text told(const event::rejoining&) {
  return {"rejoining", {}};
}
event_text told(const event::left&) {
  return {"left", {}};
}
event_text told(const event::quorum_lost& x) {
  return {"quorum-lost", {{"text", x.text, event_field::kind::text}}};
}
event_text told(const event::lagged& x) {
  return {"lagged", {number("count", x.count)}};
}
event_text told(const event::unsynced_peer& x) {
  return {"unsynced-peer", {text("id", x.id)}};
}
event_text told(const event::resync& x) {
  return {"resync", {text("collection", x.collection)}};
}

} // namespace

event_text describe(const any_event& value) {
  return std::visit([](const auto& x) { return told(x); }, value);
}

std::string to_string(const event_text& value) {
  auto result = value.name;
  for (const auto& field : value.fields) {
    result += " " + field.name + "=";
    if (field.what == event_field::kind::text)
      result += '"' + field.value + '"';
    else
      result += field.value;
  }
  return result;
}

std::string to_string(const any_event& value) {
  return to_string(describe(value));
}

} // namespace hamok
