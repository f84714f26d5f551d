// What every kind of link promises, tried on all of them.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/io/link_harness.hpp"

#include <cstddef>
#include <string>
#include <vector>

using namespace hamok;
using namespace hamok::testing;

#define EVERY_KIND_OF_LINK broker_links, basp_links, local_links, custom_links

namespace {

raft::message vote(raft::term_t term) {
  return {0, raft::vote_request{term, 1, 2, false, false}};
}

raft::message append_of(std::size_t bytes) {
  raft::append_request request;
  request.entries.push_back({1, raft::entry_kind::command, raft::duration{0},
                             blob::from_vector(std::vector<std::byte>(bytes, std::byte{7}))});
  return {0, request};
}

/// Sends until one of them has come: some kinds of links may lose any.
bool reaches(link_side& from, link_side& to) {
  static raft::term_t last = 1000;
  const auto sent = vote(++last);
  const auto arrived = [&](node_record& r) {
    for (const auto& got : r.messages)
      if (got.message == sent)
        return true;
    return false;
  };
  for (int i = 0; i < 500; ++i) {
    compat::anon_send(from.record().link_to(to.name), sent);
    if (to.record().wait(arrived, 20ms))
      return true;
  }
  return false;
}

bool has_ended_with(link_side& side, errc reason) {
  return side.record().wait([reason](node_record& r) {
    for (const auto& down : r.downs)
      if (down == reason)
        return true;
    return false;
  });
}

/// `beta` says something that `alpha` does not accept, or the other way round.
template <class Links, class F>
void check_refusal(errc reason, F disturb) {
  Links kind;
  disturb(kind.alpha().node, kind.beta().node);
  kind.begin();
  INFO("expected " << to_string(reason));
  CHECK(kind.alpha().record().wait_error(reason));
  CHECK(kind.beta().record().wait_error(reason));
  CHECK(kind.alpha().record().get([](node_record& r) { return r.opened; }) == 0);
  CHECK(kind.beta().record().get([](node_record& r) { return r.opened; }) == 0);
}

} // namespace

TEMPLATE_TEST_CASE("a link is up once on both sides, and stays without anything to say", "",
                   EVERY_KIND_OF_LINK) {
  TestType kind;
  for (auto* side : {&kind.alpha(), &kind.beta()})
    side->node.limits.silence_limit = 300ms;
  kind.link();
  CHECK(!kind.alpha().record().wait([](node_record& r) { return !r.downs.empty(); }, 900ms));
  for (auto* side : {&kind.alpha(), &kind.beta()}) {
    CHECK(side->record().get([](node_record& r) { return r.opened; }) == 1);
    CHECK(side->record().get([](node_record& r) { return r.downs.empty(); }));
  }
}

TEMPLATE_TEST_CASE("everything that members say comes through both ways and in order", "",
                   EVERY_KIND_OF_LINK) {
  TestType kind;
  kind.link();
  auto& alpha = kind.alpha();
  auto& beta = kind.beta();
  const auto to_beta = alpha.record().link_to("beta");
  const auto to_alpha = beta.record().link_to("alpha");

  for (raft::term_t term = 1; term <= 100; ++term) {
    compat::anon_send(to_beta, vote(term));
    compat::anon_send(to_alpha, vote(term));
  }
  for (auto* side : {&alpha, &beta}) {
    REQUIRE(side->record().wait([](node_record& r) { return r.messages.size() == 100; }));
    const auto& other = side == &alpha ? beta : alpha;
    side->record().get([&](node_record& r) {
      for (std::size_t i = 0; i < r.messages.size(); ++i) {
        CHECK(r.messages[i].from == other.node.said.self);
        CHECK(r.messages[i].message == vote(i + 1));
      }
      return 0;
    });
  }

  compat::anon_send(to_alpha, proposal_batch{std::nullopt, 1, 2, {blob::from_string("x"), blob{}}});
  REQUIRE(alpha.record().wait([](node_record& r) { return r.batches.size() == 1; }));
  alpha.record().get([&](node_record& r) {
    CHECK(r.batches[0].via == beta.node.said.self);
    CHECK(r.batches[0].origin == 1);
    CHECK(r.batches[0].token == 2);
    REQUIRE(r.batches[0].commands.size() == 2);
    CHECK(r.batches[0].commands[0].text() == "x");
    return 0;
  });
  compat::anon_send(to_beta, proposal_refused{beta.node.said.self, 1, 2, errc::overloaded});
  REQUIRE(beta.record().wait([](node_record& r) { return r.refused.size() == 1; }));
  beta.record().get([](node_record& r) {
    CHECK(!r.refused[0].via);
    CHECK(r.refused[0].token == 2);
    CHECK(r.refused[0].reason == errc::overloaded);
    return 0;
  });

  const raft::directory_news news{{{"alpha", "127.0.0.1:1", 1}}};
  compat::anon_send(to_beta, peer_word{news});
  compat::anon_send(to_alpha, peer_word{raft::directory_news{}});
  for (auto* side : {&alpha, &beta})
    REQUIRE(side->record().wait([](node_record& r) { return r.words.size() == 1; }));
  beta.record().get([&](node_record& r) {
    CHECK(std::get<raft::directory_news>(r.words[0].first.content) == news);
    CHECK(r.words[0].second == alpha.node.said.self);
    return 0;
  });
}

TEMPLATE_TEST_CASE("what collections say to each other comes through both ways, and its answers",
                   "", EVERY_KIND_OF_LINK) {
  TestType kind;
  kind.link();
  auto& alpha = kind.alpha();
  auto& beta = kind.beta();
  for (auto* side : {&alpha, &beta}) {
    auto& other = side == &alpha ? beta : alpha;
    const auto link = side->record().link_to(other.node.said.self.peer);
    compat::anon_send(link, direct_message{1, 2, 3, blob::from_string("x")});
    compat::anon_send(link, direct_message{1, 2, 4, blob{}});
    compat::anon_send(link, direct_reply{5, 6, errc::not_handled});
    REQUIRE(other.record().wait(
        [](node_record& r) { return r.direct.size() == 2 && r.replies.size() == 1; }));
    other.record().get([&](node_record& r) {
      CHECK(r.direct[0].first.collection == 1);
      CHECK(r.direct[0].first.origin == 2);
      CHECK(r.direct[0].first.request == 3);
      CHECK(r.direct[0].first.content.text() == "x");
      CHECK(r.direct[0].second == side->node.said.self);
      CHECK(r.direct[1].first.request == 4);
      CHECK(r.direct[1].first.content.empty());
      CHECK(r.replies[0].first.origin == 5);
      CHECK(r.replies[0].first.request == 6);
      CHECK(r.replies[0].first.reason == errc::not_handled);
      CHECK(r.replies[0].second == side->node.said.self);
      return 0;
    });
  }
}

TEMPLATE_TEST_CASE("a message of a collection that is too large is answered at once", "",
                   EVERY_KIND_OF_LINK) {
  TestType kind;
  kind.link();
  const auto link = kind.alpha().record().link_to("beta");
  const auto large = blob::from_vector(std::vector<std::byte>(max_direct_size + 1));
  compat::anon_send(link, direct_message{1, 2, 3, large});
  REQUIRE(kind.alpha().record().wait([](node_record& r) { return r.replies.size() == 1; }));
  kind.alpha().record().get([&](node_record& r) {
    CHECK(r.replies[0].first.request == 3);
    CHECK(r.replies[0].first.reason == errc::too_large);
    CHECK(r.replies[0].second == kind.beta().node.said.self);
    return 0;
  });
  CHECK(reaches(kind.alpha(), kind.beta()));
}

TEMPLATE_TEST_CASE("a message of a megabyte comes through whole", "", EVERY_KIND_OF_LINK) {
  TestType kind;
  kind.link();
  const auto sent = append_of(std::size_t{1} << 20);
  compat::anon_send(kind.beta().record().link_to("alpha"), sent);
  auto& alpha = kind.alpha().record();
  REQUIRE(alpha.wait([](node_record& r) { return r.messages.size() == 1; }));
  CHECK(alpha.get([&](node_record& r) { return r.messages[0].message == sent; }));
}

TEMPLATE_TEST_CASE("each refusal is named on both sides, whoever refuses", "", EVERY_KIND_OF_LINK) {
  check_refusal<TestType>(errc::refused_protocol, [](fake_member&, fake_member& beta) {
    beta.said.protocol_min = beta.said.protocol_max = 9;
  });
  check_refusal<TestType>(errc::refused_cluster,
                          [](fake_member&, fake_member& beta) { beta.said.cluster = "other"; });
  check_refusal<TestType>(errc::refused_cluster, [](fake_member& alpha, fake_member& beta) {
    alpha.record->policy.admission.cluster = {1, 1};
    beta.said.cluster_id = {2, 2};
  });
  check_refusal<TestType>(errc::refused_name_taken, [](fake_member& alpha, fake_member&) {
    alpha.record->policy.admission.linked = {{"beta", {77, 77}}};
  });
  check_refusal<TestType>(errc::refused_name_taken, [](fake_member&, fake_member& beta) {
    beta.record->policy.admission.linked = {{"alpha", {77, 77}}};
  });
  check_refusal<TestType>(errc::refused_retired, [](fake_member& alpha, fake_member& beta) {
    alpha.record->policy.admission.committed.retired = {{beta.said.self, 7}};
  });
  if (TestType::anonymous) // else whoever is expected by name is another one
    check_refusal<TestType>(errc::refused_self, [](fake_member& alpha, fake_member& beta) {
      beta.said.self = alpha.said.self;
    });
}

TEMPLATE_TEST_CASE("consensus.md, 8: who lacks a registered state type gets no link", "",
                   EVERY_KIND_OF_LINK) {
  check_refusal<TestType>(errc::refused_state_types, [](fake_member& alpha, fake_member&) {
    alpha.record->policy.state_kinds = {"map"};
  });
  check_refusal<TestType>(errc::refused_state_types, [](fake_member&, fake_member& beta) {
    beta.record->policy.state_kinds = {"map"};
  });
}

TEMPLATE_TEST_CASE("a member that nobody has heard of is let in as a guest", "",
                   EVERY_KIND_OF_LINK) {
  TestType kind;
  auto& alpha = kind.alpha().node;
  alpha.said.cluster_id = alpha.record->policy.admission.cluster = {1, 1};
  alpha.record->policy.admission.committed.voters = {alpha.said.self};
  alpha.record->policy.admission.latest = alpha.record->policy.admission.committed;
  kind.link();
  CHECK(reaches(kind.alpha(), kind.beta()));
  CHECK(reaches(kind.beta(), kind.alpha()));
}

TEMPLATE_TEST_CASE("another life of a linked member is refused by name", "", EVERY_KIND_OF_LINK) {
  TestType kind;
  kind.link();
  auto& twin = kind.add("beta");
  twin.node.said.self.incarnation = {5, 5};
  twin.record().update([&](node_record& r) { r.policy.admission.self = twin.node.said.self; });
  kind.dial(twin, kind.alpha());
  CHECK(twin.record().wait_error(errc::refused_name_taken));
  CHECK(reaches(kind.beta(), kind.alpha()));
  CHECK(kind.beta().record().get([](node_record& r) { return r.downs.empty(); }));
}

TEMPLATE_TEST_CASE("the reason of a goodbye arrives", "", EVERY_KIND_OF_LINK) {
  TestType kind;
  kind.link();
  compat::anon_send(kind.beta().dialers.front(), caf::idle_atom_v);
  compat::anon_send(kind.alpha().record().link_to("beta"), close_link{}, make_error(errc::stopped));
  CHECK(has_ended_with(kind.alpha(), errc::stopped));
  CHECK(has_ended_with(kind.beta(), errc::stopped));
}

TEMPLATE_TEST_CASE("a link says goodbye when its node has died, if it can without it", "",
                   EVERY_KIND_OF_LINK) {
  TestType kind;
  if (!TestType::notices_death)
    kind.beta().node.limits.silence_limit = 300ms;
  kind.link();
  caf::anon_send_exit(kind.alpha().node.node, caf::exit_reason::user_shutdown);
  CHECK(
      has_ended_with(kind.beta(), TestType::notices_death ? errc::stopped : errc::connection_lost));
}

TEMPLATE_TEST_CASE("a link whose other end has died ends, and is dialed again", "",
                   EVERY_KIND_OF_LINK) {
  TestType kind;
  if (!TestType::notices_death)
    kind.alpha().node.limits.silence_limit = 300ms;
  kind.link();
  caf::anon_send_exit(kind.beta().record().link_to("alpha"), caf::exit_reason::kill);
  REQUIRE(kind.alpha().record().wait([](node_record& r) { return r.opened == 2; }));
  REQUIRE(kind.alpha().record().wait_linked("beta"));
  REQUIRE(kind.beta().record().wait_linked("alpha"));
  CHECK(reaches(kind.alpha(), kind.beta()));
}

TEMPLATE_TEST_CASE("silence ends a link", "", EVERY_KIND_OF_LINK) {
  TestType kind;
  for (auto* side : {&kind.alpha(), &kind.beta()})
    side->node.limits.silence_limit = 300ms;
  kind.link();
  compat::anon_send(kind.beta().dialers.front(), caf::idle_atom_v);
  kind.freeze();
  CHECK(has_ended_with(kind.alpha(), errc::connection_lost));
  CHECK(has_ended_with(kind.beta(), errc::connection_lost));
}

TEMPLATE_TEST_CASE("a link that is half dead is replaced by a newer one", "", EVERY_KIND_OF_LINK) {
  TestType kind;
  kind.link();
  kind.freeze();
  caf::anon_send_exit(kind.beta().record().link_to("alpha"), caf::exit_reason::kill);
  REQUIRE(kind.beta().record().wait_unlinked("alpha"));
  // For alpha the old link lives, and would do so for a minute.
  CHECK(!kind.alpha().record().wait([](node_record& r) { return !r.downs.empty(); }, 100ms));
  kind.let_new_pass();
  REQUIRE(kind.alpha().record().wait([](node_record& r) { return r.opened == 2; }));
  CHECK(has_ended_with(kind.alpha(), errc::refused_duplicate));
  REQUIRE(kind.beta().record().wait_linked("alpha"));
  CHECK(reaches(kind.alpha(), kind.beta()));
  CHECK(reaches(kind.beta(), kind.alpha()));
}

TEMPLATE_TEST_CASE("both sides that dial at the same time keep the same one link", "",
                   EVERY_KIND_OF_LINK) {
  for (int round = 0; round < 5; ++round) {
    TestType kind;
    auto& alpha = kind.alpha();
    auto& beta = kind.beta();
    kind.open(alpha);
    kind.open(beta);
    kind.dial(alpha, beta);
    kind.dial(beta, alpha);
    REQUIRE(alpha.record().wait_linked("beta"));
    REQUIRE(beta.record().wait_linked("alpha"));
    for (auto* side : {&alpha, &beta}) // as a node does: there is a link
      compat::anon_send(side->dialers.front(), caf::idle_atom_v);
    const auto one_link = [](node_record& r) { return r.book.all().size() == 1; };
    CHECK(alpha.record().wait(one_link));
    CHECK(beta.record().wait(one_link));
    REQUIRE(alpha.record().wait_linked("beta"));
    REQUIRE(beta.record().wait_linked("alpha"));
    CHECK(reaches(alpha, beta));
    CHECK(reaches(beta, alpha));
  }
}

TEMPLATE_TEST_CASE("a side that does not read costs no more than the window, until it reads again",
                   "", EVERY_KIND_OF_LINK) {
  TestType kind;
  kind.alpha().node.limits.window = std::size_t{1} << 20;
  kind.link();
  kind.freeze();
  const auto link = kind.alpha().record().link_to("beta");
  const auto large = append_of(1'000'000);
  for (int i = 0; i < 40; ++i)
    compat::anon_send(link, large);
  compat::anon_send(link, proposal_batch{std::nullopt, 3, 4, {blob::from_string("x")}});
  compat::anon_send(link, direct_message{1, 2, 3, blob::from_string("x")});
  REQUIRE(kind.alpha().record().wait([](node_record& r) { return r.refused.size() == 1; }));
  REQUIRE(kind.alpha().record().wait([](node_record& r) { return r.replies.size() == 1; }));
  kind.alpha().record().get([](node_record& r) {
    CHECK(r.refused[0].reason == errc::overloaded);
    CHECK(r.refused[0].origin == 3);
    CHECK(r.refused[0].token == 4);
    CHECK(r.replies[0].first.reason == errc::overloaded);
    CHECK(r.replies[0].first.request == 3);
    return 0;
  });
  kind.thaw();
  CHECK(reaches(kind.alpha(), kind.beta()));
  CHECK(kind.beta().record().get([](node_record& r) { return r.messages.size() < 40; }));
}

TEMPLATE_TEST_CASE("an actor system can end while links are open", "", EVERY_KIND_OF_LINK) {
  for (int i = 0; i < 5; ++i) {
    TestType kind;
    kind.link();
    if (i % 2 == 0) // nobody tells them to end, nor waits for them
      kind.beta().dialers.clear();
  }
}
