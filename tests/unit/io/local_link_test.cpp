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
    for (const auto& dialer : dialers)
      caf::anon_send_exit(dialer, caf::exit_reason::user_shutdown);
  }
  local_pair(const local_pair&) = delete;
  local_pair& operator=(const local_pair&) = delete;

  void dial(const fake_member& from, const std::string& to) {
    local_target target;
    target.cluster = "test";
    target.self = from.said.self.peer;
    target.peer = to;
    target.placement = placement::scheduler;
    target.network = network;
    dialers.push_back(spawn_local_dialer(io.system, target, from.config()));
    compat::anon_send(dialers.back(), caf::connect_atom_v);
  }

  void link() {
    dial(alpha, "beta");
    dial(beta, "alpha");
    REQUIRE(alpha.record->wait_linked("beta"));
    REQUIRE(beta.record->wait_linked("alpha"));
  }

  io_system io{false};
  std::shared_ptr<local_network> network = std::make_shared<local_network>();
  fake_member alpha{io.system, "alpha"};
  fake_member beta{io.system, "beta"};
  std::vector<dialer_actor> dialers;
};

raft::message vote(raft::term_t term) {
  return {0, raft::vote_request{term, 1, 2, false, false}};
}

} // namespace

TEST_CASE("an actor system can end while local links are open") {
  for (int i = 0; i < 20; ++i) {
    local_pair pair;
    pair.link();
    pair.dialers.clear(); // nobody tells them to end, nor waits for them
  }
}

TEST_CASE("members of one process find each other, whoever comes first, and talk") {
  local_pair pair;
  pair.dial(pair.alpha, "beta");
  CHECK(!pair.alpha.record->wait([](node_record& r) { return r.opened > 0; }, 100ms));
  pair.dial(pair.beta, "alpha");
  REQUIRE(pair.alpha.record->wait_linked("beta"));
  REQUIRE(pair.beta.record->wait_linked("alpha"));
  const auto to_beta = pair.alpha.record->link_to("beta");
  const auto to_alpha = pair.beta.record->link_to("alpha");

  compat::anon_send(to_beta, vote(5));
  REQUIRE(pair.beta.record->wait([](node_record& r) { return r.messages.size() == 1; }));
  pair.beta.record->get([&](node_record& r) {
    CHECK(r.messages[0].from == pair.alpha.said.self);
    CHECK(r.messages[0].message == vote(5));
    return 0;
  });

  const auto command = blob::from_string("shared, not copied");
  compat::anon_send(to_alpha, proposal_batch{std::nullopt, 1, 2, {command}});
  REQUIRE(pair.alpha.record->wait([](node_record& r) { return r.batches.size() == 1; }));
  pair.alpha.record->get([&](node_record& r) {
    CHECK(r.batches[0].via == pair.beta.said.self);
    CHECK(r.batches[0].commands[0].data() == command.data());
    return 0;
  });
  compat::anon_send(to_beta, proposal_refused{pair.beta.said.self, 1, 2, errc::not_leader});
  REQUIRE(pair.beta.record->wait([](node_record& r) { return r.refused.size() == 1; }));
  CHECK(!pair.beta.record->get([](node_record& r) { return r.refused[0].via; }));

  compat::anon_send(to_alpha, peer_word{raft::directory_news{}});
  REQUIRE(pair.alpha.record->wait([](node_record& r) { return r.words.size() == 1; }));
  CHECK(pair.alpha.record->get([](node_record& r) { return r.words[0].second; })
        == pair.beta.said.self);
}

TEST_CASE("a refused local member is named on both sides") {
  local_pair pair;
  pair.alpha.record->update([](node_record& r) {
    r.policy.admission.linked = {{"beta", {77, 77}}};
  });
  pair.dial(pair.alpha, "beta");
  pair.dial(pair.beta, "alpha");
  CHECK(pair.alpha.record->wait_error(errc::refused_name_taken));
  CHECK(pair.beta.record->wait_error(errc::refused_name_taken));
  CHECK(pair.alpha.record->get([](node_record& r) { return r.opened; }) == 0);
}

TEST_CASE("a local link that is taken down comes back") {
  local_pair pair;
  pair.link();
  for (std::size_t round = 1; round <= 3; ++round) {
    take_down_local_link(pair.io.system, "test", "alpha", "beta");
    REQUIRE(pair.alpha.record->wait([&](node_record& r) { return r.opened > round; }));
    REQUIRE(pair.beta.record->wait([&](node_record& r) { return r.opened > round; }));
    REQUIRE(pair.alpha.record->wait_linked("beta"));
    REQUIRE(pair.beta.record->wait_linked("alpha"));
  }
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
  compat::anon_send(pair.alpha.record->link_to("beta"), vote(1));
  CHECK(pair.beta.record->wait([](node_record& r) { return r.messages.size() == 1; }));
}

TEST_CASE("a short cut drops messages and keeps the local link") {
  local_pair pair;
  pair.alpha.limits.silence_limit = pair.beta.limits.silence_limit = 60s;
  pair.link();
  pair.network->cut_both("alpha", "beta");
  compat::anon_send(pair.alpha.record->link_to("beta"), vote(1));
  CHECK(!pair.beta.record->wait([](node_record& r) { return !r.messages.empty(); }, 100ms));
  pair.network->heal_all();
  compat::anon_send(pair.alpha.record->link_to("beta"), vote(2));
  REQUIRE(pair.beta.record->wait([](node_record& r) { return r.messages.size() == 1; }));
  CHECK(pair.beta.record->get([](node_record& r) { return r.messages[0].message; }) == vote(2));
  CHECK(pair.alpha.record->get([](node_record& r) { return r.downs.empty(); }));
}

TEST_CASE("a local link ends with its other end") {
  local_pair pair;
  pair.link();
  caf::anon_send_exit(pair.beta.record->link_to("alpha"), caf::exit_reason::kill);
  CHECK(pair.alpha.record->wait([](node_record& r) { return r.downs.size() == 1; }));
}
