// What is special about links inside of one actor system; what holds for every kind of link is in
// link_conformance_test.cpp.

#include "hamok/io/local_link.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/io/fake_node.hpp"

using namespace hamok;
using namespace hamok::testing;

namespace {

/// Two members of one process, without the middleman.
struct local_pair {
  local_pair() {
    for (auto* member : {&alpha, &beta}) {
      member->limits.ping_interval = 20ms;
      member->limits.silence_limit = 300ms;
    }
  }

  ~local_pair() {
    for (const auto* member : {&alpha, &beta})
      leave_local_nodes(io.system, "test", member->said.self.peer, member->node);
    for (const auto& dialer : dialers)
      caf::anon_send_exit(dialer, caf::exit_reason::user_shutdown);
  }
  local_pair(const local_pair&) = delete;
  local_pair& operator=(const local_pair&) = delete;

  void enter(fake_member& member) {
    member.record->actor_options = options;
    member.let_in();
    REQUIRE(!enter_local_nodes(io.system, "test", member.said.self.peer, member.node));
  }

  void dial(const fake_member& from, const std::string& to) {
    dialers.push_back(spawn_local_dialer(io.system, "test", to, options, from.config()));
    compat::anon_send(dialers.back(), caf::connect_atom_v);
  }

  void link() {
    enter(alpha);
    dial(beta, "alpha");
    REQUIRE(alpha.record->wait_linked("beta"));
    REQUIRE(beta.record->wait_linked("alpha"));
  }

  io_system io{false};
  std::shared_ptr<local_network> network = std::make_shared<local_network>();
  actor_link_options options{placement::scheduler, network};
  fake_member alpha{io.system, "alpha"};
  fake_member beta{io.system, "beta"};
  std::vector<dialer_actor> dialers;
};

raft::message vote_in(raft::term_t term) {
  return {0, raft::vote_request{term, 1, 2, false, false}};
}

} // namespace

TEST_CASE("a dialer waits until the node that it looks for has a name") {
  local_pair pair;
  pair.dial(pair.beta, "alpha");
  CHECK(!pair.beta.record->wait([](node_record& r) { return r.opened > 0; }, 100ms));
  pair.enter(pair.alpha);
  CHECK(pair.alpha.record->wait_linked("beta"));
  CHECK(pair.beta.record->wait_linked("alpha"));
}

TEST_CASE("a name belongs to one node of an actor system, until that gives it back") {
  local_pair pair;
  pair.enter(pair.alpha);
  CHECK(!enter_local_nodes(pair.io.system, "test", "alpha", pair.alpha.node)); // once more
  CHECK(enter_local_nodes(pair.io.system, "test", "alpha", pair.beta.node)
        == errc::refused_name_taken);
  CHECK(!enter_local_nodes(pair.io.system, "other", "alpha", pair.beta.node));
  leave_local_nodes(pair.io.system, "other", "alpha", pair.beta.node);
  leave_local_nodes(pair.io.system, "test", "alpha", pair.beta.node); // not its own
  CHECK(enter_local_nodes(pair.io.system, "test", "alpha", pair.beta.node)
        == errc::refused_name_taken);
  leave_local_nodes(pair.io.system, "test", "alpha", pair.alpha.node);
  CHECK(!enter_local_nodes(pair.io.system, "test", "alpha", pair.beta.node));
  leave_local_nodes(pair.io.system, "test", "alpha", pair.beta.node);
}

TEST_CASE("payloads inside of one actor system are shared, not copied") {
  local_pair pair;
  pair.link();
  const auto command = blob::from_string("shared, not copied");
  compat::anon_send(pair.beta.record->link_to("alpha"),
                    proposal_batch{std::nullopt, 1, 2, {command}});
  REQUIRE(pair.alpha.record->wait([](node_record& r) { return r.batches.size() == 1; }));
  CHECK(pair.alpha.record->get([](node_record& r) { return r.batches[0].commands[0].data(); })
        == command.data());
}

TEST_CASE(
    "a local link that is cut in one direction is lost by silence and comes back when healed") {
  local_pair pair;
  pair.link();
  pair.network->cut("alpha", "beta");
  CHECK(pair.beta.record->wait_unlinked("alpha"));
  CHECK(pair.alpha.record->wait_unlinked("beta"));
  const auto opened = pair.beta.record->get([](node_record& r) { return r.opened; });
  CHECK(!pair.beta.record->wait([&](node_record& r) { return r.opened > opened; }, 200ms));
  pair.network->heal("alpha", "beta");
  REQUIRE(pair.alpha.record->wait_linked("beta"));
  REQUIRE(pair.beta.record->wait_linked("alpha"));
  compat::anon_send(pair.alpha.record->link_to("beta"), vote_in(1));
  CHECK(pair.beta.record->wait([](node_record& r) { return r.messages.size() == 1; }));
}

TEST_CASE("a short cut drops messages and keeps the local link") {
  local_pair pair;
  pair.alpha.limits.silence_limit = pair.beta.limits.silence_limit = 60s;
  pair.link();
  pair.network->cut_both("alpha", "beta");
  compat::anon_send(pair.alpha.record->link_to("beta"), vote_in(1));
  CHECK(!pair.beta.record->wait([](node_record& r) { return !r.messages.empty(); }, 100ms));
  pair.network->heal_all();
  compat::anon_send(pair.alpha.record->link_to("beta"), vote_in(2));
  REQUIRE(pair.beta.record->wait([](node_record& r) { return r.messages.size() == 1; }));
  CHECK(pair.beta.record->get([](node_record& r) { return r.messages[0].message; }) == vote_in(2));
  CHECK(pair.alpha.record->get([](node_record& r) { return r.downs.empty(); }));
}

TEST_CASE("what is forwarded over an actor link that is not up comes back to the node") {
  local_pair pair;
  pair.network->cut("beta", "alpha"); // nobody hears the hello
  const auto link = spawn_actor_link(pair.io.system, pair.alpha.node, "alpha", "here", pair.options,
                                     pair.beta.config());
  compat::anon_send(link, proposal_batch{std::nullopt, 1, 9, {}});
  REQUIRE(pair.beta.record->wait([](node_record& r) { return r.refused.size() == 1; }));
  CHECK(pair.beta.record->get([](node_record& r) { return r.refused[0].reason; })
        == errc::not_leader);
  caf::anon_send_exit(link, caf::exit_reason::user_shutdown);
}

TEST_CASE("a node that opens no links between actors says so") {
  local_pair pair;
  const auto silent = pair.io.system.spawn<caf::hidden>([](caf::event_based_actor* self) {
    return caf::behavior{[self](open_link, const link_hello&, const link_actor& from) {
      compat::send(self, caf::actor_cast<caf::actor>(from), link_opened_v,
                   make_error(errc::not_supported));
    }};
  });
  caf::scoped_actor self{pair.io.system};
  self->wait_for(spawn_actor_link(pair.io.system, caf::actor_cast<node_actor>(silent), "alpha",
                                  "here", pair.options, pair.beta.config()));
  CHECK(pair.beta.record->wait_error(errc::not_supported));
}

TEST_CASE("an actor link whose hello nobody answers ends in time, or with the other node") {
  local_pair pair;
  pair.beta.limits.hello_timeout = 100ms;
  pair.network->cut("beta", "alpha");
  caf::scoped_actor self{pair.io.system};
  self->wait_for(spawn_actor_link(pair.io.system, pair.alpha.node, "alpha", "here", pair.options,
                                  pair.beta.config()));
  CHECK(pair.beta.record->wait_error(errc::request_timeout));
  pair.beta.limits.hello_timeout = 60s;
  const auto link = spawn_actor_link(pair.io.system, pair.alpha.node, "alpha", "here", pair.options,
                                     pair.beta.config());
  caf::anon_send_exit(pair.alpha.node, caf::exit_reason::user_shutdown);
  self->wait_for(link);
}
