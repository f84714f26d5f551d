#include "hamok/collections/divergence_state.hpp"
#include "hamok/collections/operation_state.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/session_harness.hpp"

namespace hamok::state_test {

namespace {

const raft::member_id alice{"alice", {1, 1}};
const raft::member_id bob{"bob", {2, 2}};

/// A digest that `text` stands for.
collection_digest digest_of(std::uint64_t collection, char text) {
  return {collection, b(std::string(collection_digest::size, text))};
}

claim_envelope claim_of(const raft::member_id& proposer, raft::index_t index,
                        std::vector<collection_digest> digests) {
  return {proposer, index, std::move(digests)};
}

} // namespace

TEST_CASE("a check and a claim survive encoding, and are for no collection") {
  const auto check = encode(check_envelope{alice});
  CHECK(envelope_kind(check) == envelope_type::check);
  CHECK_FALSE(envelope_target(check));
  CHECK(decode_check(check)->proposer == alice);
  CHECK_FALSE(decode_claim(check));
  const auto claim = encode(claim_of(bob, 300, {digest_of(1, 'x'), digest_of(1ULL << 40, 'y')}));
  CHECK(envelope_kind(claim) == envelope_type::claim);
  CHECK_FALSE(envelope_target(claim));
  CHECK_FALSE(decode_check(claim));
  const auto back = decode_claim(claim);
  REQUIRE(back);
  CHECK(back->proposer == bob);
  CHECK(back->index == 300);
  CHECK(back->digests == std::vector{digest_of(1, 'x'), digest_of(1ULL << 40, 'y')});
}

TEST_CASE("checks and claims that are cut, too long or of another size are refused") {
  const auto check = encode(check_envelope{alice});
  for (std::size_t size = 0; size < check.size(); ++size)
    CHECK_FALSE(decode_check(check.slice(0, size)));
  CHECK_FALSE(decode_check(b(std::string{check.text()} + "x")));
  const auto claim = encode(claim_of(alice, 3, {digest_of(1, 'x')}));
  for (std::size_t size = 0; size < claim.size(); ++size)
    CHECK_FALSE(decode_claim(claim.slice(0, size)));
  CHECK_FALSE(decode_claim(b(std::string{claim.text()} + "x")));
  for (const std::size_t size : {0, 31, 33, 64})
    CHECK_FALSE(decode_claim(encode(claim_of(alice, 3, {{1, b(std::string(size, 'x'))}}))));
}

TEST_CASE("checks and claims change no session and no state") {
  session_fixture fix;
  fix.open(1);
  const auto before = fix.state.machine().digest();
  CHECK(fix.apply(encode(check_envelope{alice})).what == verdict::malformed);
  CHECK(fix.apply(encode(claim_of(alice, 2, {digest_of(1, 'x')}))).what == verdict::malformed);
  CHECK(fix.state.machine().digest() == before);
  CHECK(fix.state.contains(sid(1)));
}

TEST_CASE("a check is due whenever so many entries have come, whoever has proposed the last one") {
  divergence_check never{0};
  divergence_check check{3};
  std::string due;
  for (raft::index_t i = 1; i <= 8; ++i) {
    CHECK_FALSE(never.count());
    due += check.count() ? '!' : '.';
    if (i == 4)
      CHECK(check.begin(100, bob, {}));
  }
  CHECK(due == "..!...!.");
}

TEST_CASE("who has proposed a check claims what it has found, once all of it is there") {
  divergence_check check{1};
  CHECK(check.begin(10, alice, {1, 2}));
  CHECK_FALSE(check.take_claim(alice));
  check.found(10, digest_of(2, 'y'));
  check.found(9, digest_of(1, 'x'));
  CHECK_FALSE(check.take_claim(alice));
  check.found(10, digest_of(1, 'x'));
  CHECK_FALSE(check.take_claim(bob));
  const auto claim = check.take_claim(alice);
  REQUIRE(claim);
  CHECK(claim->proposer == alice);
  CHECK(claim->index == 10);
  CHECK(claim->digests == std::vector{digest_of(1, 'x'), digest_of(2, 'y')});
  CHECK_FALSE(check.take_claim(alice));
  check.claimed(*claim);
  CHECK_FALSE(check.take_claim(alice));
  CHECK(check.take_divergences().empty());
}

TEST_CASE("what differs is told by its collection, its index and both digests") {
  for (const bool claim_first : {false, true}) {
    divergence_check check{1};
    CHECK(check.begin(10, alice, {1, 2, 3}));
    const auto claim = claim_of(alice, 10, {digest_of(1, 'x'), digest_of(2, 'y')});
    if (claim_first)
      check.claimed(claim);
    check.found(10, digest_of(1, 'x'));
    check.found(10, digest_of(2, 'z'));
    check.found(10, digest_of(3, 'z')); // of which the other has said nothing
    if (!claim_first)
      check.claimed(claim);
    CHECK(check.take_divergences()
          == std::vector{divergence{10, alice, digest_of(2, 'z'), digest_of(2, 'y')}});
    CHECK(check.take_divergences().empty());
  }
}

TEST_CASE("a collection that goes on to differ is told once, and again when it was equal between") {
  divergence_check check{1};
  std::size_t told = 0;
  raft::index_t index = 10;
  for (const auto* here : {"z", "z", "y", "z"}) {
    CHECK(check.begin(++index, alice, {2}));
    check.found(index, digest_of(2, *here));
    check.claimed(claim_of(alice, index, {digest_of(2, 'y')}));
    told += check.take_divergences().size();
  }
  CHECK(told == 2);
}

TEST_CASE("entries that come again, and claims of others, are nothing new") {
  divergence_check check{1};
  CHECK(check.begin(10, alice, {1}));
  CHECK_FALSE(check.begin(10, alice, {1}));
  CHECK_FALSE(check.begin(9, alice, {1}));
  check.found(10, digest_of(1, 'x'));
  check.claimed(claim_of(bob, 10, {digest_of(1, 'y')}));
  check.claimed(claim_of(alice, 11, {digest_of(1, 'y')}));
  CHECK(check.take_divergences().empty());
  check.claimed(claim_of(alice, 10, {digest_of(1, 'x')}));
  check.claimed(claim_of(alice, 10, {digest_of(1, 'y')}));
  CHECK(check.take_divergences().empty());
}

TEST_CASE("a collection that is lost is not waited for") {
  divergence_check check{1};
  CHECK(check.begin(10, alice, {1, 2}));
  check.found(10, digest_of(1, 'x'));
  check.lost(2);
  check.found(10, digest_of(2, 'y'));
  const auto claim = check.take_claim(alice);
  REQUIRE(claim);
  CHECK(claim->digests == std::vector{digest_of(1, 'x')});
}

TEST_CASE("checks that nobody claims are given up in the end") {
  divergence_check check{1};
  for (raft::index_t i = 1; i <= 100; ++i) {
    CHECK(check.begin(i, alice, {1}));
    check.found(i, digest_of(1, 'x'));
  }
  for (raft::index_t i = 1; i <= 100; ++i)
    check.claimed(claim_of(alice, i, {digest_of(1, 'y')}));
  const auto told = check.take_divergences();
  REQUIRE(told.size() == 1);
  CHECK(told.front().index > 80);
}

} // namespace hamok::state_test
