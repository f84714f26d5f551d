#include "hamok/io/epoch_table.hpp"
#include "hamok/io/hello.hpp"
#include "hamok/tests/catch.hpp"

#include <array>

using namespace hamok;

namespace {

hello_policy policy() {
  hello_policy result;
  result.cluster = "test";
  auto& here = result.admission;
  here.cluster = {1, 1};
  here.self = {"alpha", {10, 10}};
  here.latest.voters = {{"alpha", {10, 10}}, {"beta", {20, 20}}};
  here.latest.retired = {{{"beta", {19, 19}}, 7}};
  here.committed = here.latest;
  here.linked = {{"beta", {20, 20}}};
  result.state_kinds = {"map"};
  return result;
}

link_hello from_beta() {
  link_hello result;
  result.remote.cluster = "test";
  result.remote.cluster_id = {1, 1};
  result.remote.self = {"beta", {20, 20}};
  result.remote.state_kinds = {"map", "queue"};
  return result;
}

} // namespace

TEST_CASE("a hello of a member is accepted") {
  CHECK(judge_hello(policy(), from_beta()) == errc::none);
  auto unfounded = from_beta();
  unfounded.remote.cluster_id = {};
  CHECK(judge_hello(policy(), unfounded) == errc::none);
  auto young = policy();
  young.admission.cluster = {};
  CHECK(judge_hello(young, from_beta()) == errc::none);
  auto guest = from_beta(); // who is no member may come in, and has no vote
  guest.remote.self = {"gamma", {99, 99}};
  CHECK(judge_hello(policy(), guest) == errc::none);
}

TEST_CASE("each reason to refuse a hello has its name and its sentence") {
  const auto refused = [](auto change) {
    auto said = from_beta();
    change(said.remote);
    const auto reason = judge_hello(policy(), said);
    CHECK(!describe_refusal(reason, policy(), said).empty());
    return reason;
  };
  CHECK(refused([](hello& x) { x.protocol_min = x.protocol_max = 2; }) == errc::refused_protocol);
  CHECK(refused([](hello& x) { x.protocol_min = x.protocol_max = 0; }) == errc::refused_protocol);
  CHECK(refused([](hello& x) { x.protocol_min = 3; }) == errc::refused_protocol);
  CHECK(refused([](hello& x) { x.cluster = "other"; }) == errc::refused_cluster);
  CHECK(refused([](hello& x) { x.cluster_id = {2, 2}; }) == errc::refused_cluster);
  CHECK(refused([](hello& x) { x.self.incarnation = {19, 19}; }) == errc::refused_retired);
  CHECK(refused([](hello& x) { x.self.incarnation = {21, 21}; }) == errc::refused_name_taken);
  CHECK(refused([](hello& x) { x.self = {"alpha", {10, 10}}; }) == errc::refused_self);
  CHECK(refused([](hello& x) { x.self = {"alpha", {11, 11}}; }) == errc::refused_name_taken);
  CHECK(refused([](hello& x) { x.state_kinds.clear(); }) == errc::refused_state_types);
  CHECK(refused([](hello& x) { x.self.peer.clear(); }) == errc::refused_malformed);
  CHECK(refused([](hello& x) { x.self.incarnation = {}; }) == errc::refused_malformed);
}

TEST_CASE("a member is not refused because a guest that has its name is linked") {
  auto here = policy();
  here.admission.linked = {{"beta", {21, 21}}};
  CHECK(judge_hello(here, from_beta()) == errc::none);
}

TEST_CASE("consensus.md, 8: the hello refuses a member that lacks a registered state type") {
  auto here = policy();
  here.state_kinds = {"map", "queue"};
  CHECK(judge_hello(here, from_beta()) == errc::none);
  auto poorer = from_beta();
  poorer.remote.state_kinds = {"map"};
  CHECK(judge_hello(here, poorer) == errc::refused_state_types);
  const auto text = describe_refusal(errc::refused_state_types, here, poorer);
  CHECK(text.find("queue") != std::string::npos);
  CHECK(text.find("map") == std::string::npos);
  auto richer = from_beta(); // it may know more; whether it may be let in is for it to say
  richer.remote.state_kinds = {"list", "map", "queue"};
  CHECK(judge_hello(here, richer) == errc::none);
}

TEST_CASE("both sides give one connection the same identity") {
  auto seen_by_dialer = from_beta();
  seen_by_dialer.dialed = true;
  seen_by_dialer.epoch = 5;
  seen_by_dialer.seen_epoch = 6;
  link_hello seen_by_acceptor;
  seen_by_acceptor.remote.self.peer = "alpha";
  seen_by_acceptor.epoch = 5;
  seen_by_acceptor.seen_epoch = 6;
  CHECK(identity_of(seen_by_dialer, "alpha") == identity_of(seen_by_acceptor, "beta"));
}

TEST_CASE("of two connections at most one is the better one, in whatever order they are seen") {
  std::vector<link_identity> all;
  for (const auto* dialer : {"a", "b"})
    for (std::uint64_t epoch = 1; epoch <= 4; ++epoch)
      for (std::uint64_t seen = 0; seen <= 4; ++seen)
        all.push_back({dialer, epoch, seen});
  for (const auto& x : all)
    for (const auto& y : all) {
      const bool twins = x.dialer == y.dialer && x.epoch == y.epoch;
      CHECK(int{is_better(x, y)} + int{is_better(y, x)} == (twins ? 0 : 1));
    }
}

TEST_CASE("on a simultaneous connect the link that the smaller id has dialed stays") {
  const link_identity by_alpha{"alpha", 7, 0};
  const link_identity by_beta{"beta", 900, 3};
  CHECK(is_better(by_alpha, by_beta));
  CHECK(!is_better(by_beta, by_alpha));
}

TEST_CASE("a newer connection of the same dialer replaces a half-dead one") {
  CHECK(is_better({"beta", 8, 0}, {"beta", 7, 0}));
  CHECK(!is_better({"beta", 7, 0}, {"beta", 8, 0}));
}

TEST_CASE("who dials although it had seen our link has lost it") {
  const link_identity ours{"alpha", 7, 0};
  const link_identity redialed{"beta", 9, 7};
  CHECK(is_better(redialed, ours));
  CHECK(!is_better(ours, redialed));
}

namespace {

/// A connection that both sides of a pair judge, each in its own order.
struct connection_view {
  int id = 0;
  bool dialed_by_alpha = false;
  std::uint64_t epoch = 0;
  std::uint64_t seen = 0;

  [[nodiscard]] link_hello seen_from(const std::string& self) const {
    link_hello result;
    result.remote.self = {self == "alpha" ? "beta" : "alpha", {1, 1}};
    result.dialed = (self == "alpha") == dialed_by_alpha;
    result.epoch = epoch;
    result.seen_epoch = seen;
    return result;
  }
};

} // namespace

TEST_CASE("both sides keep the same link of a simultaneous connect, whatever comes first") {
  const connection_view by_alpha{1, true, 10, 0};
  const connection_view by_beta{2, false, 90, 0};
  const std::array views{by_alpha, by_beta};
  for (const int alpha_first : {0, 1})
    for (const int beta_first : {0, 1}) {
      link_book<int> alpha{"alpha"};
      link_book<int> beta{"beta"};
      std::array<bool, 2> alpha_takes{};
      std::array<bool, 2> beta_takes{};
      for (const int step : {0, 1}) {
        const auto i = static_cast<std::size_t>(alpha_first ^ step);
        const auto j = static_cast<std::size_t>(beta_first ^ step);
        alpha_takes[i] = alpha.judge(views[i].id, views[i].seen_from("alpha")) == errc::none;
        beta_takes[j] = beta.judge(views[j].id, views[j].seen_from("beta")) == errc::none;
      }
      std::vector<int> closed;
      for (const std::size_t i : {std::size_t{1}, std::size_t{0}})
        if (alpha_takes[i] && beta_takes[i]) {
          for (const auto link : alpha.opened(views[i].id).superseded)
            closed.push_back(link);
          for (const auto link : beta.opened(views[i].id).superseded)
            closed.push_back(link);
        }
      for (const auto link : closed) {
        alpha.closed(link);
        beta.closed(link);
      }
      CHECK(alpha.current("beta") == 1);
      CHECK(beta.current("alpha") == 1);
    }
}

TEST_CASE("an old link is closed only when the better one is open") {
  link_book<int> book{"alpha"};
  const connection_view first{1, true, 10, 0};
  const connection_view second{2, false, 20, 10}; // beta has lost the first
  CHECK(book.judge(1, first.seen_from("alpha")) == errc::none);
  const auto up = book.opened(1);
  CHECK(up.member == raft::member_id{"beta", {1, 1}});
  CHECK(up.superseded.empty());
  CHECK(book.judge(2, second.seen_from("alpha")) == errc::none);
  CHECK(book.current("beta") == 1);
  const auto replaced = book.opened(2);
  CHECK(!replaced.member);
  CHECK(replaced.superseded == std::vector<int>{1});
  CHECK(book.current("beta") == 2);
  CHECK(!book.closed(1).member);
  CHECK(book.closed(2).member == raft::member_id{"beta", {1, 1}});
  CHECK(!book.current("beta"));
}

TEST_CASE("a worse link is refused while the better one is there, and taken when it is gone") {
  link_book<int> book{"alpha"};
  const connection_view ours{1, true, 10, 0};
  const connection_view theirs{2, false, 20, 0};
  REQUIRE(book.judge(1, ours.seen_from("alpha")) == errc::none);
  CHECK(book.judge(2, theirs.seen_from("alpha")) == errc::refused_duplicate);
  CHECK(book.all() == std::vector<int>{1});
  CHECK(!book.closed(1).member);
  CHECK(book.judge(2, theirs.seen_from("alpha")) == errc::none);
}

namespace {

/// What alpha, a member with beta, judges by; a guest has beta's name as well.
raft::admission_view alphas_view() {
  raft::admission_view here;
  here.self = {"alpha", {10, 10}};
  here.latest.voters = {{"alpha", {10, 10}}, {"beta", {20, 20}}};
  here.committed = here.latest;
  return here;
}

link_hello from(const raft::member_id& who, std::uint64_t epoch) {
  link_hello result;
  result.remote.self = who;
  result.epoch = epoch;
  return result;
}

} // namespace

TEST_CASE("consensus.md, 4: the links of a guest make room for the member whose name it has") {
  const auto here = alphas_view();
  const raft::member_id beta{"beta", {20, 20}};
  const raft::member_id guest{"beta", {21, 21}};
  link_book<int> book{"alpha"};
  REQUIRE(book.judge(1, from(guest, 5)) == errc::none);
  CHECK(book.opened(1).member == guest);
  REQUIRE(book.judge(2, from(guest, 6)) == errc::none); // pending
  CHECK(book.judge(3, from(beta, 1)) == errc::refused_name_taken);

  const auto gone = book.displace(here, {beta, {1, 1}, 0});
  CHECK(gone.member == guest);
  CHECK(gone.superseded == std::vector<int>{1, 2});
  CHECK(book.judge(3, from(beta, 1)) == errc::none);
  CHECK(book.opened(3).member == beta);
  CHECK(!book.closed(1).member); // it was told already
  CHECK(book.current("beta") == 3);

  CHECK(book.displace(here, {guest, {1, 1}, 9}).superseded.empty());
  CHECK(book.judge(4, from(guest, 7)) == errc::refused_name_taken);
}

TEST_CASE("a guest of which nothing is open is displaced without a word to the node") {
  link_book<int> book{"alpha"};
  REQUIRE(book.judge(1, from({"beta", {21, 21}}, 5)) == errc::none);
  const auto gone = book.displace(alphas_view(), {{"beta", {20, 20}}, {1, 1}, 0});
  CHECK(!gone.member);
  CHECK(gone.superseded == std::vector<int>{1});
}

TEST_CASE("epochs count upwards and remember the highest of each peer") {
  epoch_table epochs{100};
  CHECK(epochs.next() == 101);
  CHECK(epochs.next() == 102);
  CHECK(epochs.seen("beta") == 0);
  epochs.saw("beta", 7);
  epochs.saw("beta", 5);
  CHECK(epochs.seen("beta") == 7);
  CHECK(epoch_table{}.next() > 1'600'000'000'000'000);
}

TEST_CASE("epochs are remembered of so many peers, those that were accepted last") {
  epoch_table epochs{100};
  epochs.saw("often", 7);
  epochs.saw("once", 7);
  for (std::size_t n = 0; n < 2 * epoch_table::max_peers; ++n) {
    epochs.saw("guest " + std::to_string(n), n + 1);
    epochs.saw("often", 1);
  }
  CHECK(epochs.seen("often") == 7);
  CHECK(epochs.seen("once") == 0);
  CHECK(epochs.seen("guest 0") == 0);
  CHECK(epochs.seen("guest " + std::to_string(epoch_table::max_peers + 10))
        == epoch_table::max_peers + 11);
}
