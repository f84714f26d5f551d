// Bytes of messages and back (codec.hpp).

#include "hamok/raft/codec.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/raft/random_messages.hpp"

using namespace hamok::raft;
using namespace hamok::raft::test;
using hamok::blob;

namespace {

/// What `write` puts into a buffer.
template <class Write>
blob written(Write write) {
  std::vector<std::byte> buffer;
  writer out{buffer};
  write(out);
  return blob::from_vector(std::move(buffer));
}

blob bytes_of(std::initializer_list<unsigned> values) {
  std::vector<std::byte> result;
  for (auto value : values)
    result.push_back(static_cast<std::byte>(value));
  return blob::from_vector(std::move(result));
}

const std::uint64_t edges[] = {0,
                               1,
                               127,
                               128,
                               16383,
                               16384,
                               0xFFFFFFFFull,
                               0x100000000ull,
                               1ull << 56,
                               (1ull << 63) - 1,
                               1ull << 63,
                               ~0ull};

} // namespace

TEST_CASE("every kind of message is the same after a round trip through bytes") {
  message_generator generator{1};
  for (unsigned kind = 0; kind < message_generator::kinds; ++kind)
    for (int time = 0; time < 500; ++time) {
      const auto msg = generator.any_message(kind);
      const auto decoded = decode_message(to_blob(msg));
      INFO(to_string(msg));
      REQUIRE(decoded);
      CHECK(*decoded == msg);
      CHECK(decoded->body.index() == kind);
    }
}

TEST_CASE("the same message gives the same bytes") {
  message_generator one{5};
  message_generator two{5};
  for (unsigned kind = 0; kind < message_generator::kinds; ++kind)
    CHECK(to_blob(one.any_message(kind)) == to_blob(two.any_message(kind)));
}

TEST_CASE("decoded entries share the bytes of the frame") {
  const auto payload = blob::from_string(std::string(1000, 'x'));
  const auto frame = to_blob(
      message{0, append_request{1, 0, 0, 0, 1, {{1, entry_kind::command, duration{0}, payload}}}});
  const auto decoded = decode_message(frame);
  REQUIRE(decoded);
  const auto& data = std::get<append_request>(decoded->body).entries.at(0).data;
  CHECK(data == payload);
  CHECK(data.data() >= frame.data());
  CHECK(data.data() + data.size() <= frame.data() + frame.size());
}

TEST_CASE("entries, members, configurations and hard states survive a round trip") {
  message_generator generator{2};
  for (int time = 0; time < 300; ++time) {
    const auto ent = generator.any_entry();
    reader entry_in{written([&](writer& out) { encode(ent, out); })};
    CHECK(decode_entry(entry_in) == ent);
    CHECK(entry_in.done());

    const auto member = generator.member();
    reader member_in{written([&](writer& out) { encode(member, out); })};
    CHECK(decode_member(member_in) == member);
    CHECK(member_in.done());

    const auto members = generator.any_configuration();
    reader members_in{to_blob(members)};
    CHECK(decode_configuration(members_in) == members);
    CHECK(members_in.done());

    hard_state hard{generator.number(), std::nullopt};
    if (generator.coin())
      hard.vote = member;
    reader hard_in{written([&](writer& out) { encode(hard, out); })};
    CHECK(decode_hard_state(hard_in) == hard);
    CHECK(hard_in.done());
  }
}

TEST_CASE("encoded_size is never less than what an entry takes") {
  message_generator generator{3};
  for (int time = 0; time < 500; ++time) {
    const auto ent = generator.any_entry();
    const auto size = written([&](writer& out) { encode(ent, out); }).size();
    CHECK(encoded_size(ent) >= size);
    CHECK(encoded_size(ent) <= size + 32);
  }
}

TEST_CASE("numbers of every size survive a round trip, as fixed fields and as varints") {
  for (const auto value : edges) {
    reader in{written([&](writer& out) {
      out.u64(value);
      out.varint(value);
      out.u32(static_cast<std::uint32_t>(value));
      out.u8(static_cast<std::uint8_t>(value));
    })};
    CHECK(in.u64() == value);
    CHECK(in.varint() == value);
    CHECK(in.u32() == static_cast<std::uint32_t>(value));
    CHECK(in.u8() == static_cast<std::uint8_t>(value));
    CHECK(in.done());
  }
}

TEST_CASE("fixed fields are little-endian, whatever the machine is") {
  CHECK(written([](writer& out) { out.u32(0x01020304); }) == bytes_of({4, 3, 2, 1}));
  CHECK(written([](writer& out) { out.u64(0x0102030405060708); })
        == bytes_of({8, 7, 6, 5, 4, 3, 2, 1}));
  CHECK(written([](writer& out) { out.varint(300); }) == bytes_of({0xAC, 2}));
}

TEST_CASE("texts and bytes survive a round trip, empty ones too") {
  for (const auto* text : {"", "x", "a longer text"}) {
    reader in{written([&](writer& out) {
      out.text(text);
      out.bytes(blob::from_string(text).bytes());
      out.raw(blob::from_string("tail").bytes());
    })};
    CHECK(in.text() == text);
    CHECK(in.bytes().text() == text);
    CHECK(in.rest().text() == "tail");
    CHECK(in.done());
  }
}

TEST_CASE("a reader gives zero values after the first thing that is not there") {
  reader in{bytes_of({1, 2, 3})};
  CHECK(in.u8() == 1);
  CHECK(in.u32() == 0);
  CHECK_FALSE(in.ok());
  CHECK(in.u8() == 0);
  CHECK(in.u64() == 0);
  CHECK(in.varint() == 0);
  CHECK(in.bytes().empty());
  CHECK(in.text().empty());
  CHECK(in.rest().empty());
  CHECK(in.count(1) == 0);
  CHECK_FALSE(in.done());
}

TEST_CASE("a reader that was told to fail, or has something left, is not done") {
  reader failed{bytes_of({})};
  CHECK(failed.done());
  failed.fail();
  CHECK_FALSE(failed.done());
  reader left{bytes_of({1})};
  CHECK(left.ok());
  CHECK_FALSE(left.done());
}

TEST_CASE("a varint that is too long, or larger than 64 bits, is refused") {
  reader endless{bytes_of({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1})};
  static_cast<void>(endless.varint());
  CHECK_FALSE(endless.ok());
  reader too_large{bytes_of({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2})};
  static_cast<void>(too_large.varint());
  CHECK_FALSE(too_large.ok());
  reader cut{bytes_of({0x80})};
  static_cast<void>(cut.varint());
  CHECK_FALSE(cut.ok());
}

TEST_CASE("a count is never larger than what the rest can hold") {
  for (const auto claimed : edges)
    for (const std::size_t min_size : {1u, 8u, 100u}) {
      reader in{written([&](writer& out) {
        out.varint(claimed);
        out.raw(blob::from_string(std::string(64, 'x')).bytes());
      })};
      const auto count = in.count(min_size);
      CHECK(count * min_size <= 64);
      CHECK(in.ok() == (claimed <= 64 / min_size));
      if (in.ok())
        CHECK(count == claimed);
    }
}

TEST_CASE("a text longer than its bound is refused") {
  const auto data = written([](writer& out) { out.text(std::string(100, 'x')); });
  reader enough{data};
  CHECK(enough.text(100).size() == 100);
  reader short_of{data};
  CHECK(short_of.text(99).empty());
  CHECK_FALSE(short_of.ok());
}
