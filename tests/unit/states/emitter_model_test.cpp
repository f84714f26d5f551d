// Random commands against subscriptions that are too simple to be wrong, and snapshots of them.

#include "hamok/collections/state_bytes_state.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/emitter_harness.hpp"

#include <map>
#include <random>
#include <set>

namespace hamok::state_test {

namespace {

using model = std::map<std::pair<std::string, event_subscriber>, std::string>;

struct dice {
  std::mt19937_64 engine;
  std::uint64_t roll(std::uint64_t sides) { return engine() % sides; }
  std::string event() { return std::string(1, static_cast<char>('u' + roll(4))); }
  raft::member_id member() {
    return {std::string(1, static_cast<char>('a' + roll(3))), {0, roll(2)}};
  }
  event_subscriber subscriber() { return {member(), roll(4)}; }
  std::string metadata() { return std::string(roll(3), 'm'); }
};

std::vector<std::string> content_of(const model& values) {
  std::vector<std::string> result;
  for (const auto& [key, metadata] : values)
    result.push_back(key.first + " " + to_text(key.second) + " " + metadata);
  return result;
}

std::string reached(const model& values, const std::string& event) {
  std::set<raft::member_id> members;
  for (const auto& [key, metadata] : values)
    if (key.first == event)
      members.insert(key.second.member);
  std::string result;
  for (const auto& member : members)
    result += member.peer + std::to_string(member.incarnation.low) + " ";
  return result;
}

void step(dice& d, emitter_fixture& e, model& values) {
  const auto event = d.event();
  const auto x = d.subscriber();
  const auto metadata = d.metadata();
  const auto found = values.find({event, x});
  switch (d.roll(8)) {
  case 0:
  case 1:
  case 2:
    REQUIRE(e.subscribe(event, x, metadata) == (found == values.end()));
    values[{event, x}] = metadata;
    break;
  case 3:
    REQUIRE(e.answer<bool>(emitter_command::unsubscribe(event, x)) == (found != values.end()));
    values.erase({event, x});
    break;
  case 4: {
    const auto expected = d.roll(2) == 0 ? std::optional{d.metadata()} : std::nullopt;
    const auto matches = found != values.end() && (!expected || found->second == *expected);
    REQUIRE(e.answer<bool>(emitter_command::update(
                event, x, v(metadata), expected ? std::optional{b(*expected)} : std::nullopt))
            == matches);
    if (matches)
      found->second = metadata;
    break;
  }
  case 5:
    REQUIRE(e.answer<std::uint64_t>(emitter_command::remove_subscriber(x))
            == std::erase_if(values, [&](const auto& one) { return one.first.second == x; }));
    break;
  case 6:
    if (d.roll(4) == 0)
      REQUIRE(e.answer<std::uint64_t>(emitter_command::remove_member(x.member))
              == std::erase_if(
                  values, [&](const auto& one) { return one.first.second.member == x.member; }));
    break;
  default:
    REQUIRE(e.publish(event, metadata) == reached(values, event));
  }
}

void fill(emitter_fixture& e) {
  e.subscribe("x", who("a1", 1), "m");
  e.subscribe("x", who("b1", 1), "");
  e.subscribe("", who("a1", 1), "n");
}

} // namespace

TEST_CASE("emitter agrees with a simple model over random commands, snapshots and views") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    dice d{std::mt19937_64{seed}};
    emitter_fixture e;
    model values;
    std::vector<std::pair<std::shared_ptr<const state_view>, std::vector<std::string>>> views;
    for (int i = 0; i < 300; ++i) {
      step(d, e, values);
      if (d.roll(20) == 0)
        views.emplace_back(e.emitter.view(), content_of(values));
      REQUIRE(e.emitter.size() == values.size());
    }
    REQUIRE(e.content() == content_of(values));
    for (const auto& [view, then] : views)
      REQUIRE(emitter_fixture::lines(view->query(emitter_query::all())) == then);
    emitter_fixture again; // another way to the same content
    for (auto i = values.rbegin(); i != values.rend(); ++i)
      again.subscribe(i->first.first, i->first.second, i->second);
    REQUIRE(again.emitter.digest() == e.emitter.digest());
    REQUIRE(again.emitter.snapshot() == e.emitter.snapshot());
    emitter_state restored;
    REQUIRE(restored.restore(e.emitter.snapshot()));
    REQUIRE(restored.digest() == e.emitter.digest());
    REQUIRE(restored.size() == e.emitter.size());
    REQUIRE(restored.snapshot() == e.emitter.snapshot());
  }
}

TEST_CASE("emitter goes on while its cut is written") {
  emitter_fixture e;
  fill(e);
  const auto bytes = e.emitter.snapshot();
  const auto digest = e.emitter.digest();
  const auto cut = e.emitter.cut();
  e.apply(emitter_command::remove_member(life("a1")));
  byte_sink sink;
  cut->write(sink);
  CHECK(sink.take() == bytes);
  CHECK(cut->digest() == digest);
}

TEST_CASE("emitter refuses a broken snapshot whole") {
  emitter_fixture e;
  fill(e);
  const auto bytes = e.emitter.snapshot();
  emitter_fixture other;
  other.subscribe("old", who("c1", 1), "");
  for (std::size_t size = 0; size < bytes.size(); ++size)
    REQUIRE_FALSE(other.emitter.restore(bytes.slice(0, size)));
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const unsigned mask : {0x01U, 0x80U, 0xFFU}) {
      std::vector<std::byte> changed{bytes.bytes().begin(), bytes.bytes().end()};
      changed[i] ^= static_cast<std::byte>(mask);
      emitter_state state;
      if (state.restore(blob::from_vector(std::move(changed))))
        REQUIRE(state.size() == 3); // other names, and nothing lost or twice
    }
  CHECK_FALSE(other.emitter.restore(b("\x01\xff\xff\xff\xff\x7f")));
  CHECK_FALSE(other.emitter.restore(b("\x02\x00")));
  CHECK(other.content() == std::vector<std::string>{"old c1.1 "});
  emitter_state empty;
  emitter_state back;
  CHECK(back.restore(empty.snapshot()));
  CHECK(back.size() == 0);
}

} // namespace hamok::state_test
