// A remote map answers and tells what a map does, whatever is asked for, and goes on from its
// snapshots.

#include "hamok/collections/state_bytes_state.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/rounds.hpp"
#include "hamok/tests/unit/states/remote_harness.hpp"

#include <random>

namespace hamok::state_test {

namespace {

struct dice {
  std::mt19937_64 engine;

  std::uint64_t roll(std::uint64_t sides) { return engine() % sides; }
  std::string key() { return std::string(roll(3), static_cast<char>('a' + roll(3))); }
  std::string value() { return std::string(roll(3), static_cast<char>('x' + roll(2))); }
  std::vector<key_value> pairs() {
    std::vector<key_value> result;
    for (auto count = roll(5); count > 0; --count)
      result.push_back({b(key()), b(value())});
    return result;
  }
  std::vector<blob> keys() {
    std::vector<blob> result;
    for (auto count = roll(5); count > 0; --count)
      result.push_back(b(key()));
    return result;
  }
};

blob random_operation(dice& d) {
  switch (d.roll(23)) {
  case 0:
    return map_command::clear();
  case 1:
  case 2:
    return map_command::set_all(d.pairs());
  case 3:
  case 4:
    return map_command::insert_all(d.pairs());
  case 5:
  case 6:
    return map_command::remove_all(d.keys());
  case 7:
  case 8:
    return map_command::erase_all(d.keys());
  case 9:
  case 10:
    return map_command::erase(v(d.key()));
  case 11:
  case 12:
    return map_command::remove(v(d.key()));
  case 13:
  case 14:
    return map_command::remove_if(v(d.key()), v(d.value()));
  case 15:
  case 16:
    return map_command::update_if(v(d.key()), v(d.value()), v(d.value()));
  case 17:
  case 18:
    return map_command::insert(v(d.key()), v(d.value()));
  default:
    return map_command::set(v(d.key()), v(d.value()));
  }
}

text_pairs content_of(const plain_storage& storage) {
  text_pairs result;
  for (const auto& [key, value] : storage.entries)
    result.emplace_back(key.text(), value.text());
  return result;
}

} // namespace

TEST_CASE("remote map answers and tells what a map does") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    dice d{std::mt19937_64{seed}};
    remote_fixture remote;
    map_fixture plain;
    for (int i = 0; i < 300; ++i) {
      const auto operation = random_operation(d);
      const auto answer = remote.run(operation);
      const auto& expected = plain.apply(operation);
      REQUIRE(expected.status == command_status::ok);
      REQUIRE(answer == expected.result);
      REQUIRE(remote.events() == expected.events);
    }
    REQUIRE(content_of(remote.storage) == plain.content());
  }
}

TEST_CASE("remote map goes on from a snapshot at any point as if there had been none") {
  for (std::uint64_t seed = 1; seed <= hamok::test_rounds(30); ++seed) {
    CAPTURE(seed);
    dice d{std::mt19937_64{seed}};
    remote_fixture one;
    remote_fixture other; // is replaced by its own snapshot now and then
    one.claim();
    other.claim();
    for (int i = 0; i < 300; ++i) {
      const auto kind = d.roll(10);
      const auto operation = random_operation(d);
      const auto count = d.roll(4);
      for (auto* each : {&one, &other}) {
        if (kind < 5)
          each->enqueue(operation, kind != 0);
        else if (kind < 9)
          each->report(each->execute(count));
        else
          each->claim();
      }
      REQUIRE(one.last.result == other.last.result);
      REQUIRE(one.last.events == other.last.events);
      if (d.roll(4) == 0) {
        remote_map_state next;
        REQUIRE(next.restore(other.remote.snapshot()));
        REQUIRE(next.digest() == one.remote.digest());
        REQUIRE(other.remote.restore(next.snapshot()));
      }
      REQUIRE(one.remote.digest() == other.remote.digest());
      REQUIRE(one.remote.snapshot() == other.remote.snapshot());
      byte_sink cut;
      one.remote.cut()->write(cut);
      REQUIRE(cut.take() == one.remote.snapshot());
    }
  }
}

TEST_CASE("remote map refuses a snapshot of which anything is wrong, as a whole") {
  remote_fixture fix;
  fix.run(map_command::set(v("a"), v("1")));
  fix.enqueue(map_command::set(v("b"), v("2")));
  fix.enqueue(map_command::clear(), false);
  const auto good = fix.remote.snapshot();
  remote_map_state state;
  REQUIRE(state.restore(good));
  const auto before = state.digest();
  for (std::size_t size = 0; size < good.size(); ++size)
    REQUIRE_FALSE(state.restore(good.slice(0, size)));
  std::mt19937_64 engine{1};
  for (int i = 0; i < 3000; ++i) {
    std::vector<std::byte> bytes{good.bytes().begin(), good.bytes().end()};
    bytes[engine() % bytes.size()] = static_cast<std::byte>(engine() % 256);
    remote_map_state bad;
    if (bad.restore(blob::from_vector(bytes))) // what was damaged may be a value
      REQUIRE(bad.snapshot().size() == good.size());
  }
  CHECK(state.digest() == before);
}

TEST_CASE("remote map views keep what they have seen") {
  remote_fixture fix;
  fix.enqueue(map_command::set(v("a"), v("1")));
  fix.enqueue(map_command::set(v("b"), v("2")));
  const auto then = fix.view();
  fix.claim();
  fix.report(fix.execute(2));
  CHECK(then->size() == 2);
  CHECK(then->waits(1));
  CHECK_FALSE(then->result(1).has_value());
  CHECK(fix.view()->size() == 0);
  CHECK(fix.view()->result(2).has_value());
}

} // namespace hamok::state_test
