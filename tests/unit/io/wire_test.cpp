#include "hamok/io/wire.hpp"
#include "hamok/tests/catch.hpp"

#include <vector>

using namespace hamok;

namespace {

template <class T>
blob encoded(const T& value) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  encode(value, out);
  return blob::from_vector(std::move(bytes));
}

hello full_hello() {
  hello result;
  result.protocol_min = 1;
  result.protocol_max = 300;
  result.cluster = "cluster";
  result.cluster_id = {1, 2};
  result.self = {"alpha", {3, 4}};
  result.endpoint = "127.0.0.1:7000";
  result.known_members = {{"alpha", "127.0.0.1:7000", 8}, {"beta", "", 0}};
  result.born_after = 9;
  result.epoch = 5;
  result.seen_epoch = 6;
  result.app_data = R"({"zone":"a"})";
  result.state_kinds = {"map", "queue"};
  return result;
}

/// No prefix, and no single changed byte, may crash or be taken for something larger.
template <class Decode>
void torture(const blob& bytes, Decode decode) {
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK(!decode(bytes.slice(0, size)));
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const unsigned mask : {0x01U, 0x80U, 0xFFU}) {
      std::vector<std::byte> changed{bytes.bytes().begin(), bytes.bytes().end()};
      changed[i] ^= static_cast<std::byte>(mask);
      static_cast<void>(decode(blob::from_vector(std::move(changed))));
    }
  std::vector<std::byte> longer{bytes.bytes().begin(), bytes.bytes().end()};
  longer.push_back(std::byte{0});
  CHECK(!decode(blob::from_vector(std::move(longer))));
}

} // namespace

TEST_CASE("a hello survives its encoding, and hostile bytes are no hello") {
  const auto value = full_hello();
  const auto bytes = encoded(value);
  const auto back = decode_hello(bytes);
  REQUIRE(back);
  CHECK(*back == value);
  torture(bytes, decode_hello);
}

TEST_CASE("a hello of something else is recognized by its first bytes") {
  CHECK(!decode_hello(blob::from_string("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")));
}

TEST_CASE("a hello cannot announce more members than it has bytes for") {
  auto value = full_hello();
  value.known_members.clear();
  value.state_kinds.clear();
  value.app_data.clear();
  value.endpoint.clear();
  const auto bytes = encoded(value);
  std::vector<std::byte> hostile{bytes.bytes().begin(), bytes.bytes().end()};
  // The count of members stands in front of the birth (9), epochs (16), app data (1), kinds (1),
  // method, proof.
  const auto count = hostile.size() - 9 - 16 - 1 - 1 - 2 - 1;
  hostile[count] = std::byte{0x7F};
  CHECK(!decode_hello(blob::from_vector(std::move(hostile))));
}

TEST_CASE("refusals survive their encoding, and overlong texts are cut") {
  const refusal value{errc::refused_cluster, "why"};
  const auto bytes = encoded(value);
  const auto back = decode_refusal(bytes);
  REQUIRE(back);
  CHECK(*back == value);
  torture(bytes, decode_refusal);
  const auto cut = decode_refusal(encoded(refusal{errc::closed, std::string(100'000, 'x')}));
  REQUIRE(cut);
  CHECK(cut->text.size() == max_text_size);
}

TEST_CASE("forwarded batches survive their encoding and share the bytes of their frame") {
  proposal_batch value;
  value.via = raft::member_id{"never on the wire", {1, 1}};
  value.origin = 7;
  value.token = 8;
  value.commands = {blob::from_string("one"), blob{}, blob::from_string("three")};
  const auto bytes = encoded(value);
  const auto back = decode_proposal_batch(bytes);
  REQUIRE(back);
  CHECK(!back->via);
  CHECK(back->origin == 7);
  CHECK(back->token == 8);
  CHECK(back->commands == value.commands);
  CHECK(back->commands[0].data() > bytes.data());
  CHECK(back->commands[0].data() < bytes.data() + bytes.size());
  torture(bytes, decode_proposal_batch);
}

TEST_CASE("refused batches survive their encoding, and unknown codes become not_supported") {
  const proposal_refused value{std::nullopt, 1, 2, errc::overloaded};
  const auto bytes = encoded(value);
  const auto back = decode_proposal_refused(bytes);
  REQUIRE(back);
  CHECK(back->origin == 1);
  CHECK(back->token == 2);
  CHECK(back->reason == errc::overloaded);
  torture(bytes, decode_proposal_refused);
  std::vector<std::byte> later{bytes.bytes().begin(), bytes.bytes().end()};
  later.back() = std::byte{200};
  const auto unknown = decode_proposal_refused(blob::from_vector(std::move(later)));
  REQUIRE(unknown);
  CHECK(unknown->reason == errc::not_supported);
}

TEST_CASE("messages of collections survive their encoding and share the bytes of their frame") {
  const direct_message value{1, 2, 3, blob::from_string("content")};
  const auto bytes = encoded(value);
  const auto back = decode_direct_message(bytes);
  REQUIRE(back);
  CHECK(back->collection == 1);
  CHECK(back->origin == 2);
  CHECK(back->request == 3);
  CHECK(back->content == value.content);
  CHECK(back->content.data() > bytes.data());
  torture(bytes, decode_direct_message);
  std::vector<std::byte> hostile{bytes.bytes().begin(), bytes.bytes().begin() + 24};
  for (const unsigned byte : {0xFFU, 0xFFU, 0xFFU, 0xFFU, 0x7FU}) // more than there is
    hostile.push_back(static_cast<std::byte>(byte));
  CHECK(!decode_direct_message(blob::from_vector(std::move(hostile))));
}

TEST_CASE("answers to collections survive their encoding, and unknown codes are failures") {
  const auto bytes = encoded(direct_reply{1, 2, errc::not_handled});
  const auto back = decode_direct_reply(bytes);
  REQUIRE(back);
  CHECK(back->origin == 1);
  CHECK(back->request == 2);
  CHECK(back->reason == errc::not_handled);
  torture(bytes, decode_direct_reply);
  std::vector<std::byte> later{bytes.bytes().begin(), bytes.bytes().end()};
  later.back() = std::byte{200};
  const auto unknown = decode_direct_reply(blob::from_vector(std::move(later)));
  REQUIRE(unknown);
  CHECK(unknown->reason == errc::not_supported);
}
