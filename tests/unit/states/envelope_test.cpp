#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/session_harness.hpp"

#include <limits>

namespace hamok::state_test {

TEST_CASE("an operation envelope survives encoding with all its fields") {
  auto value = op(5, 300, b("command"), 290);
  value.attempt = 12345;
  value.offset = 777;
  value.more = true;
  const auto bytes = encode(value);
  CHECK(envelope_kind(bytes) == envelope_type::operation);
  CHECK(envelope_target(bytes) == number);
  const auto back = decode_operation(bytes);
  REQUIRE(back);
  CHECK(back->collection == number);
  CHECK(back->session == sid(5));
  CHECK(back->sequence == 300);
  CHECK(back->first_outstanding == 290);
  CHECK(back->attempt == 12345);
  CHECK(back->offset == 777);
  CHECK(back->more);
  CHECK_FALSE(back->skip);
  CHECK(back->command == b("command"));
}

TEST_CASE("envelopes of sessions and creations survive encoding") {
  const auto open = decode_open(encode(open_envelope{9, sid(1), std::chrono::seconds{3}, 44}));
  REQUIRE(open);
  CHECK(open->collection == 9);
  CHECK(open->ttl == std::chrono::seconds{3});
  CHECK(open->opened_after == 44);
  const auto alive = decode_keep_alive(encode(keep_alive_envelope{9, sid(2), 17}));
  REQUIRE(alive);
  CHECK(alive->first_outstanding == 17);
  const auto close = decode_close(encode(close_envelope{9, sid(3)}));
  REQUIRE(close);
  CHECK(close->session == sid(3));
  const auto create =
      decode_create_envelope(encode(create_envelope{"users", "map", b("o"), b("i"), sid(4)}));
  REQUIRE(create);
  CHECK(create->name == "users");
  CHECK(create->kind == "map");
  CHECK(create->options == b("o"));
  CHECK(create->initial == b("i"));
  CHECK(create->creator == sid(4));
}

TEST_CASE("an envelope is delivered by its number, and a creation by none") {
  for (const std::uint64_t target :
       {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{1} << 40,
        std::numeric_limits<std::uint64_t>::max()})
    CHECK(envelope_target(encode(close_envelope{target, sid(1)})) == target);
  CHECK_FALSE(envelope_target(encode(create_envelope{"n", "map", {}, {}, sid(1)})));
  CHECK_FALSE(envelope_target(b("")));
  CHECK_FALSE(envelope_target(b("\x09")));
  CHECK_FALSE(envelope_target(b("\x01")));
  CHECK_FALSE(envelope_target(b("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f")));
  CHECK_FALSE(envelope_target(b("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")));
}

TEST_CASE("envelopes that are cut, too long or out of bounds are refused") {
  const auto open = encode(open_envelope{9, sid(1), std::chrono::seconds{3}, 44});
  for (std::size_t size = 0; size < open.size(); ++size)
    CHECK_FALSE(decode_open(open.slice(0, size)));
  CHECK_FALSE(decode_open(b(std::string{open.text()} + "x")));
  CHECK_FALSE(decode_operation(open));
  auto zero = op(1, 1, {});
  zero.sequence = 0;
  zero.first_outstanding = 0;
  CHECK_FALSE(decode_operation(encode(zero)));
  auto last = op(1, 1, {});
  last.sequence = std::numeric_limits<std::uint64_t>::max();
  CHECK_FALSE(decode_operation(encode(last)));
  auto above = op(1, 1, {});
  above.first_outstanding = 0; // one more behind than there are
  CHECK_FALSE(decode_operation(encode(above)));
}

} // namespace hamok::state_test
