#include "hamok/io/dialer.hpp"
#include "hamok/io/listener.hpp"
#include "hamok/io/peer_link.hpp"
#include "hamok/io/sockets.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/io/fake_node.hpp"
#include "hamok/tests/unit/io/raw_socket.hpp"

using namespace hamok;
using namespace hamok::testing;

namespace {

const endpoint any_port{"127.0.0.1", 0};

/// A listener that ends with the test.
struct open_port {
  open_port(caf::actor_system& system, const fake_member& member, endpoint where = any_port) {
    listener_config config;
    config.at = std::move(where);
    config.link = member.config();
    auto result = spawn_listener(system, std::move(config));
    REQUIRE(result);
    at = result->at;
    actor = result->actor;
  }
  open_port(const open_port&) = delete;
  open_port& operator=(const open_port&) = delete;
  ~open_port() { caf::anon_send_exit(actor, caf::exit_reason::user_shutdown); }

  endpoint at;
  caf::actor actor;
};

link_actor dial(caf::actor_system& system, const fake_member& member, const endpoint& at,
                std::string expected = {}) {
  auto connected = connect_to(at, 5s);
  REQUIRE(connected.socket);
  return spawn_peer_link(system, std::move(connected.socket), member.config(), std::move(expected),
                         to_string(at));
}

raft::message vote(raft::term_t term) {
  return {0, raft::vote_request{term, 1, 2, false, false}};
}

/// `beta` says something that `alpha` does not accept, or the other way round.
template <class F>
void check_refusal(errc reason, F disturb) {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  fake_member beta{io.system, "beta"};
  disturb(alpha, beta);
  const open_port port{io.system, alpha};
  dial(io.system, beta, port.at);
  INFO("expected " << to_string(reason));
  CHECK(alpha.record->wait_error(reason));
  CHECK(beta.record->wait_error(reason));
  CHECK(alpha.record->get([](node_record& r) { return r.opened; }) == 0);
  CHECK(beta.record->get([](node_record& r) { return r.opened; }) == 0);
}

} // namespace

TEST_CASE("two links say hello and carry messages both ways") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  fake_member beta{io.system, "beta"};
  const open_port port{io.system, alpha};
  dial(io.system, beta, port.at, "alpha");
  REQUIRE(alpha.record->wait_linked("beta"));
  REQUIRE(beta.record->wait_linked("alpha"));
  const auto to_beta = alpha.record->link_to("beta");
  const auto to_alpha = beta.record->link_to("alpha");

  for (raft::term_t term = 1; term <= 100; ++term)
    compat::anon_send(to_beta, vote(term));
  REQUIRE(beta.record->wait([](node_record& r) { return r.messages.size() == 100; }));
  beta.record->get([&](node_record& r) {
    CHECK(r.messages[0].from == alpha.said.self);
    for (std::size_t i = 0; i < r.messages.size(); ++i)
      CHECK(r.messages[i].message == vote(i + 1));
    return 0;
  });

  compat::anon_send(to_alpha, proposal_batch{std::nullopt, 1, 2, {blob::from_string("x"), blob{}}});
  REQUIRE(alpha.record->wait([](node_record& r) { return r.batches.size() == 1; }));
  alpha.record->get([&](node_record& r) {
    CHECK(r.batches[0].via == beta.said.self);
    CHECK(r.batches[0].origin == 1);
    CHECK(r.batches[0].token == 2);
    CHECK(r.batches[0].commands.size() == 2);
    return 0;
  });
  compat::anon_send(to_beta, proposal_refused{beta.said.self, 1, 2, errc::not_leader});
  REQUIRE(beta.record->wait([](node_record& r) { return r.refused.size() == 1; }));
  CHECK(beta.record->get([](node_record& r) { return r.refused[0].token; }) == 2);

  compat::anon_send(to_beta, peer_word{raft::directory_news{{{"alpha", "127.0.0.1:1", 1}}}});
  REQUIRE(beta.record->wait([](node_record& r) { return r.words.size() == 1; }));
  CHECK(beta.record->get([](node_record& r) { return r.words[0].second; }) == alpha.said.self);

  compat::anon_send(to_beta, close_link{}, make_error(errc::stopped));
  CHECK(alpha.record->wait_unlinked("beta"));
  CHECK(beta.record->wait_unlinked("alpha"));
  CHECK(beta.record->get([](node_record& r) { return r.downs.at(0) == errc::stopped; }));
}

TEST_CASE("a large message of the algorithm comes through whole") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  fake_member beta{io.system, "beta"};
  const open_port port{io.system, alpha};
  dial(io.system, beta, port.at);
  REQUIRE(beta.record->wait_linked("alpha"));
  REQUIRE(alpha.record->wait_linked("beta"));
  raft::append_request request;
  request.entries.push_back({1, raft::entry_kind::command, raft::duration{0},
                             blob::from_vector(std::vector<std::byte>(5'000'000))});
  const raft::message sent{0, request};
  compat::anon_send(beta.record->link_to("alpha"), sent);
  REQUIRE(alpha.record->wait([](node_record& r) { return r.messages.size() == 1; }));
  CHECK(alpha.record->get([&](node_record& r) { return r.messages[0].message == sent; }));
}

TEST_CASE("each kind of refusal is named on both sides") {
  check_refusal(errc::refused_protocol, [](fake_member&, fake_member& beta) {
    beta.said.protocol_min = beta.said.protocol_max = 9;
  });
  check_refusal(errc::refused_cluster,
                [](fake_member&, fake_member& beta) { beta.said.cluster = "other"; });
  check_refusal(errc::refused_cluster, [](fake_member& alpha, fake_member& beta) {
    alpha.record->policy.admission.cluster = {1, 1};
    beta.said.cluster_id = {2, 2};
  });
  check_refusal(errc::refused_name_taken, [](fake_member& alpha, fake_member&) {
    alpha.record->policy.admission.linked = {{"beta", {77, 77}}};
  });
  check_refusal(errc::refused_retired, [](fake_member& alpha, fake_member& beta) {
    alpha.record->policy.admission.committed.retired = {{beta.said.self, 7}};
  });
  check_refusal(errc::refused_self,
                [](fake_member& alpha, fake_member& beta) { beta.said.self = alpha.said.self; });
  check_refusal(errc::refused_state_types, [](fake_member& alpha, fake_member&) {
    alpha.record->policy.state_kinds = {"map"};
  });
}

TEST_CASE("the side that dialed refuses too, and both sides know why") {
  check_refusal(errc::refused_name_taken, [](fake_member&, fake_member& beta) {
    beta.record->policy.admission.linked = {{"alpha", {77, 77}}};
  });
}

TEST_CASE("a link to the wrong member is refused") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  fake_member beta{io.system, "beta"};
  const open_port port{io.system, alpha};
  dial(io.system, beta, port.at, "gamma");
  CHECK(beta.record->wait_error(errc::refused_stranger));
  CHECK(alpha.record->wait_error(errc::refused_stranger));
}

TEST_CASE("a killed link is seen by the other side at once") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  fake_member beta{io.system, "beta"};
  alpha.limits.silence_limit = beta.limits.silence_limit = 60s;
  const open_port port{io.system, alpha};
  dial(io.system, beta, port.at);
  REQUIRE(alpha.record->wait_linked("beta"));
  REQUIRE(beta.record->wait_linked("alpha"));
  caf::anon_send_exit(beta.record->link_to("alpha"), caf::exit_reason::kill);
  CHECK(alpha.record->wait_unlinked("beta"));
}

TEST_CASE("idle links stay up by their pings, longer than the silence limit") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  fake_member beta{io.system, "beta"};
  for (auto* member : {&alpha, &beta}) {
    member->limits.ping_interval = 20ms;
    member->limits.silence_limit = 200ms;
  }
  const open_port port{io.system, alpha};
  dial(io.system, beta, port.at);
  REQUIRE(alpha.record->wait_linked("beta"));
  REQUIRE(beta.record->wait_linked("alpha"));
  CHECK(!alpha.record->wait([](node_record& r) { return !r.downs.empty(); }, 800ms));
  CHECK(beta.record->get([](node_record& r) { return r.downs.empty(); }));
}

TEST_CASE("garbage, silence, huge lengths and frames out of order are closed in time") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  alpha.limits.hello_timeout = 300ms;
  alpha.limits.linger = 200ms;
  const open_port port{io.system, alpha};

  raw_socket garbage{port.at};
  garbage.write("GET / HTTP/1.1\r\nHost: somewhere\r\n\r\n");
  CHECK(garbage.closes());
  CHECK(alpha.record->wait([](node_record& r) { return r.errors.size() == 1; }));

  raw_socket silent{port.at};
  CHECK(silent.closes());
  CHECK(alpha.record->wait_error(errc::request_timeout));

  raw_socket huge{port.at};
  std::vector<std::byte> header{std::byte{0xFF},
                                std::byte{0xFF},
                                std::byte{0xFF},
                                std::byte{0x7F},
                                std::byte{1},
                                {},
                                {},
                                {},
                                {}};
  huge.write(header);
  const auto answer = huge.read_frame();
  REQUIRE(answer);
  CHECK(answer->type == frame_type::refused);
  CHECK(decode_refusal(answer->payload).value().reason == errc::too_large);
  CHECK(huge.closes());

  raw_socket early{port.at};
  early.write_frame(frame_type::raft_message, [](raft::writer& out) { encode(vote(1), out); });
  CHECK(early.closes());

  raw_socket half{port.at};
  half.write_frame(frame_type::hello, [&](raft::writer& out) {
    auto said = alpha.said;
    said.self = {"beta", {5, 5}};
    encode(said, out);
  });
  REQUIRE(half.read_frame()); // hello
  CHECK(half.read_frame().value().type == frame_type::welcome);
  CHECK(half.closes()); // it never says welcome
}

namespace {

/// A member by hand, linked to whoever listens at `at`.
void link_by_hand(raw_socket& socket, const fake_member& listener, const std::string& id) {
  auto said = listener.said;
  said.self = {id, {5, 5}};
  socket.write_frame(frame_type::hello, [&](raft::writer& out) { encode(said, out); });
  REQUIRE(socket.read_frame().value().type == frame_type::hello);
  REQUIRE(socket.read_frame().value().type == frame_type::welcome);
  socket.write_frame(frame_type::welcome, [](raft::writer&) {});
}

} // namespace

TEST_CASE("a peer that never reads costs no more than the window, and is given up in time") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  alpha.limits.window = 1 << 20;
  alpha.limits.ping_interval = 50ms;
  alpha.limits.silence_limit = 2s;
  const open_port port{io.system, alpha};
  raw_socket deaf{port.at};
  link_by_hand(deaf, alpha, "beta");
  REQUIRE(alpha.record->wait_linked("beta"));
  const auto link = alpha.record->link_to("beta");
  raft::append_request request;
  request.entries.push_back({1, raft::entry_kind::command, raft::duration{0},
                             blob::from_vector(std::vector<std::byte>(100'000))});
  for (int i = 0; i < 200; ++i)
    compat::anon_send(link, raft::message{0, request});
  compat::anon_send(link, proposal_batch{std::nullopt, 3, 4, {blob::from_string("x")}});
  REQUIRE(alpha.record->wait([](node_record& r) { return r.refused.size() == 1; }));
  alpha.record->get([](node_record& r) {
    CHECK(r.refused[0].reason == errc::overloaded);
    CHECK(r.refused[0].origin == 3);
    CHECK(r.refused[0].token == 4);
    return 0;
  });
  CHECK(alpha.record->wait_unlinked("beta")); // it says nothing either
}

TEST_CASE("frames that cannot be understood end an open link with a reason") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  const open_port port{io.system, alpha};
  raw_socket broken{port.at};
  link_by_hand(broken, alpha, "beta");
  REQUIRE(alpha.record->wait_linked("beta"));
  broken.write_frame(frame_type::raft_message, [](raft::writer& out) { out.u8(255); });
  const auto word = broken.read_frame();
  REQUIRE(word);
  CHECK(word->type == frame_type::goodbye);
  CHECK(broken.closes());
  CHECK(alpha.record->wait_error(errc::refused_malformed));
  CHECK(alpha.record->wait_unlinked("beta"));
}

TEST_CASE("what is forwarded over a link that is not up comes back to the node") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  const auto listening = listen_on(any_port, false); // accepts, and says nothing
  const auto link = dial(io.system, alpha, listening.at);
  compat::anon_send(link, proposal_batch{std::nullopt, 1, 9, {}});
  REQUIRE(alpha.record->wait([](node_record& r) { return r.refused.size() == 1; }));
  CHECK(alpha.record->get([](node_record& r) { return r.refused[0].reason; }) == errc::not_leader);
  caf::anon_send_exit(link, caf::exit_reason::user_shutdown);
}

TEST_CASE("only loopback is bound unless other addresses are allowed") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  listener_config config;
  config.at = {"0.0.0.0", 0};
  config.link = alpha.config();
  const auto refused = spawn_listener(io.system, config);
  REQUIRE(!refused);
  CHECK(refused.error() == errc::invalid_config);
  config.at = {"host.invalid", 0};
  config.allow_insecure = true;
  CHECK(!spawn_listener(io.system, config));
  const open_port port{io.system, alpha};
  config.at = port.at;
  CHECK(!spawn_listener(io.system, config)); // in use
}

TEST_CASE("a listener that is stopped as soon as it was started frees its port") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  auto where = any_port;
  for (int round = 0; round < 20; ++round) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    caf::expected<listening> result{make_error(errc::stopped)};
    while (!result && std::chrono::steady_clock::now() < deadline) {
      listener_config config;
      config.at = where;
      config.link = alpha.config();
      result = spawn_listener(io.system, std::move(config));
    }
    REQUIRE(result);
    where = result->at;
    caf::anon_send_exit(result->actor, caf::exit_reason::user_shutdown);
  }
}

TEST_CASE("beyond the cap nobody is accepted until somebody has left") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  fake_member beta{io.system, "beta"};
  alpha.limits.hello_timeout = 200ms;
  alpha.limits.linger = 50ms;
  beta.limits.hello_timeout = patience; // it waits its turn
  listener_config config;
  config.at = any_port;
  config.max_unfinished = 3;
  config.link = alpha.config();
  const auto port = spawn_listener(io.system, config);
  REQUIRE(port);
  std::vector<raw_socket> silent;
  for (int i = 0; i < 10; ++i)
    silent.emplace_back(port->at);
  dial(io.system, beta, port->at);
  CHECK(alpha.record->wait_linked("beta")); // when those have been closed
  caf::anon_send_exit(port->actor, caf::exit_reason::user_shutdown);
}
