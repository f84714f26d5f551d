#include "hamok/raft/word.hpp"
#include "hamok/tests/catch.hpp"

#include <random>

using namespace hamok::raft;

namespace {

const member_id alice{"alice", {1, 2}};
const member_id bob{"bob", {3, 4}};

std::vector<node_word> samples() {
  founding_word founding{3, {alice, bob}, founding_list{{5, 6}, {alice, bob}, {alice}}, {}};
  founding.spent = {{bob, {7, 8}}};
  configuration members{{alice}, {bob}, {}};
  members.retired = {{{"carol", {9, 9}}, 11}};
  change_reply reply{1, 2, {}};
  reply.outcome = {change_refusal::name_taken, false, 7, alice, bob};
  return {founding,
          founding_word{},
          cluster_news{{5, 6}, {alice, bob}, members, 12, 9, true},
          directory_news{{{"alice", "127.0.0.1:7000", 4}, {"bob", "", 0}}},
          change_order{1, 2, {change_kind::remove, alice, 3}},
          reply,
          change_reply{}};
}

} // namespace

TEST_CASE("what nodes say to each other survives its encoding") {
  for (const auto& sample : samples()) {
    const auto bytes = to_blob(sample);
    const auto back = decode_word(bytes);
    REQUIRE(back);
    CHECK(back->index() == sample.index());
    CHECK(to_blob(*back) == bytes);
  }
  CHECK(std::get<founding_word>(*decode_word(to_blob(samples()[0])))
        == std::get<founding_word>(samples()[0]));
  CHECK(std::get<cluster_news>(*decode_word(to_blob(samples()[2])))
        == std::get<cluster_news>(samples()[2]));
  CHECK(std::get<directory_news>(*decode_word(to_blob(samples()[3])))
        == std::get<directory_news>(samples()[3]));
}

TEST_CASE("hostile bytes are no word between nodes, and no crash") {
  std::mt19937_64 dice{3};
  for (const auto& sample : samples()) {
    const auto bytes = to_blob(sample);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      CHECK_FALSE(decode_word(bytes.slice(0, size)));
    for (int round = 0; round < 500; ++round) {
      std::vector<std::byte> changed{bytes.bytes().begin(), bytes.bytes().end()};
      changed[dice() % changed.size()] = static_cast<std::byte>(dice());
      static_cast<void>(decode_word(hamok::blob::from_vector(std::move(changed))));
    }
  }
}

TEST_CASE("a list between nodes is no longer than anybody needs") {
  directory_news many;
  many.peers.resize(300, {"x", "127.0.0.1:1", 1});
  CHECK_FALSE(decode_word(to_blob(many)));
}
