#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/tests/catch.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>
#include <caf/deep_to_string.hpp>

#include <chrono>

namespace hamok {

namespace {

template <class T>
caf::byte_buffer to_bytes(const T& value) {
  caf::byte_buffer result;
  auto sink = compat::binary_sink(result);
  REQUIRE(sink.apply(value));
  return result;
}

/// What was written reads back to something that is written the same way; a value that is cut short
/// is refused.
template <class T>
void check_round_trip(const T& value) {
  const auto bytes = to_bytes(value);
  T copy;
  auto source = compat::binary_source(bytes.data(), bytes.size());
  REQUIRE(source.apply(copy));
  CHECK(source.remaining() == 0);
  CHECK(to_bytes(copy) == bytes);
  for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 8) {
    T cut;
    const caf::byte_buffer part{bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
    auto short_source = compat::binary_source(part.data(), part.size());
    CHECK(!short_source.apply(cut));
  }
}

const raft::incarnation_id life{0x0123456789ABCDEFu, 42};
const raft::member_id alice{"alice", life};
const raft::member_id bob{"bob", {1, 2}};
const blob bytes = blob::from_string("some bytes");

raft::message some_message() {
  raft::append_request request;
  request.term = 7;
  request.prev_log_index = 3;
  request.entries.push_back(
      {7, raft::entry_kind::command, std::chrono::milliseconds{5}, blob::from_string("x")});
  return {1, request};
}

} // namespace

TEST_CASE("messages between members survive CAF's serialization") {
  check_round_trip(bytes);
  check_round_trip(life);
  check_round_trip(alice);
  check_round_trip(some_message());
  check_round_trip(peer_endpoint{"alice", "127.0.0.1:1"});
  hello said;
  said.cluster = "c";
  said.cluster_id = life;
  said.self = alice;
  said.endpoint = "127.0.0.1:1";
  said.known_members = {{"bob", "127.0.0.1:2", 7}};
  said.born_after = 12;
  said.epoch = 3;
  said.seen_epoch = 2;
  said.app_data = R"({"a":1})";
  said.state_kinds = {"map"};
  check_round_trip(said);
  check_round_trip(link_hello{said, true});
  check_round_trip(peer_word{raft::founding_word{3, {alice}, {{life, {alice, bob}, {bob}}}, {}}});
  check_round_trip(peer_word{raft::cluster_news{life, {alice}, {{alice}, {}, {}}, 9, 4, true}});
  check_round_trip(peer_word{raft::directory_news{{{"alice", "127.0.0.1:1", 2}}}});
  check_round_trip(change_task{bob, {1, 2, {raft::change_kind::remove, alice, 3}}});
  check_round_trip(
      change_result{std::nullopt, {1, 2, {raft::change_refusal::busy, false, 4, alice, bob}}});
  check_round_trip(turned_away_by{life, errc::refused_retired});
  check_round_trip(
      members_seen{{{alice}, {}, {}}, 5, {{bob}, {}, {}}, 4, raft::standing::removed, alice});
  check_round_trip(peer_message{alice, some_message()});
  check_round_trip(proposal_batch{alice, 1, 2, {bytes, bytes}});
  check_round_trip(proposal_refused{bob, 1, 2, errc::overloaded});
  check_round_trip(direct_message{1, 2, 3, bytes});
  check_round_trip(direct_reply{2, 3, errc::not_handled});
}

TEST_CASE("messages inside a member survive CAF's serialization") {
  const raft::entry entry{7, raft::entry_kind::command, std::chrono::seconds{1}, bytes};
  check_round_trip(committed_batch{5, {entry, entry}});
  check_round_trip(applied_up_to{9});
  check_round_trip(write_done{3, false});
  check_round_trip(deadline_reached{4});
  role_view view;
  view.role = raft::role::leader;
  view.term = 7;
  view.leader = alice;
  view.members.voters = {alice, bob};
  check_round_trip(view);
  check_round_trip(leader_notice{alice, 7, errc::storage_failed});
  check_round_trip(leader_notice{alice, 7, errc::none, true});
  check_round_trip(peers_notice{alice, {alice, bob}, {bob}});
  check_round_trip(transfer_request{"alice"});
  check_round_trip(transfer_ended{raft::transfer_result::timed_out});
  check_round_trip(apply_batch{{{5, std::chrono::seconds{1}, bytes}}});
  check_round_trip(collection_applied{1, 5});
  check_round_trip(collection_applied{1, 5, bytes});
  check_round_trip(
      collection_spec{"name", "map", bytes, bytes, {1, 2}, {std::chrono::seconds{1}, 2, 3}});
  collection_created created;
  created.number = 3;
  created.spec = {"name", "map", bytes, bytes};
  created.refused = errc::kind_mismatch;
  check_round_trip(created);
}

TEST_CASE("messages about snapshots survive CAF's serialization") {
  raft::snapshot_meta meta;
  meta.index = 7;
  meta.term = 2;
  meta.cluster_time = std::chrono::seconds{3};
  meta.members.voters = {alice, bob};
  check_round_trip(cut_request{meta});
  check_round_trip(snapshot_taken{7, true, 10, 11, {bytes, bytes}});
  check_round_trip(install_snapshot{meta, 11, {bytes}});
  check_round_trip(snapshot_installed{7, false, "why not"});
  check_round_trip(take_part{3});
  check_round_trip(part_taken{1, 2, 3});
  check_round_trip(install_part{1, 2, 3});
  check_round_trip(snapshot_loaded{7, {{1, {"name", "map", bytes, {}, {1, 2}}, 3}}, "a problem"});
  check_round_trip(event::resync{"name"});
  check_round_trip(event::unsynced_peer{"name"});
  const collection_snapshot one{"name", "map", bytes, bytes};
  check_round_trip(one);
  node_snapshot all;
  all.cluster = "hamok";
  all.cluster_id = life;
  all.index = 7;
  all.term = 2;
  all.members = {{"alice", true}, {"bob", false}};
  all.collections = {one, {"empty", "map", {}, {}}};
  check_round_trip(all);
  check_round_trip(import_piece{life, 5, true, bytes, std::chrono::seconds{1}});
  check_round_trip(snapshot_exported{3, all, "a problem"});
}

TEST_CASE("messages of callers and events survive CAF's serialization") {
  check_round_trip(execute{bytes, std::chrono::seconds{1}});
  check_round_trip(execute_call{1, bytes, std::chrono::seconds{1}});
  check_round_trip(execute_waiting{bytes, std::chrono::seconds{1}, std::chrono::seconds{2}});
  check_round_trip(execute_waiting_call{7, {bytes, std::chrono::seconds{1}, {}}});
  execute_in_session in_session;
  in_session.session = life;
  in_session.sequence = 4;
  in_session.first_outstanding = 2;
  in_session.command = bytes;
  check_round_trip(in_session);
  check_round_trip(read_state{bytes});
  check_round_trip(emitted_event{"name", "x", "alice", bytes});
  collection_event happened;
  happened.collection = "name";
  happened.kind = 2;
  happened.key = bytes;
  happened.index = 8;
  check_round_trip(happened);
  collection_status status;
  status.name = "name";
  status.digest = bytes;
  check_round_trip(status);
  node_status node;
  node.peer_id = "alice";
  node.members = {{bob, "127.0.0.1:2", true, true, false}};
  node.standing = raft::standing::removed;
  node.collections = {status};
  check_round_trip(node);
  check_round_trip(node_stats{1, 2, 3, 4, 5, 6, 7});
  check_round_trip(event::state_changed{raft::role::leader, raft::role::candidate});
  check_round_trip(event::leader_changed{"a", "b"});
  check_round_trip(event::message{event::direction::out, "a", some_message()});
  check_round_trip(event::message{event::direction::out, "a", {}, blob::from_string("frame")});
  check_round_trip(event::error{errc::no_leader, "text"});
  check_round_trip(event::hello_notification{"a", "{}"});
  check_round_trip(event::lagged{3});
}

TEST_CASE("hostile numbers for codes and sizes are refused") {
  caf::byte_buffer code{static_cast<compat::byte>(200)};
  errc value{};
  auto source = compat::binary_source(code.data(), code.size());
  CHECK(!source.apply(value));

  caf::byte_buffer huge;
  auto sink = compat::binary_sink(huge);
  REQUIRE(sink.begin_sequence(std::size_t{1} << 30));
  blob target;
  auto from_huge = compat::binary_source(huge.data(), huge.size());
  CHECK(!from_huge.apply(target));
}

} // namespace hamok
