#include "hamok/io/backoff.hpp"
#include "hamok/io/dialer.hpp"
#include "hamok/io/listener.hpp"
#include "hamok/io/sockets.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/io/fake_node.hpp"

#include <atomic>

using namespace hamok;
using namespace hamok::testing;

namespace {

listening open_port(caf::actor_system& system, const fake_member& member, endpoint where) {
  listener_config config;
  config.at = std::move(where);
  config.link = member.config();
  auto result = spawn_listener(system, std::move(config));
  REQUIRE(result);
  return *result;
}

/// A dialer that ends with the test.
struct dialing {
  dialing(caf::actor_system& system, const fake_member& member, dial_target target)
      : actor(spawn_dialer(system, std::move(target), member.config())) {
    compat::anon_send(actor, caf::connect_atom_v);
  }
  dialing(const dialing&) = delete;
  dialing& operator=(const dialing&) = delete;
  ~dialing() { caf::anon_send_exit(actor, caf::exit_reason::user_shutdown); }

  dialer_actor actor;
};

/// What a name server answers; read by threads of the resolver.
std::atomic<int> questions{0};

int look_up_number(const char* host, const char* port, const addrinfo* hints, addrinfo** found) {
  auto numeric = *hints;
  numeric.ai_flags |= AI_NUMERICHOST;
  return ::getaddrinfo(host, port, &numeric, found);
}

/// A name that is unknown at first, then leads to where nobody listens, then to the right place.
int look_up_what_moves(const char*, const char* port, const addrinfo* hints, addrinfo** found) {
  const auto asked = ++questions;
  if (asked == 1)
    return EAI_NONAME;
  return look_up_number(asked < 4 ? "127.0.0.2" : "127.0.0.1", port, hints, found);
}

/// Two addresses, always in this order.
int look_up_two(const char*, const char* port, const addrinfo* hints, addrinfo** found) {
  ++questions;
  addrinfo* second = nullptr;
  if (look_up_number("127.0.0.1", port, hints, &second) != 0)
    return EAI_AGAIN;
  if (look_up_number("127.0.0.2", port, hints, found) != 0)
    return EAI_AGAIN;
  (*found)->ai_next = second;
  return 0;
}

} // namespace

TEST_CASE("a name is resolved anew at every attempt") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  fake_member beta{io.system, "beta"};
  const auto port = open_port(io.system, alpha, {"127.0.0.1", 0});
  questions = 0;
  const dialing dialer{
      io.system, beta, {"alpha", {"moves.invalid", port.at.port}, look_up_what_moves}};
  CHECK(beta.record->wait_linked("alpha"));
  CHECK(alpha.record->wait_linked("beta"));
  CHECK(questions >= 4);
  caf::anon_send_exit(port.actor, caf::exit_reason::user_shutdown);
}

TEST_CASE("where somebody else answers at one address of a name, the others are tried too") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  fake_member gamma{io.system, "gamma"};
  fake_member beta{io.system, "beta"};
  const auto port = open_port(io.system, alpha, {"127.0.0.1", 0});
  const auto other = open_port(io.system, gamma, {"127.0.0.2", port.at.port});
  questions = 0;
  const dialing dialer{io.system, beta, {"alpha", {"two.invalid", port.at.port}, look_up_two}};
  CHECK(beta.record->wait_linked("alpha"));
  CHECK(beta.record->wait_error(errc::refused_stranger));
  for (const auto& one : {port, other})
    caf::anon_send_exit(one.actor, caf::exit_reason::user_shutdown);
}

TEST_CASE("connecting begins with the address whose turn it is, and says which has answered") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  const auto port = open_port(io.system, alpha, {"127.0.0.1", 0});
  const endpoint name{"two.invalid", port.at.port};
  const auto never = std::chrono::steady_clock::time_point::max();
  for (std::size_t first = 0; first < 4; ++first) {
    const auto result = connect_to(name, 1s, never, {look_up_two, first});
    REQUIRE(result.socket);
    CHECK(result.turn == 1);
    CHECK(result.at == endpoint{"127.0.0.1", port.at.port});
  }
  caf::anon_send_exit(port.actor, caf::exit_reason::user_shutdown);
}

TEST_CASE("an address keeps its turn while its connections last") {
  address_turn turn{1s};
  auto now = std::chrono::steady_clock::time_point{} + 1h;
  CHECK(turn.next(now) == 0);
  turn.failed();
  CHECK(turn.next(now) == 1);
  turn.connected(2, now);
  now += 2s;
  CHECK(turn.next(now) == 2); // it was of use
  turn.connected(2, now);
  now += 10ms;
  CHECK(turn.next(now) == 3); // it was not
  CHECK(turn.next(now) == 3); // and is blamed once
}

TEST_CASE("pauses between attempts grow to their limit and differ") {
  backoff pauses{20ms, 1s, 42};
  auto longest = caf::timespan{20ms};
  for (int i = 0; i < 50; ++i) {
    const auto pause = pauses.next();
    CHECK(pause >= longest / 2);
    CHECK(pause <= longest);
    longest = std::min<caf::timespan>(longest * 2, 1s);
  }
  CHECK(pauses.next() != pauses.next());
  pauses.reset();
  CHECK(pauses.next() <= 20ms);
}

TEST_CASE("a dialer tries until somebody listens") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  fake_member beta{io.system, "beta"};
  const auto place = listen_on({"127.0.0.1", 0}, false).at; // closed again: nobody listens there
  const dialing dialer{io.system, beta, {"alpha", place}};
  CHECK(!beta.record->wait([](node_record& r) { return r.opened > 0; }, 150ms));
  const auto port = open_port(io.system, alpha, place);
  CHECK(beta.record->wait_linked("alpha"));
  CHECK(alpha.record->wait_linked("beta"));
  caf::anon_send_exit(port.actor, caf::exit_reason::user_shutdown);
}

TEST_CASE("a dialer goes on when its link has ended, until it is told to leave it") {
  io_system io;
  fake_member alpha{io.system, "alpha"};
  fake_member beta{io.system, "beta"};
  const auto port = open_port(io.system, alpha, {"localhost", 0});
  const dialing dialer{io.system, beta, {"alpha", port.at}};
  REQUIRE(beta.record->wait_linked("alpha"));
  for (std::size_t round = 1; round <= 3; ++round) {
    caf::anon_send_exit(beta.record->link_to("alpha"), caf::exit_reason::kill);
    REQUIRE(beta.record->wait([&](node_record& r) { return r.opened == round + 1; }));
    REQUIRE(beta.record->wait_linked("alpha"));
  }
  compat::anon_send(dialer.actor, caf::idle_atom_v);
  caf::anon_send_exit(beta.record->link_to("alpha"), caf::exit_reason::kill);
  REQUIRE(beta.record->wait_unlinked("alpha"));
  CHECK(!beta.record->wait([](node_record& r) { return r.opened > 4; }, 200ms));
  compat::anon_send(dialer.actor, caf::connect_atom_v);
  CHECK(beta.record->wait_linked("alpha"));
  caf::anon_send_exit(port.actor, caf::exit_reason::user_shutdown);
}

TEST_CASE("a dialer ends with its node") {
  io_system io;
  fake_member beta{io.system, "beta"};
  const auto actor = spawn_dialer(io.system, {"alpha", {"127.0.0.1", 1}}, beta.config());
  caf::scoped_actor self{io.system};
  caf::anon_send_exit(beta.node, caf::exit_reason::user_shutdown);
  self->wait_for(actor);
}

TEST_CASE("a simultaneous connect ends with the same one link on both sides") {
  io_system io;
  for (int round = 0; round < 10; ++round) {
    fake_member alpha{io.system, "alpha"};
    fake_member beta{io.system, "beta"};
    const auto alpha_port = open_port(io.system, alpha, {"127.0.0.1", 0});
    const auto beta_port = open_port(io.system, beta, {"127.0.0.1", 0});
    const dialing from_alpha{io.system, alpha, {"beta", beta_port.at}};
    const dialing from_beta{io.system, beta, {"alpha", alpha_port.at}};
    REQUIRE(alpha.record->wait_linked("beta"));
    REQUIRE(beta.record->wait_linked("alpha"));
    // As a node does: there is a link, so nobody needs to dial.
    compat::anon_send(from_alpha.actor, caf::idle_atom_v);
    compat::anon_send(from_beta.actor, caf::idle_atom_v);
    const auto one_link = [](node_record& r) { return r.book.all().size() == 1; };
    CHECK(alpha.record->wait(one_link));
    CHECK(beta.record->wait(one_link));
    // It is the same one: what goes in comes out, in both directions.
    REQUIRE(alpha.record->wait_linked("beta"));
    REQUIRE(beta.record->wait_linked("alpha"));
    compat::anon_send(alpha.record->link_to("beta"), peer_word{raft::directory_news{}});
    compat::anon_send(beta.record->link_to("alpha"), peer_word{raft::directory_news{}});
    CHECK(alpha.record->wait([](node_record& r) { return r.words.size() == 1; }));
    CHECK(beta.record->wait([](node_record& r) { return r.words.size() == 1; }));
    for (const auto& port : {alpha_port, beta_port})
      caf::anon_send_exit(port.actor, caf::exit_reason::user_shutdown);
  }
}
