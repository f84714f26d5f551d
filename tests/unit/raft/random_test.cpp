// The generator behind all random delays.

#include "hamok/raft/random.hpp"
#include "hamok/tests/catch.hpp"

#include <array>
#include <set>

using namespace hamok::raft;
using namespace std::chrono_literals;

TEST_CASE("the generator is SplitMix64: the same numbers on every machine") {
  random_source source{1234567};
  // The first five of the reference implementation for this seed.
  for (const std::uint64_t expected :
       {std::uint64_t{6457827717110365317u}, std::uint64_t{3203168211198807973u},
        std::uint64_t{9817491932198370423u}, std::uint64_t{4593380528125082431u},
        std::uint64_t{16408922859458223821u}})
    CHECK(source.next() == expected);
}

TEST_CASE("the same seed gives the same numbers, another seed gives others") {
  random_source one{7};
  random_source same{7};
  random_source other{8};
  int different = 0;
  for (int i = 0; i < 100; ++i) {
    const auto value = one.next();
    CHECK(same.next() == value);
    different += other.next() == value ? 0 : 1;
  }
  CHECK(different == 100);
}

TEST_CASE("a copy of a generator goes on where the original stands") {
  random_source one{99};
  static_cast<void>(one.next());
  auto copy = one;
  CHECK(copy.next() == one.next());
}

TEST_CASE("durations lie in their range and fill it evenly") {
  random_source source{42};
  std::array<int, 10> counts{};
  for (int i = 0; i < 10000; ++i) {
    const auto value = source.between(10ms, 20ms);
    REQUIRE(value >= 10ms);
    REQUIRE(value < 20ms);
    ++counts[static_cast<std::size_t>((value - 10ms) / 1ms)];
  }
  for (const auto count : counts) {
    CHECK(count > 850);
    CHECK(count < 1150);
  }
}

TEST_CASE("an empty range gives its lower end") {
  random_source source{42};
  CHECK(source.between(5ms, 5ms) == 5ms);
  CHECK(source.between(5ms, 3ms) == 5ms);
  CHECK(source.between(5ms, 5ms + 1ns) == 5ms);
}
