// What is special about links whose frames the application carries; what holds for every kind of
// link is in link_conformance_test.cpp.

#include "hamok/io/custom_link.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/io/fake_node.hpp"

#include <algorithm>
#include <deque>
#include <random>

using namespace hamok;
using namespace hamok::testing;

namespace {

raft::message vote(raft::term_t term) {
  return {0, raft::vote_request{term, 1, 2, false, false}};
}

/// Carries frames between two members as badly as a test wants.
struct carried_pair {
  carried_pair() {
    for (auto* member : {&alpha, &beta}) {
      member->limits.ping_interval = 20ms;
      member->limits.silence_limit = 60s;
      member->record->custom_options.placement = placement::scheduler;
      member->record->custom_options.retry = 20ms;
      member->let_in();
    }
    connect(alpha, beta);
    connect(beta, alpha);
  }
  carried_pair(const carried_pair&) = delete;
  carried_pair& operator=(const carried_pair&) = delete;
  ~carried_pair() { caf::anon_send_exit(dialer, caf::exit_reason::user_shutdown); }

  void dial() {
    dialer = spawn_custom_dialer(io.system, "alpha", beta.record->custom_options, beta.config());
    compat::anon_send(dialer, caf::connect_atom_v);
  }
  void link() {
    dial();
    REQUIRE(alpha.record->wait_linked("beta"));
    REQUIRE(beta.record->wait_linked("alpha"));
  }

  /// What `from` says to the other; gives what is to be carried.
  using treatment = std::function<std::vector<blob>(const std::string& from, const blob&)>;

  struct medium {
    std::mutex mutex;
    treatment treat = [](const std::string&, const blob& frame) { return std::vector{frame}; };
    std::vector<blob> seen;
  };

  void connect(const fake_member& from, const fake_member& to) const {
    from.record->update([&](node_record& r) {
      r.carry = [medium = between, name = from.said.self.peer,
                 target = to.node](const std::string&, const blob& frame) {
        const std::lock_guard guard{medium->mutex};
        medium->seen.push_back(frame);
        for (const auto& one : medium->treat(name, frame))
          compat::anon_send(target, accept_message_v, name, one);
      };
    });
  }
  void treat(treatment how) const {
    const std::lock_guard guard{between->mutex};
    between->treat = std::move(how);
  }

  io_system io{false};
  std::shared_ptr<medium> between = std::make_shared<medium>();
  fake_member alpha{io.system, "alpha"};
  fake_member beta{io.system, "beta"};
  dialer_actor dialer;
};

std::vector<link_saying> one_of_each() {
  hello said;
  said.cluster = "test";
  said.self = {"alpha", {1, 2}};
  raft::append_request request;
  request.entries.push_back(
      {1, raft::entry_kind::command, raft::duration{0}, blob::from_string("content")});
  return {said,
          link_verdict{},
          link_verdict{errc::refused_cluster, "text"},
          link_goodbye{errc::stopped, "text"},
          link_mark{7},
          link_mark_seen{8},
          raft::message{3, request},
          proposal_batch{std::nullopt, 1, 2, {blob::from_string("x")}},
          proposal_refused{std::nullopt, 1, 2, errc::overloaded},
          peer_word{raft::directory_news{{{"alpha", "127.0.0.1:1", 1}}}},
          direct_message{1, 2, 3, blob::from_string("x")},
          direct_reply{2, 3, errc::not_handled}};
}

} // namespace

TEST_CASE("everything that ends say is read as it was written, and nothing else") {
  constexpr std::size_t limit = std::size_t{1} << 20;
  for (const auto& what : one_of_each()) {
    const auto bytes = encode_custom({5, 6}, what, 3, limit);
    REQUIRE(bytes.size() > 0);
    CHECK(custom_address_of(bytes) == custom_address{5, 6});
    const auto read = decode_custom(bytes, 3, limit);
    REQUIRE(read);
    CHECK(read->index() == what.index());
    CHECK(encode_custom({5, 6}, *read, 3, limit).text() == bytes.text());
    CHECK(!decode_custom(bytes, 4, limit)); // another group
    for (std::size_t size = 0; size < bytes.size(); ++size)
      CHECK(!decode_custom(bytes.slice(0, size), 3, limit));
    auto longer = std::vector<std::byte>(bytes.bytes().begin(), bytes.bytes().end());
    longer.push_back(std::byte{0});
    CHECK(!decode_custom(blob::from_vector(std::move(longer)), 3, limit));
  }
  raft::append_request request;
  request.entries.push_back({1, raft::entry_kind::command, raft::duration{0},
                             blob::from_vector(std::vector<std::byte>(limit))});
  CHECK(encode_custom({1, 1}, raft::message{0, request}, 0, limit).size() == 0);
}

TEST_CASE("hostile frames open nothing, break nothing, and end only the link that they name") {
  carried_pair pair;
  std::minstd_rand random{7};
  const auto bytes = encode_custom({5, 0}, one_of_each().front(), 0, default_max_payload);
  for (int i = 0; i < 2000; ++i) {
    auto spoiled = std::vector<std::byte>(bytes.bytes().begin(), bytes.bytes().end());
    for (int change = 0; change < 3; ++change)
      spoiled[random() % spoiled.size()] = static_cast<std::byte>(random());
    spoiled.resize(random() % (spoiled.size() + 1));
    compat::anon_send(pair.alpha.node, accept_message_v, "mallory",
                      blob::from_vector(std::move(spoiled)));
  }
  pair.link();
  CHECK(pair.alpha.record->get([](node_record& r) { return r.opened; }) == 1);
}

TEST_CASE("a member that is not who the application says is refused") {
  carried_pair pair;
  hello said = pair.beta.said;
  said.epoch = 5;
  compat::anon_send(pair.alpha.node, accept_message_v, "gamma",
                    encode_custom({5, 0}, said, 0, default_max_payload));
  CHECK(pair.alpha.record->wait_error(errc::refused_stranger));
}

TEST_CASE(
    "a custom link comes up and carries messages although frames are lost, doubled and mixed") {
  carried_pair pair;
  const auto random = std::make_shared<std::minstd_rand>(11);
  const auto late = std::make_shared<std::map<std::string, std::deque<blob>>>();
  pair.treat([random, late](const std::string& from, const blob& frame) {
    auto& waiting = (*late)[from];
    std::vector<blob> result;
    if ((*random)() % 3 != 0)
      waiting.push_back(frame);
    if ((*random)() % 4 == 0)
      waiting.push_back(frame);
    while (waiting.size() > 3) {
      const auto next = waiting.begin() + static_cast<std::ptrdiff_t>((*random)() % waiting.size());
      result.push_back(*next);
      waiting.erase(next);
    }
    return result;
  });
  pair.link();
  const auto link = pair.beta.record->link_to("alpha");
  for (raft::term_t term = 1; term <= 300; ++term)
    compat::anon_send(link, vote(term));
  CHECK(pair.alpha.record->wait([](node_record& r) { return r.messages.size() > 100; }));
  for (const auto* member : {&pair.alpha, &pair.beta}) {
    CHECK(member->record->get([](node_record& r) { return r.opened; }) == 1);
    CHECK(member->record->get([](node_record& r) { return r.errors.empty(); }));
  }
}

TEST_CASE("frames of an earlier link are not taken for those of a later one") {
  carried_pair pair;
  pair.link();
  compat::anon_send(pair.beta.record->link_to("alpha"), vote(1));
  REQUIRE(pair.alpha.record->wait([](node_record& r) { return r.messages.size() == 1; }));
  compat::anon_send(pair.alpha.record->link_to("beta"), close_link{}, make_error(errc::closed));
  REQUIRE(pair.alpha.record->wait([](node_record& r) { return r.opened == 2; }));
  REQUIRE(pair.beta.record->wait_linked("alpha"));
  std::vector<blob> old;
  {
    const std::lock_guard guard{pair.between->mutex};
    old = pair.between->seen;
  }
  for (const auto& frame : old) { // each of them, to both
    compat::anon_send(pair.alpha.node, accept_message_v, "beta", frame);
    compat::anon_send(pair.beta.node, accept_message_v, "alpha", frame);
  }
  compat::anon_send(pair.beta.record->link_to("alpha"), vote(2));
  REQUIRE(pair.alpha.record->wait([](node_record& r) {
    return std::ranges::any_of(r.messages, [](const auto& x) { return x.message == vote(2); });
  }));
  const auto firsts = pair.alpha.record->get([](node_record& r) {
    return std::ranges::count_if(r.messages, [](const auto& x) { return x.message == vote(1); });
  });
  CHECK(firsts == 1);
}

TEST_CASE("what is more than a frame may have is told and not sent") {
  carried_pair pair;
  pair.beta.limits.max_payload = std::size_t{128} << 10;
  pair.link();
  raft::append_request request;
  request.entries.push_back({1, raft::entry_kind::command, raft::duration{0},
                             blob::from_vector(std::vector<std::byte>(200'000))});
  compat::anon_send(pair.beta.record->link_to("alpha"), raft::message{0, request});
  CHECK(pair.beta.record->wait_error(errc::too_large));
  CHECK(pair.beta.record->get([](node_record& r) { return r.downs.empty(); }));
}
