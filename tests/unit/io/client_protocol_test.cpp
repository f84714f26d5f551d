#include "hamok/collections/map_command_state.hpp"
#include "hamok/io/client_protocol.hpp"
#include "hamok/tests/catch.hpp"

#include <vector>

using namespace hamok;

namespace {

template <class T>
blob payload_of(const T& value, frame_type expected) {
  std::vector<std::byte> bytes;
  append_frame(bytes, value);
  frame_parser parser;
  REQUIRE(parser.feed(bytes));
  const auto found = parser.next();
  REQUIRE(found);
  CHECK(found->type == expected);
  CHECK(parser.buffered() == 0);
  return found->payload;
}

/// Sends a request through its bytes; every prefix of them is refused.
template <class Body>
Body round_trip(const Body& body) {
  const auto payload = payload_of(client_request{77, body}, frame_type::client_request);
  for (std::size_t size = 0; size < payload.size(); ++size)
    CHECK(!decode_client_request(payload.slice(0, size)));
  const auto back = decode_client_request(payload);
  REQUIRE(back);
  CHECK(back->id == 77);
  REQUIRE(std::holds_alternative<Body>(back->body));
  return std::get<Body>(back->body);
}

client_response response_round_trip(const client_response& value) {
  const auto payload = payload_of(value, frame_type::client_response);
  for (std::size_t size = 0; size < payload.size(); ++size)
    CHECK(!decode_client_response(payload.slice(0, size)));
  auto back = decode_client_response(payload);
  REQUIRE(back);
  CHECK(back->id == value.id);
  CHECK(back->code == value.code);
  CHECK(back->text == value.text);
  REQUIRE(back->body.index() == value.body.index());
  return *back;
}

collection_status sample_status(const std::string& name) {
  collection_status result;
  result.name = name;
  result.kind = "map";
  result.number = 5;
  result.existed = true;
  result.size = 100;
  result.applied_index = 77;
  result.digest = blob::from_string("0123456789abcdef");
  result.outstanding = 3;
  result.sessions = 2;
  return result;
}

node_status sample_node() {
  node_status result;
  result.peer_id = "alpha";
  result.incarnation = {1, 2};
  result.cluster = "test";
  result.cluster_id = {3, 4};
  result.listening = "127.0.0.1:7000";
  result.view.role = raft::role::leader;
  result.view.term = 9;
  result.view.leader = raft::member_id{"alpha", {1, 2}};
  result.view.commit_index = 10;
  result.view.last_index = 11;
  result.view.durable_index = 12;
  result.view.members.voters = {{"alpha", {1, 2}}, {"beta", {5, 6}}};
  result.applied_index = 10;
  result.members = {{{"alpha", {1, 2}}, "127.0.0.1:7000", true, true, false},
                    {{"beta", {5, 6}}, "", false, false, true}};
  result.collections = {sample_status("users")};
  result.running = true;
  result.standing = raft::standing::voter;
  return result;
}

node_snapshot sample_snapshot() {
  node_snapshot result;
  result.cluster = "test";
  result.cluster_id = {3, 4};
  result.index = 17;
  result.term = 9;
  result.members = {{"alpha", true}, {"beta", false}};
  result.collections = {
      {"users", "map", blob::from_string("options"), blob::from_string("content")},
      {"empty", "map", {}, {}}};
  return result;
}

} // namespace

TEST_CASE("the largest answer of a map has room in a frame") {
  const client_response response{
      .id = ~std::uint64_t{0},
      .body = blob::from_vector(std::vector<std::byte>(map_limit::answer_bytes))};
  std::vector<std::byte> bytes;
  append_frame(bytes, response);
  CHECK(bytes.size() - frame_header_size <= default_max_payload);
}

TEST_CASE("client hellos and welcomes survive their encoding") {
  const client_hello said{1, 3, "test", "hamok map"};
  const auto payload = payload_of(said, frame_type::client_hello);
  CHECK(decode_client_hello(payload) == said);
  for (std::size_t size = 0; size < payload.size(); ++size)
    CHECK(!decode_client_hello(payload.slice(0, size)));

  const client_welcome answer{1, "alpha", {1, 2}, "beta", {{"alpha", "a:1"}, {"beta", "b:2"}}};
  CHECK(decode_client_welcome(payload_of(answer, frame_type::client_welcome)) == answer);
}

TEST_CASE("every request of a client survives its encoding") {
  round_trip(status_request{});
  round_trip(list_collections_request{});
  const auto opened = round_trip(open_collection_request{
      {"users", "map", blob::from_string("options"), blob::from_string("initial"), {8, 9}},
      std::chrono::seconds{3}});
  CHECK(opened.spec.name == "users");
  CHECK(opened.spec.kind == "map");
  CHECK(opened.spec.options.text() == "options");
  CHECK(opened.spec.initial.text() == "initial");
  CHECK(opened.spec.creator == session_id{8, 9});
  CHECK(opened.timeout == std::chrono::seconds{3});
  const auto executed = round_trip(execute_request{
      "users", {1, 2}, 3, 4, blob::from_string("command"), std::chrono::milliseconds{5}, 6});
  CHECK(executed.collection == "users");
  CHECK(executed.session == session_id{1, 2});
  CHECK(executed.sequence == 3);
  CHECK(executed.first_outstanding == 4);
  CHECK(executed.command.text() == "command");
  CHECK(executed.timeout == std::chrono::milliseconds{5});
  CHECK(executed.opened_after == 6);
  const auto read = round_trip(read_request{"users", blob::from_string("query")});
  CHECK(read.collection == "users");
  CHECK(read.query.text() == "query");
  CHECK(round_trip(collection_status_request{"users"}).collection == "users");
  const auto subscribed = round_trip(subscribe_request{true, {"users", "jobs"}});
  CHECK(subscribed.node);
  CHECK(subscribed.collections == std::vector<std::string>{"users", "jobs"});
  CHECK(round_trip(await_leader_request{std::chrono::seconds{1}}).timeout
        == std::chrono::seconds{1});
  CHECK(round_trip(await_commit_head_request{std::chrono::seconds{2}}).timeout
        == std::chrono::seconds{2});
  const auto transfer = round_trip(transfer_leadership_request{"b", std::chrono::seconds{3}});
  CHECK(transfer.to == "b");
  CHECK(transfer.timeout == std::chrono::seconds{3});
  const auto change =
      round_trip(member_change_request{true, "d", "10.0.0.4:7000", std::chrono::seconds{4}});
  CHECK(change.remove);
  CHECK(change.peer == "d");
  CHECK(change.endpoint == "10.0.0.4:7000");
  CHECK(change.timeout == std::chrono::seconds{4});
  CHECK_FALSE(round_trip(member_change_request{.peer = "d"}).remove);
  CHECK(round_trip(compact_request{77}).up_to == 77);
  CHECK(round_trip(export_request{std::chrono::seconds{5}}).timeout == std::chrono::seconds{5});
  const auto import =
      round_trip(import_request{sample_snapshot(), {1, 2}, std::chrono::seconds{6}});
  CHECK(import.snapshot == sample_snapshot());
  CHECK(import.id == session_id{1, 2});
  CHECK(import.timeout == std::chrono::seconds{6});
  CHECK(may_change(import_request{}));
  CHECK(!may_change(export_request{}));
}

TEST_CASE("timeouts of clients are bounded") {
  CHECK(round_trip(await_leader_request{std::chrono::hours{1000}}).timeout == max_client_timeout);
  CHECK(round_trip(await_leader_request{std::chrono::hours{-1}}).timeout == caf::timespan{0});
}

TEST_CASE("every response to a client survives its encoding") {
  response_round_trip({1, errc::outcome_unknown, "who knows", {}});
  CHECK(std::get<blob>(response_round_trip({2, errc::none, "", blob::from_string("x")}).body).text()
        == "x");
  CHECK(std::get<std::string>(response_round_trip({3, errc::none, "", std::string{"beta"}}).body)
        == "beta");
  const auto node = std::get<node_status>(response_round_trip({4, {}, "", sample_node()}).body);
  CHECK(node.peer_id == "alpha");
  CHECK(node.view.role == raft::role::leader);
  CHECK(node.view.leader == raft::member_id{"alpha", {1, 2}});
  CHECK(node.view.members == sample_node().view.members);
  REQUIRE(node.members.size() == 2);
  CHECK(node.members[0].linked);
  CHECK(!node.members[1].linked);
  CHECK(node.members[0].voter);
  CHECK(!node.members[0].learner);
  CHECK(!node.members[1].voter);
  CHECK(node.members[1].learner);
  CHECK(node.standing == raft::standing::voter);
  CHECK(node.running);
  REQUIRE(node.collections.size() == 1);
  CHECK(node.collections[0].digest.text() == "0123456789abcdef");
  const auto one =
      std::get<collection_status>(response_round_trip({5, {}, "", sample_status("a")}).body);
  CHECK(one.size == 100);
  CHECK(one.existed);
  const auto first = response_round_trip({7, {}, "", std::uint64_t{12}});
  CHECK(std::get<std::uint64_t>(first.body) == 12);
  const auto exported = response_round_trip({8, {}, "", sample_snapshot()});
  CHECK(std::get<node_snapshot>(exported.body) == sample_snapshot());
  const std::vector<collection_status> both{sample_status("a"), sample_status("b")};
  CHECK(
      std::get<std::vector<collection_status>>(response_round_trip({6, {}, "", both}).body)[1].name
      == "b");
}

TEST_CASE("a code of a later release leaves open what has happened") {
  std::vector<std::byte> bytes;
  append_frame(bytes, client_response{1, errc::no_leader, "why", {}});
  bytes[frame_header_size + sizeof(std::uint64_t)] = std::byte{250};
  const auto payload = blob{std::span<const std::byte>{bytes}.subspan(frame_header_size)};
  const auto response = decode_client_response(payload);
  REQUIRE(response);
  CHECK(response->code == errc::outcome_unknown);
}

TEST_CASE("events for a client survive their encoding") {
  const auto back = [](client_event_body body) {
    auto event =
        decode_client_event(payload_of(client_event{5, std::move(body)}, frame_type::client_event));
    REQUIRE(event);
    CHECK(event->id == 5);
    return event->body;
  };
  for (const any_event& value :
       {any_event{event::leader_changed{"a", "b"}}, any_event{event::commit{7}},
        any_event{event::hello_notification{"a", R"({"zone":"x"})"}}, any_event{event::leader{}}})
    CHECK(std::get<event_text>(back(describe(value))) == describe(value));
  CHECK(std::get<event::lagged>(back(event::lagged{12})).count == 12);
  const auto changed = std::get<collection_event>(back(collection_event{
      "users", 2, blob::from_string("k"), blob::from_string("old"), blob::from_string("new"), 99}));
  CHECK(changed.collection == "users");
  CHECK(changed.kind == 2);
  CHECK(changed.key.text() == "k");
  CHECK(changed.old_value.text() == "old");
  CHECK(changed.new_value.text() == "new");
  CHECK(changed.index == 99);
}

TEST_CASE("changed bytes of client frames never crash the decoder") {
  std::vector<blob> samples;
  samples.push_back(
      payload_of(client_response{4, {}, "", sample_node()}, frame_type::client_response));
  samples.push_back(payload_of(client_request{1, subscribe_request{true, {"a", "b"}}},
                               frame_type::client_request));
  for (const auto& sample : samples)
    for (std::size_t i = 0; i < sample.size(); ++i)
      for (unsigned value = 0; value < 256; value += 51) {
        std::vector<std::byte> changed{sample.bytes().begin(), sample.bytes().end()};
        changed[i] = static_cast<std::byte>(value);
        const auto hostile = blob::from_vector(std::move(changed));
        static_cast<void>(decode_client_response(hostile));
        static_cast<void>(decode_client_request(hostile));
        static_cast<void>(decode_client_event(hostile));
        static_cast<void>(decode_client_hello(hostile));
        static_cast<void>(decode_client_welcome(hostile));
      }
}
