#include "hamok/collections/digest_state.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/map_harness.hpp"

namespace hamok::state_test {

TEST_CASE("a digest is the same on every machine and in every version") {
  // Values of the reference implementation of MurmurHash3_x64_128.
  CHECK(hash_bytes(v("")) == digest128{0, 0});
  CHECK(hash_bytes(v("hello")) == digest128{0xcbd8a7b341bd9b02U, 0x5b1e906a48ae1d19U});
  CHECK(hash_bytes(v("The quick brown fox jumps over the lazy dog"))
        == digest128{0xe34bbc7bbc071b6cU, 0x7a433ca9c49a9347U});
}

TEST_CASE("a digest is a sum that forgets what is taken away, carries included") {
  const digest128 all{~std::uint64_t{0}, ~std::uint64_t{0}};
  digest128 sum;
  sum += hash_bytes(v("a"));
  sum += all;
  sum += hash_bytes(v("b"));
  sum -= hash_bytes(v("a"));
  sum -= all;
  CHECK(sum == hash_bytes(v("b")));
}

TEST_CASE("a digest tells where a key ends and its value begins") {
  CHECK_FALSE(hash_pair(v("a"), v("bc")) == hash_pair(v("ab"), v("c")));
  CHECK_FALSE(hash_pair(v("a"), v("")) == hash_pair(v(""), v("a")));
}

TEST_CASE("a digest as bytes is big-endian") {
  const auto bytes = to_blob(digest128{0x0102030405060708U, 0x090a0b0c0d0e0f10U});
  CHECK(bytes
        == b(std::string_view{"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10",
                              16}));
}

} // namespace hamok::state_test
