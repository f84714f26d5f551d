#pragma once

// How CAF reads and writes the messages: one `inspect` for each struct.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/error.hpp"
#include "hamok/actors/interfaces/events.hpp"
#include "hamok/actors/interfaces/messages.hpp"
#include "hamok/raft/codec.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace hamok {

namespace detail {

/// Writes all bytes in one call: element by element is five times slower in CAF 0.18.
template <class Inspector>
bool save_bytes(Inspector& f, const blob& x) {
  if (!f.begin_sequence(x.size()))
    return false;
  if constexpr (requires { f.value(compat::caf_bytes(x.bytes())); }) {
    if (!f.value(compat::caf_bytes(x.bytes())))
      return false;
  } else {
    for (auto byte : x.bytes())
      if (!f.value(static_cast<std::uint8_t>(byte)))
        return false;
  }
  return f.end_sequence();
}

template <class Inspector>
bool load_chunk(Inspector& f, std::span<std::byte> chunk) {
  if constexpr (requires { f.value(compat::caf_bytes(chunk)); }) {
    return f.value(compat::caf_bytes(chunk));
  } else {
    for (auto& byte : chunk) {
      std::uint8_t value = 0;
      if (!f.value(value))
        return false;
      byte = static_cast<std::byte>(value);
    }
    return true;
  }
}

template <class Inspector>
bool load_bytes(Inspector& f, blob& x) {
  std::size_t size = 0;
  if (!f.begin_sequence(size))
    return false;
  // A hostile size is met with a buffer that grows only as bytes really come.
  constexpr std::size_t step = std::size_t{1} << 20;
  std::vector<std::byte> buffer;
  while (buffer.size() < size) {
    const auto old_size = buffer.size();
    buffer.resize(old_size + std::min(step, size - old_size));
    if (!load_chunk(f, std::span{buffer}.subspan(old_size)))
      return false;
  }
  x = blob::from_vector(std::move(buffer));
  return f.end_sequence();
}

} // namespace detail

template <class Inspector>
bool inspect(Inspector& f, blob& x) {
  if constexpr (Inspector::is_loading)
    return detail::load_bytes(f, x);
  else
    return detail::save_bytes(f, x);
}

} // namespace hamok

namespace hamok::raft {

template <class Inspector>
bool inspect(Inspector& f, role& x) {
  auto get = [&x] { return static_cast<std::uint8_t>(x); };
  auto set = [&x](std::uint8_t value) {
    x = static_cast<role>(value);
    return value <= static_cast<std::uint8_t>(role::leader);
  };
  return f.apply(get, set);
}

/// As the bytes that go between nodes.
template <class Word, class Inspector>
bool inspect_word(Inspector& f, Word& x) {
  auto get = [&x] { return to_blob(node_word{x}); };
  auto set = [&x](const blob& bytes) {
    auto decoded = decode_word(bytes);
    if (!decoded || !std::holds_alternative<Word>(*decoded))
      return false;
    x = std::get<Word>(std::move(*decoded));
    return true;
  };
  return f.object(x).fields(f.field("bytes", get, set));
}

template <class Inspector>
bool inspect(Inspector& f, change_order& x) {
  return inspect_word(f, x);
}

template <class Inspector>
bool inspect(Inspector& f, change_reply& x) {
  return inspect_word(f, x);
}

template <class Inspector>
bool inspect(Inspector& f, known_peer& x) {
  return f.object(x).fields(f.field("peer", x.peer), f.field("endpoint", x.endpoint),
                            f.field("version", x.version));
}

template <class Inspector>
bool inspect(Inspector& f, standing& x) {
  auto get = [&x] { return static_cast<std::uint8_t>(x); };
  auto set = [&x](std::uint8_t value) {
    x = static_cast<standing>(value);
    return value <= static_cast<std::uint8_t>(standing::removed);
  };
  return f.apply(get, set);
}

template <class Inspector>
bool inspect(Inspector& f, transfer_result& x) {
  auto get = [&x] { return static_cast<std::uint8_t>(x); };
  auto set = [&x](std::uint8_t value) {
    x = static_cast<transfer_result>(value);
    return value <= static_cast<std::uint8_t>(transfer_result::timed_out);
  };
  return f.apply(get, set);
}

template <class Inspector>
bool inspect(Inspector& f, incarnation_id& x) {
  return f.object(x).fields(f.field("high", x.high), f.field("low", x.low));
}

template <class Inspector>
bool inspect(Inspector& f, member_id& x) {
  return f.object(x).fields(f.field("peer", x.peer), f.field("incarnation", x.incarnation));
}

template <class Inspector>
bool inspect(Inspector& f, retired_member& x) {
  return f.object(x).fields(f.field("member", x.member), f.field("index", x.index));
}

template <class Inspector>
bool inspect(Inspector& f, configuration& x) {
  return f.object(x).fields(f.field("voters", x.voters), f.field("outgoing", x.outgoing),
                            f.field("learners", x.learners), f.field("retired", x.retired),
                            f.field("retired_floor", x.retired_floor));
}

template <class Inspector>
bool inspect(Inspector& f, snapshot_meta& x) {
  auto get = [&x] { return static_cast<std::int64_t>(x.cluster_time.count()); };
  auto set = [&x](std::int64_t value) {
    x.cluster_time = duration{value};
    return value >= 0 && x.cluster_time <= max_cluster_time;
  };
  return f.object(x).fields(f.field("index", x.index), f.field("term", x.term),
                            f.field("cluster-time", get, set), f.field("members", x.members));
}

/// Messages of the algorithm have one encoding, on every kind of link.
template <class Inspector>
bool inspect(Inspector& f, message& x) {
  auto get = [&x] { return to_blob(x); };
  auto set = [&x](const blob& bytes) {
    auto decoded = decode_message(bytes);
    if (!decoded)
      return false;
    x = std::move(*decoded);
    return true;
  };
  return f.object(x).fields(f.field("bytes", get, set));
}

template <class Inspector>
bool inspect(Inspector& f, entry& x) {
  auto get = [&x] {
    std::vector<std::byte> bytes;
    writer out{bytes};
    encode(x, out);
    return blob::from_vector(std::move(bytes));
  };
  auto set = [&x](const blob& bytes) {
    reader in{bytes};
    x = decode_entry(in);
    return in.done();
  };
  return f.object(x).fields(f.field("bytes", get, set));
}

} // namespace hamok::raft

namespace hamok {

template <class Inspector>
bool inspect(Inspector& f, peer_endpoint& x) {
  return f.object(x).fields(f.field("peer", x.peer), f.field("endpoint", x.endpoint));
}

template <class Inspector>
bool inspect(Inspector& f, hello& x) {
  return f.object(x).fields(
      f.field("protocol-min", x.protocol_min), f.field("protocol-max", x.protocol_max),
      f.field("cluster", x.cluster), f.field("cluster-id", x.cluster_id), f.field("self", x.self),
      f.field("endpoint", x.endpoint), f.field("known-members", x.known_members),
      f.field("born-after", x.born_after), f.field("epoch", x.epoch),
      f.field("seen-epoch", x.seen_epoch), f.field("app-data", x.app_data),
      f.field("state-kinds", x.state_kinds));
}

template <class Inspector>
bool inspect(Inspector& f, link_hello& x) {
  return f.object(x).fields(f.field("remote", x.remote), f.field("dialed", x.dialed),
                            f.field("epoch", x.epoch), f.field("seen-epoch", x.seen_epoch));
}

template <class Inspector>
bool inspect(Inspector& f, peer_word& x) {
  auto get = [&x] { return raft::to_blob(x.content); };
  auto set = [&x](const blob& bytes) {
    auto decoded = raft::decode_word(bytes);
    if (!decoded)
      return false;
    x.content = std::move(*decoded);
    return true;
  };
  return f.object(x).fields(f.field("bytes", get, set));
}

template <class Inspector>
bool inspect(Inspector& f, peer_message& x) {
  return f.object(x).fields(f.field("from", x.from), f.field("message", x.message));
}

template <class Inspector>
bool inspect(Inspector& f, proposal_batch& x) {
  return f.object(x).fields(f.field("via", x.via), f.field("origin", x.origin),
                            f.field("token", x.token), f.field("commands", x.commands));
}

template <class Inspector>
bool inspect(Inspector& f, proposal_refused& x) {
  return f.object(x).fields(f.field("via", x.via), f.field("origin", x.origin),
                            f.field("token", x.token), f.field("reason", x.reason));
}

template <class Inspector>
bool inspect(Inspector& f, committed_batch& x) {
  return f.object(x).fields(f.field("first-index", x.first_index), f.field("entries", x.entries));
}

template <class Inspector>
bool inspect(Inspector& f, applied_up_to& x) {
  return f.object(x).fields(f.field("index", x.index), f.field("lost", x.lost));
}

template <class Inspector>
bool inspect(Inspector& f, write_done& x) {
  return f.object(x).fields(f.field("sequence", x.sequence), f.field("ok", x.ok));
}

template <class Inspector>
bool inspect(Inspector& f, deadline_reached& x) {
  return f.object(x).fields(f.field("generation", x.generation));
}

template <class Inspector>
bool inspect(Inspector& f, role_view& x) {
  return f.object(x).fields(f.field("role", x.role), f.field("term", x.term),
                            f.field("leader", x.leader), f.field("commit-index", x.commit_index),
                            f.field("last-index", x.last_index),
                            f.field("durable-index", x.durable_index),
                            f.field("members", x.members), f.field("known-commit", x.known_commit));
}

template <class Inspector>
bool inspect(Inspector& f, leader_notice& x) {
  return f.object(x).fields(f.field("leader", x.leader), f.field("term", x.term),
                            f.field("away", x.away), f.field("draining", x.draining));
}

template <class Inspector>
bool inspect(Inspector& f, turned_away_by& x) {
  return f.object(x).fields(f.field("cluster", x.cluster), f.field("reason", x.reason));
}

template <class Inspector>
bool inspect(Inspector& f, members_seen& x) {
  return f.object(x).fields(f.field("latest", x.latest), f.field("latest-index", x.latest_index),
                            f.field("committed", x.committed),
                            f.field("committed-index", x.committed_index),
                            f.field("standing", x.standing), f.field("leader", x.leader));
}

template <class Inspector>
bool inspect(Inspector& f, change_task& x) {
  return f.object(x).fields(f.field("asker", x.asker), f.field("order", x.order));
}

template <class Inspector>
bool inspect(Inspector& f, change_result& x) {
  return f.object(x).fields(f.field("asker", x.asker), f.field("reply", x.reply));
}

template <class Inspector>
bool inspect(Inspector& f, transfer_request& x) {
  return f.object(x).fields(f.field("to", x.to));
}

template <class Inspector>
bool inspect(Inspector& f, transfer_ended& x) {
  return f.object(x).fields(f.field("result", x.result));
}

template <class Inspector>
bool inspect(Inspector& f, apply_item& x) {
  auto get = [&x] { return static_cast<std::int64_t>(x.cluster_time.count()); };
  auto set = [&x](std::int64_t value) {
    x.cluster_time = raft::duration{value};
    return true;
  };
  return f.object(x).fields(f.field("index", x.index), f.field("cluster-time", get, set),
                            f.field("data", x.data));
}

template <class Inspector>
bool inspect(Inspector& f, apply_batch& x) {
  return f.object(x).fields(f.field("items", x.items));
}

template <class Inspector>
bool inspect(Inspector& f, collection_applied& x) {
  return f.object(x).fields(f.field("collection", x.collection), f.field("index", x.index),
                            f.field("digest", x.digest));
}

template <class Inspector>
bool inspect(Inspector& f, collection_limits& x) {
  return f.object(x).fields(f.field("request-timeout", x.request_timeout),
                            f.field("max-message-entries", x.max_message_entries),
                            f.field("max-message-bytes", x.max_message_bytes));
}

template <class Inspector>
bool inspect(Inspector& f, collection_spec& x) {
  return f.object(x).fields(f.field("name", x.name), f.field("kind", x.kind),
                            f.field("options", x.options), f.field("initial", x.initial),
                            f.field("creator", x.creator), f.field("limits", x.limits));
}

template <class Inspector>
bool inspect(Inspector& f, collection_created& x) {
  return f.object(x).fields(f.field("number", x.number), f.field("spec", x.spec),
                            f.field("refused", x.refused));
}

template <class Inspector>
bool inspect(Inspector& f, cut_request& x) {
  return f.object(x).fields(f.field("meta", x.meta));
}

template <class Inspector>
bool inspect(Inspector& f, snapshot_taken& x) {
  return f.object(x).fields(f.field("index", x.index), f.field("ok", x.ok), f.field("size", x.size),
                            f.field("checksum", x.checksum), f.field("chunks", x.chunks));
}

template <class Inspector>
bool inspect(Inspector& f, install_snapshot& x) {
  return f.object(x).fields(f.field("meta", x.meta), f.field("checksum", x.checksum),
                            f.field("chunks", x.chunks));
}

template <class Inspector>
bool inspect(Inspector& f, snapshot_installed& x) {
  return f.object(x).fields(f.field("index", x.index), f.field("ok", x.ok),
                            f.field("text", x.text));
}

template <class Inspector>
bool inspect(Inspector& f, take_part& x) {
  return f.object(x).fields(f.field("cut", x.cut));
}

template <class Inspector>
bool inspect(Inspector& f, part_taken& x) {
  return f.object(x).fields(f.field("collection", x.collection), f.field("cut", x.cut),
                            f.field("slot", x.slot));
}

template <class Inspector>
bool inspect(Inspector& f, install_part& x) {
  return f.object(x).fields(f.field("collection", x.collection), f.field("index", x.index),
                            f.field("slot", x.slot));
}

template <class Inspector>
bool inspect(Inspector& f, loaded_part& x) {
  return f.object(x).fields(f.field("number", x.number), f.field("spec", x.spec),
                            f.field("slot", x.slot));
}

template <class Inspector>
bool inspect(Inspector& f, snapshot_loaded& x) {
  return f.object(x).fields(f.field("index", x.index), f.field("parts", x.parts),
                            f.field("problem", x.problem));
}

template <class Inspector>
bool inspect(Inspector& f, execute& x) {
  return f.object(x).fields(f.field("command", x.command), f.field("timeout", x.timeout));
}

template <class Inspector>
bool inspect(Inspector& f, execute_call& x) {
  return f.object(x).fields(f.field("id", x.id), f.field("command", x.command),
                            f.field("timeout", x.timeout));
}

template <class Inspector>
bool inspect(Inspector& f, execute_waiting& x) {
  return f.object(x).fields(f.field("command", x.command), f.field("timeout", x.timeout),
                            f.field("grace", x.grace));
}

template <class Inspector>
bool inspect(Inspector& f, execute_waiting_call& x) {
  return f.object(x).fields(f.field("id", x.id), f.field("what", x.what));
}

template <class Inspector>
bool inspect(Inspector& f, execute_in_session& x) {
  return f.object(x).fields(f.field("session", x.session), f.field("sequence", x.sequence),
                            f.field("first-outstanding", x.first_outstanding),
                            f.field("command", x.command), f.field("timeout", x.timeout),
                            f.field("opened-after", x.opened_after));
}

template <class Inspector>
bool inspect(Inspector& f, read_state& x) {
  return f.object(x).fields(f.field("query", x.query));
}

template <class Inspector>
bool inspect(Inspector& f, direct_message& x) {
  return f.object(x).fields(f.field("collection", x.collection), f.field("origin", x.origin),
                            f.field("request", x.request), f.field("content", x.content));
}

template <class Inspector>
bool inspect(Inspector& f, direct_reply& x) {
  return f.object(x).fields(f.field("origin", x.origin), f.field("request", x.request),
                            f.field("reason", x.reason));
}

template <class Inspector>
bool inspect(Inspector& f, peers_notice& x) {
  return f.object(x).fields(f.field("self", x.self), f.field("members", x.members),
                            f.field("linked", x.linked));
}

template <class Inspector>
bool inspect(Inspector& f, emitter_verb& x) {
  auto get = [&x] { return static_cast<std::uint8_t>(x); };
  auto set = [&x](std::uint8_t value) {
    x = static_cast<emitter_verb>(value);
    return value <= static_cast<std::uint8_t>(emitter_verb::count);
  };
  return f.apply(get, set);
}

template <class Inspector>
bool inspect(Inspector& f, emitter_request& x) {
  return f.object(x).fields(f.field("what", x.what), f.field("event", x.event),
                            f.field("content", x.content), f.field("expected", x.expected),
                            f.field("subscriber", x.subscriber), f.field("timeout", x.timeout),
                            f.field("call", x.call));
}

template <class Inspector>
bool inspect(Inspector& f, emitted_event& x) {
  return f.object(x).fields(f.field("emitter", x.emitter), f.field("event", x.event),
                            f.field("from", x.from), f.field("content", x.content));
}

template <class Inspector>
bool inspect(Inspector& f, collection_event& x) {
  return f.object(x).fields(f.field("collection", x.collection), f.field("kind", x.kind),
                            f.field("key", x.key), f.field("old-value", x.old_value),
                            f.field("new-value", x.new_value), f.field("index", x.index));
}

template <class Inspector>
bool inspect(Inspector& f, collection_status& x) {
  return f.object(x).fields(f.field("name", x.name), f.field("kind", x.kind),
                            f.field("number", x.number), f.field("existed", x.existed),
                            f.field("closed", x.closed), f.field("size", x.size),
                            f.field("applied-index", x.applied_index), f.field("digest", x.digest),
                            f.field("outstanding", x.outstanding), f.field("sessions", x.sessions));
}

template <class Inspector>
bool inspect(Inspector& f, collection_snapshot& x) {
  return f.object(x).fields(f.field("name", x.name), f.field("kind", x.kind),
                            f.field("options", x.options), f.field("content", x.content));
}

template <class Inspector>
bool inspect(Inspector& f, snapshot_member& x) {
  return f.object(x).fields(f.field("id", x.id), f.field("voter", x.voter));
}

template <class Inspector>
bool inspect(Inspector& f, node_snapshot& x) {
  return f.object(x).fields(f.field("version", x.version), f.field("cluster", x.cluster),
                            f.field("cluster-id", x.cluster_id), f.field("index", x.index),
                            f.field("term", x.term), f.field("members", x.members),
                            f.field("collections", x.collections));
}

template <class Inspector>
bool inspect(Inspector& f, import_piece& x) {
  return f.object(x).fields(f.field("import", x.import), f.field("offset", x.offset),
                            f.field("last", x.last), f.field("bytes", x.bytes),
                            f.field("timeout", x.timeout));
}

template <class Inspector>
bool inspect(Inspector& f, snapshot_exported& x) {
  return f.object(x).fields(f.field("cut", x.cut), f.field("snapshot", x.snapshot),
                            f.field("problem", x.problem));
}

template <class Inspector>
bool inspect(Inspector& f, node_stats& x) {
  return f.object(x).fields(
      f.field("role-changes", x.role_changes), f.field("leader-changes", x.leader_changes),
      f.field("links-opened", x.links_opened), f.field("links-lost", x.links_lost),
      f.field("errors", x.errors), f.field("batches-forwarded", x.batches_forwarded),
      f.field("batches-refused", x.batches_refused));
}

template <class Inspector>
bool inspect(Inspector& f, member_status& x) {
  return f.object(x).fields(f.field("id", x.id), f.field("endpoint", x.endpoint),
                            f.field("linked", x.linked), f.field("voter", x.voter),
                            f.field("learner", x.learner));
}

template <class Inspector>
bool inspect(Inspector& f, node_status& x) {
  return f.object(x).fields(f.field("peer-id", x.peer_id), f.field("incarnation", x.incarnation),
                            f.field("cluster", x.cluster), f.field("cluster-id", x.cluster_id),
                            f.field("listening", x.listening), f.field("view", x.view),
                            f.field("applied-index", x.applied_index),
                            f.field("members", x.members), f.field("collections", x.collections),
                            f.field("running", x.running), f.field("standing", x.standing));
}

} // namespace hamok

namespace hamok::event {

template <class Inspector>
bool inspect(Inspector& f, started& x) {
  return f.object(x).fields();
}
template <class Inspector>
bool inspect(Inspector& f, stopped& x) {
  return f.object(x).fields();
}
template <class Inspector>
bool inspect(Inspector& f, closed& x) {
  return f.object(x).fields();
}
template <class Inspector>
bool inspect(Inspector& f, follower& x) {
  return f.object(x).fields();
}
template <class Inspector>
bool inspect(Inspector& f, candidate& x) {
  return f.object(x).fields();
}
template <class Inspector>
bool inspect(Inspector& f, leader& x) {
  return f.object(x).fields();
}
template <class Inspector>
bool inspect(Inspector& f, state_changed& x) {
  return f.object(x).fields(f.field("now", x.now), f.field("before", x.before));
}
template <class Inspector>
bool inspect(Inspector& f, leader_changed& x) {
  return f.object(x).fields(f.field("now", x.now), f.field("before", x.before));
}
template <class Inspector>
bool inspect(Inspector& f, message& x) {
  auto get = [&x] { return x.way == direction::out; };
  auto set = [&x](bool out) {
    x.way = out ? direction::out : direction::in;
    return true;
  };
  return f.object(x).fields(f.field("out", get, set), f.field("peer", x.peer),
                            f.field("content", x.content), f.field("frame", x.frame));
}
template <class Inspector>
bool inspect(Inspector& f, remote_peer_joined& x) {
  return f.object(x).fields(f.field("id", x.id));
}
template <class Inspector>
bool inspect(Inspector& f, remote_peer_left& x) {
  return f.object(x).fields(f.field("id", x.id));
}
template <class Inspector>
bool inspect(Inspector& f, commit& x) {
  return f.object(x).fields(f.field("index", x.index));
}
template <class Inspector>
bool inspect(Inspector& f, heartbeat& x) {
  return f.object(x).fields();
}
template <class Inspector>
bool inspect(Inspector& f, error& x) {
  return f.object(x).fields(f.field("code", x.code), f.field("text", x.text));
}
template <class Inspector>
bool inspect(Inspector& f, hello_notification& x) {
  return f.object(x).fields(f.field("id", x.id), f.field("app-data", x.app_data));
}
template <class Inspector>
bool inspect(Inspector& f, no_heartbeat_from& x) {
  return f.object(x).fields(f.field("id", x.id));
}
template <class Inspector>
bool inspect(Inspector& f, joined& x) {
  return f.object(x).fields(f.field("cluster", x.cluster));
}

template <class Inspector>
bool inspect(Inspector& f, rejoining& x) {
  return f.object(x).fields();
}

template <class Inspector>
bool inspect(Inspector& f, left& x) {
  return f.object(x).fields();
}

template <class Inspector>
bool inspect(Inspector& f, quorum_lost& x) {
  return f.object(x).fields(f.field("text", x.text));
}

template <class Inspector>
bool inspect(Inspector& f, lagged& x) {
  return f.object(x).fields(f.field("count", x.count));
}

template <class Inspector>
bool inspect(Inspector& f, unsynced_peer& x) {
  return f.object(x).fields(f.field("id", x.id));
}

template <class Inspector>
bool inspect(Inspector& f, resync& x) {
  return f.object(x).fields(f.field("collection", x.collection));
}

} // namespace hamok::event
