#include "hamok/io/client_protocol.hpp"
#include "hamok/io/listener.hpp"
#include "hamok/io/log.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/io/fake_node.hpp"
#include "hamok/tests/unit/io/raw_socket.hpp"

#include <cstdint>
#include <map>

using namespace hamok;
using namespace hamok::testing;

namespace {

/// Answers commands with themselves: in order, and only when it is told to where asked for.
class fake_collection : public caf::event_based_actor {
public:
  explicit fake_collection(caf::actor_config& cfg, bool silent = false)
      : caf::event_based_actor(cfg),
        silent_(silent) {}

  caf::behavior make_behavior() override {
    return caf::behavior{
        [this](const execute_in_session& x) -> caf::result<blob> {
          if (silent_) {
            waiting_.push_back(make_response_promise<blob>());
            return waiting_.back();
          }
          if (x.command.text() == "opened after")
            return blob::from_string(std::to_string(x.opened_after));
          if (x.command.text() == "die") {
            quit(caf::exit_reason::user_shutdown);
            waiting_.push_back(make_response_promise<blob>());
            return waiting_.back(); // never answered
          }
          if (x.command.text() == "large")
            return blob::from_string(std::string(1 << 20, 'x'));
          if (x.sequence != ++last_sequence_)
            return make_error(errc::bad_command, "out of order");
          return x.command;
        },
        [](const read_state& x) -> caf::result<blob> {
          if (x.query.text() == "fail")
            return make_error(errc::bad_value);
          return x.query;
        },
        [](get_status) { return status(); },
        [](await_created, caf::timespan) { return status(); },
        [this](subscribe, const caf::actor& who) { send_event(who); },
    };
  }

private:
  static collection_status status() {
    collection_status result;
    result.name = "users";
    result.size = 7;
    return result;
  }

  void send_event(const caf::actor& who) {
    collection_event event;
    event.collection = "users";
    event.index = 5;
    compat::send(this, who, event);
    compat::send(this, who, event::lagged{9});
  }

  bool silent_;
  std::uint64_t last_sequence_ = 0;
  std::vector<caf::typed_response_promise<blob>> waiting_;
};

/// A member with a collection "users" and a client that has said hello.
struct client_pair {
  explicit client_pair(bool silent = false, link_limits limits = {},
                       std::size_t max_connections = 4096) {
    alpha.limits = limits;
    auto users = io.system.spawn<fake_collection>(silent);
    alpha.record->collections["users"] = caf::actor_cast<collection_actor>(users);
    collection = users;
    listener_config config;
    config.at = {"127.0.0.1", 0};
    config.link = alpha.config();
    config.max_connections = max_connections;
    auto result = spawn_listener(io.system, std::move(config));
    REQUIRE(result);
    port = *result;
  }
  client_pair(const client_pair&) = delete;
  client_pair& operator=(const client_pair&) = delete;
  ~client_pair() {
    caf::anon_send_exit(port.actor, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(collection, caf::exit_reason::user_shutdown);
  }

  raw_socket connect(const client_hello& said = {1, 1, "test", "a test"}) {
    raw_socket result{port.at};
    send(result, said);
    return result;
  }

  raw_socket connected() {
    auto result = connect();
    const auto answer = result.read_frame();
    REQUIRE(answer);
    REQUIRE(answer->type == frame_type::client_welcome);
    const auto welcome = decode_client_welcome(answer->payload);
    REQUIRE(welcome);
    CHECK(welcome->peer_id == "alpha");
    CHECK(welcome->leader == "leader");
    return result;
  }

  template <class T>
  static void send(raw_socket& socket, const T& value) {
    std::vector<std::byte> bytes;
    append_frame(bytes, value);
    socket.write(bytes);
  }

  static client_response ask(raw_socket& socket, client_request_body body) {
    send(socket, client_request{5, std::move(body)});
    return answer(socket);
  }

  static client_response answer(raw_socket& socket) {
    const auto frame = socket.read_frame();
    REQUIRE(frame);
    REQUIRE(frame->type == frame_type::client_response);
    auto result = decode_client_response(frame->payload);
    REQUIRE(result);
    return *result;
  }

  io_system io;
  fake_member alpha{io.system, "alpha"};
  caf::actor collection;
  listening port;
};

execute_request command(std::uint64_t sequence, std::string_view text) {
  return {"users", {1, 2}, sequence, sequence, blob::from_string(text), {}, 77};
}

client_event event_of(raw_socket& socket) {
  const auto frame = socket.read_frame();
  REQUIRE(frame);
  REQUIRE(frame->type == frame_type::client_event);
  auto result = decode_client_event(frame->payload);
  REQUIRE(result);
  return *result;
}

} // namespace

TEST_CASE("a client is welcomed and served") {
  client_pair pair;
  auto client = pair.connected();
  CHECK(std::get<node_status>(pair.ask(client, status_request{}).body).peer_id == "alpha");
  const auto opened = pair.ask(client, open_collection_request{{"users", "map", {}, {}, {}}, {}});
  CHECK(opened.code == errc::none);
  CHECK(opened.id == 5);
  CHECK(std::get<collection_status>(opened.body).size == 7);
  CHECK(std::get<blob>(pair.ask(client, command(1, "one")).body).text() == "one");
  CHECK(std::get<blob>(pair.ask(client, read_request{"users", blob::from_string("q")}).body).text()
        == "q");
  CHECK(std::get<collection_status>(pair.ask(client, collection_status_request{"users"}).body).size
        == 7);
  CHECK(std::get<std::string>(pair.ask(client, await_leader_request{}).body) == "leader");
}

TEST_CASE("changes of the members go to the node with what the client has said") {
  client_pair pair;
  auto client = pair.connected();
  const auto timeout = std::chrono::seconds{3};
  CHECK(pair.ask(client, member_change_request{false, "delta", "d:4", timeout}).code == errc::none);
  CHECK(pair.ask(client, member_change_request{true, "delta", {}, timeout}).code == errc::none);
  const auto refused = pair.ask(client, member_change_request{false, "refused", {}, timeout});
  CHECK(refused.code == errc::membership_refused);
  CHECK(refused.text.find("it is not liked") != std::string::npos);
  const auto changes = pair.alpha.record->get([](auto& r) { return r.changes; });
  REQUIRE(changes.size() == 3);
  CHECK(!changes[0].remove);
  CHECK(changes[0].peer == "delta");
  CHECK(changes[0].endpoint == "d:4");
  CHECK(changes[0].timeout == timeout);
  CHECK(changes[1].remove);
  CHECK(changes[1].peer == "delta");
}

TEST_CASE("errors reach the client with their code and a sentence") {
  client_pair pair;
  auto client = pair.connected();
  const auto failed = pair.ask(client, read_request{"users", blob::from_string("fail")});
  CHECK(failed.code == errc::bad_value);
  CHECK(failed.text == explain(errc::bad_value)); // without the name of the code
  CHECK(pair.ask(client, read_request{"nobody", {}}).code == errc::unknown_collection);
  CHECK(pair.ask(client, open_collection_request{{"nobody", "map", {}, {}, {}}, {}}).code
        == errc::unknown_collection);
  CHECK(pair.ask(client, command(9, "gap")).code == errc::bad_command);
}

TEST_CASE("pipelined commands reach a collection in the order of the client") {
  client_pair pair;
  auto client = pair.connected();
  std::vector<std::byte> bytes;
  for (std::uint64_t i = 1; i <= 500; ++i)
    append_frame(bytes, client_request{i, command(i, std::to_string(i))});
  client.write(bytes);
  for (std::uint64_t i = 1; i <= 500; ++i) {
    const auto response = pair.answer(client);
    CHECK(response.id == i);
    CHECK(response.code == errc::none);
  }
}

TEST_CASE("a client of another cluster or protocol is refused with the reason") {
  client_pair pair;
  auto other = pair.connect({1, 1, "elsewhere", "a test"});
  const auto answer = other.read_frame();
  REQUIRE(answer);
  CHECK(answer->type == frame_type::refused);
  CHECK(decode_refusal(answer->payload).value().reason == errc::refused_cluster);
  CHECK(other.closes());
  auto later = pair.connect({7, 9, "test", "a test"});
  CHECK(decode_refusal(later.read_frame().value().payload).value().reason
        == errc::refused_protocol);
  auto any = pair.connect({1, 1, "", "whatever cluster it is"});
  CHECK(any.read_frame().value().type == frame_type::client_welcome);
}

TEST_CASE("a client that asks too much at a time is not read from, and loses nothing") {
  link_limits limits;
  limits.max_client_requests = 10;
  limits.request_timeout = 200ms;
  limits.ping_interval = 20ms;
  client_pair pair{true, limits};
  auto client = pair.connected();
  std::vector<std::byte> bytes;
  for (std::uint64_t i = 1; i <= 20; ++i)
    append_frame(bytes, client_request{i, command(i, "never answered")});
  append_frame(bytes, client_request{99, status_request{}});
  client.write(bytes);
  std::size_t unknown = 0;
  for (;;) {
    const auto response = pair.answer(client);
    if (response.id == 99)
      break;
    CHECK(response.code == errc::outcome_unknown);
    ++unknown;
  }
  CHECK(unknown >= 11); // the last ten may still be waiting
}

TEST_CASE("a client hears the events that it has subscribed to") {
  client_pair pair;
  auto client = pair.connected();
  CHECK(pair.ask(client, subscribe_request{true, {}}).code == errc::none);
  REQUIRE(pair.alpha.record->wait([](node_record& r) { return r.subscribers.size() == 1; }));
  const auto subscriber = pair.alpha.record->get([](node_record& r) { return r.subscribers[0]; });
  compat::anon_send(subscriber, event::leader_changed{"beta", "alpha"});
  const auto frame = client.read_frame();
  REQUIRE(frame);
  REQUIRE(frame->type == frame_type::client_event);
  const auto event = decode_client_event(frame->payload);
  REQUIRE(event);
  CHECK(event->id == 5);
  CHECK(std::get<event_text>(event->body)
        == describe(any_event{event::leader_changed{"beta", "alpha"}}));

  client_pair::send(client, client_request{6, subscribe_request{false, {"users"}}});
  CHECK(pair.answer(client).id == 6);
  const auto changed = decode_client_event(client.read_frame().value().payload);
  REQUIRE(changed);
  CHECK(changed->id == 6);
  CHECK(std::get<collection_event>(changed->body).index == 5);
  // The gap is the collection's, although the node is watched too.
  const auto gap = event_of(client);
  CHECK(gap.id == 6);
  CHECK(std::get<event::lagged>(gap.body).count == 9);
}

TEST_CASE("a client that watches a collection only hears of its gaps") {
  client_pair pair;
  auto client = pair.connected();
  client_pair::send(client, client_request{6, subscribe_request{false, {"users"}}});
  CHECK(pair.answer(client).code == errc::none); // comes before the events
  CHECK(std::get<collection_event>(event_of(client).body).index == 5);
  const auto gap = event_of(client);
  CHECK(gap.id == 6);
  CHECK(std::get<event::lagged>(gap.body).count == 9);
}

TEST_CASE("a client that wants nothing for long is let go, one that has subscribed is not") {
  link_limits limits;
  limits.ping_interval = 10ms;
  limits.client_idle_limit = 200ms;
  client_pair pair{false, limits};
  auto follows = pair.connected();
  CHECK(pair.ask(follows, subscribe_request{true, {}}).code == errc::none);
  auto idle = pair.connected();
  const auto word = idle.read_frame();
  REQUIRE(word);
  CHECK(decode_refusal(word->payload).value().reason == errc::closed);
  CHECK(idle.closes());
  // The other one was there before, and still is.
  const auto subscriber =
      pair.alpha.record->get([](node_record& r) { return r.subscribers.at(0); });
  compat::anon_send(subscriber, event::leader_changed{"beta", "alpha"});
  CHECK(event_of(follows).id == 5);
}

TEST_CASE("clients cannot take all connections") {
  client_pair pair{false, {}, 4};
  std::vector<raw_socket> welcome;
  for (int i = 0; i < 3; ++i)
    welcome.push_back(pair.connected());
  auto one_more = pair.connect();
  const auto answer = one_more.read_frame();
  REQUIRE(answer);
  CHECK(decode_refusal(answer->payload).value().reason == errc::overloaded);
}

TEST_CASE("the name of a client is fit for a log") {
  CHECK(printable("a client") == "a client");
  CHECK(printable("two\nlines \x1b[31m") == "two?lines ?[31m");
  CHECK(printable(std::string(1000, 'x')).size() == 64);
}

TEST_CASE("a second subscription of one client does not take the place of the first") {
  client_pair pair;
  auto client = pair.connected();
  for (const std::uint64_t id : {21U, 22U}) {
    client_pair::send(client, client_request{id, subscribe_request{true, {}}});
    CHECK(pair.answer(client).id == id);
  }
  const auto subscriber =
      pair.alpha.record->get([](node_record& r) { return r.subscribers.at(0); });
  compat::anon_send(subscriber, event::leader_changed{"beta", "alpha"});
  CHECK(event_of(client).id == 21);
  CHECK(event_of(client).id == 22);

  // And one that fails leaves the others as they are.
  client_pair::send(client, client_request{23, subscribe_request{true, {"nobody"}}});
  CHECK(pair.answer(client).code == errc::unknown_collection);
  compat::anon_send(subscriber, event::leader_changed{"alpha", "beta"});
  CHECK(event_of(client).id == 21);
  CHECK(event_of(client).id == 22);
}

TEST_CASE("two subscriptions of one client to a collection both hear its events") {
  client_pair pair;
  auto client = pair.connected();
  client_pair::send(client, client_request{21, subscribe_request{false, {"users"}}});
  CHECK(pair.answer(client).id == 21);
  CHECK(std::holds_alternative<collection_event>(event_of(client).body));
  CHECK(std::holds_alternative<event::lagged>(event_of(client).body));
  client_pair::send(client, client_request{22, subscribe_request{false, {"users"}}});
  std::map<std::uint64_t, int> events; // of the second event and the second gap
  for (auto frames = 0; frames < 5; ++frames) {
    const auto frame = client.read_frame();
    REQUIRE(frame);
    if (frame->type == frame_type::client_event)
      ++events[decode_client_event(frame->payload).value().id];
  }
  CHECK(events == std::map<std::uint64_t, int>{{21, 2}, {22, 2}});
}

TEST_CASE("a subscription to a collection that is not there fails and leaves nothing behind") {
  client_pair pair;
  auto client = pair.connected();
  const auto refused = pair.ask(client, subscribe_request{true, {"users", "nobody"}});
  CHECK(refused.code == errc::unknown_collection);
  CHECK(pair.alpha.record->get([](node_record& r) { return r.subscribers.empty(); }));
  // The next frame is the answer to the next request: no event came in between.
  CHECK(std::get<std::string>(pair.ask(client, await_leader_request{}).body) == "leader");
}

TEST_CASE("a client that has caught up hears what it has missed, without another event") {
  link_limits limits;
  limits.window = 64 << 10;
  client_pair pair{false, limits};
  auto client = pair.connected();
  CHECK(pair.ask(client, subscribe_request{true, {}}).code == errc::none);
  const auto subscriber =
      pair.alpha.record->get([](node_record& r) { return r.subscribers.at(0); });
  constexpr std::uint64_t total = 2000;
  const auto text = std::string(8000, 'x');
  for (std::uint64_t i = 0; i < total; ++i)
    compat::anon_send(subscriber, event::no_heartbeat_from{text});
  std::uint64_t seen = 0;
  std::uint64_t missed = 0;
  while (seen + missed < total) {
    const auto event = event_of(client);
    if (const auto* gap = std::get_if<event::lagged>(&event.body))
      missed += gap->count;
    else
      ++seen;
  }
  CHECK(seen + missed == total);
  CHECK(missed > 0);
}

TEST_CASE("a client is welcomed without asking for the digests of all collections") {
  client_pair pair;
  for (int i = 0; i < 3; ++i)
    pair.connected();
  CHECK(pair.alpha.record->get([](node_record& r) { return r.asked_for_status; }) == 0);
}

TEST_CASE("a command brings the index that its session was opened after") {
  client_pair pair;
  auto client = pair.connected();
  CHECK(std::get<blob>(pair.ask(client, command(1, "opened after")).body).text() == "77");
}

TEST_CASE("a command whose answer is lost may have happened") {
  client_pair pair;
  auto client = pair.connected();
  const auto lost = pair.ask(client, command(1, "die"));
  CHECK(lost.code == errc::outcome_unknown);
  CHECK(pair.ask(client, command(2, "behind it")).code == errc::outcome_unknown);
}

TEST_CASE("a command whose result fits no frame is told to have happened") {
  link_limits limits;
  limits.max_payload = 256 << 10;
  client_pair pair{false, limits};
  auto client = pair.connected();
  const auto answer = pair.ask(client, command(1, "large"));
  CHECK(answer.code == errc::answer_too_large);
  CHECK(!cannot_have_happened(make_error(answer.code)));
}

TEST_CASE("frames of members and bytes that are no request end a client with a reason") {
  client_pair pair;
  auto client = pair.connected();
  client.write_frame(frame_type::raft_message, [](raft::writer& out) { out.u8(1); });
  CHECK(client.read_frame().value().type == frame_type::refused);
  CHECK(client.closes());
  auto other = pair.connected();
  other.write_frame(frame_type::client_request, [](raft::writer& out) { out.u8(1); });
  CHECK(other.read_frame().value().type == frame_type::refused);
  CHECK(other.closes());
}

TEST_CASE("a client is answered when it pings") {
  client_pair pair;
  auto client = pair.connected();
  client.write_frame(frame_type::ping, [](raft::writer&) {});
  CHECK(client.read_frame().value().type == frame_type::pong);
}
