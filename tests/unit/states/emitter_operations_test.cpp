// Each operation of the emitter's state: its result, its events, and who listens afterwards.

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/emitter_harness.hpp"

namespace hamok::state_test {

namespace {

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("emitter subscribe tells who is new, and replaces the metadata of who is not") {
  emitter_fixture e;
  CHECK(e.subscribe("x", who("a1", 1), "m"));
  CHECK(e.events() == lines{"added x a1.1  m"});
  CHECK_FALSE(e.subscribe("x", who("a1", 1), "n"));
  CHECK(e.events() == lines{"updated x a1.1 m n"});
  CHECK_FALSE(e.subscribe("x", who("a1", 1), "n"));
  CHECK(e.events().empty());
  CHECK(e.content() == lines{"x a1.1 n"});
  CHECK(e.emitter.size() == 1);
}

TEST_CASE("emitter unsubscribe ends that one event and leaves the others") {
  emitter_fixture e;
  e.subscribe("x", who("a1", 1), "");
  e.subscribe("y", who("a1", 1), "");
  e.subscribe("x", who("a1", 2), "");
  CHECK(e.answer<bool>(emitter_command::unsubscribe("x", who("a1", 1))));
  CHECK(e.events() == lines{"removed x a1.1  "});
  CHECK(e.content() == lines{"x a1.2 ", "y a1.1 "});
  CHECK_FALSE(e.answer<bool>(emitter_command::unsubscribe("x", who("a1", 1))));
  CHECK(e.events().empty());
}

TEST_CASE("emitter update compares exact bytes, and is false for who does not listen") {
  emitter_fixture e;
  const auto update = [&](std::string_view metadata, const std::optional<blob>& expected) {
    return e.answer<bool>(emitter_command::update("x", who("a1", 1), v(metadata), expected));
  };
  CHECK_FALSE(update("m", std::nullopt));
  CHECK_FALSE(update("m", b("")));
  e.subscribe("x", who("a1", 1), "");
  CHECK_FALSE(update("m", b("other")));
  CHECK(e.events().empty());
  CHECK(update("m", b("")));
  CHECK(e.events() == lines{"updated x a1.1  m"});
  CHECK(update("n", std::nullopt));
  CHECK(e.content() == lines{"x a1.1 n"});
}

TEST_CASE("emitter removes all of a subscriber, or all of a life, and nobody else") {
  emitter_fixture e;
  for (const auto* event : {"y", "x"})
    for (const auto* member : {"a1", "a2", "b1"})
      for (const std::uint64_t number : {1U, 2U})
        e.subscribe(event, who(member, number), "");
  CHECK(e.answer<std::uint64_t>(emitter_command::remove_subscriber(who("a1", 1))) == 2);
  CHECK(e.events() == lines{"removed x a1.1  ", "removed y a1.1  "});
  CHECK(e.answer<std::uint64_t>(emitter_command::remove_member(life("a2"))) == 4);
  CHECK(e.events().size() == 4);
  CHECK(e.content() == lines{"x a1.2 ", "x b1.1 ", "x b1.2 ", "y a1.2 ", "y b1.1 ", "y b1.2 "});
  CHECK(e.answer<std::uint64_t>(emitter_command::remove_member(life("a2"))) == 0);
  CHECK(e.emitter.size() == 6);
}

TEST_CASE("emitter publish names each member once, tells the event and changes nothing") {
  emitter_fixture e;
  CHECK(e.publish("x", "nobody").empty());
  CHECK(e.events() == lines{"published x nobody"});
  e.subscribe("x", who("b1", 1), "");
  e.subscribe("x", who("a1", 1), "");
  e.subscribe("x", who("a1", 2), "");
  e.subscribe("y", who("c1", 1), "");
  const auto before = e.emitter.digest();
  CHECK(e.publish("x", "") == "a1 b1 ");
  CHECK(e.events() == lines{"published x "});
  CHECK(e.emitter.digest() == before);
  const event_origin from{life("c1"), 7, 8};
  e.apply(emitter_command::publish("x", v("1"), from));
  event_origin told;
  REQUIRE(emitter_answer::decode(e.last.events.at(0).old_value, told));
  CHECK(told == from);
}

TEST_CASE("emitter answers questions about one event and about all") {
  emitter_fixture e;
  e.subscribe("x", who("b1", 1), "m");
  e.subscribe("x", who("a1", 2), "n");
  e.subscribe("y", who("a1", 1), "");
  const auto has = [&](std::string_view event) {
    return *e.emitter.query(emitter_query::has_subscribers(event)) == map_answer::encode(true);
  };
  CHECK(has("x"));
  CHECK_FALSE(has("z"));
  CHECK_FALSE(has(""));
  CHECK(emitter_fixture::lines(e.emitter.query(emitter_query::subscriptions("x")))
        == lines{"x a1.2 n", "x b1.1 m"});
  CHECK(emitter_fixture::lines(e.emitter.query(emitter_query::subscriptions("z"))).empty());
  const auto view = e.emitter.view();
  e.apply(emitter_command::remove_member(life("b1")));
  CHECK(emitter_fixture::lines(view->query(emitter_query::all())).size() == 3);
  CHECK(e.content().size() == 2);
}

TEST_CASE("emitter refuses what is too large, at its limits and not below") {
  emitter_fixture e;
  const std::string name(emitter_limit::name_bytes, 'n');
  const std::string metadata(emitter_limit::metadata_bytes, 'm');
  const std::string payload(emitter_limit::payload_bytes, 'p');
  CHECK(e.subscribe(name, who("a1", 1), metadata));
  CHECK(e.publish(name, payload) == "a1 ");
  const auto status = [&](const blob& command) { return e.apply(command).status; };
  const auto large = command_status::too_large;
  CHECK(status(emitter_command::subscribe(name + "n", who("a1", 1), {})) == large);
  CHECK(status(emitter_command::subscribe("x", who("a1", 1), v(metadata + "m"))) == large);
  CHECK(status(emitter_command::update(name, who("a1", 1), v(metadata + "m"), std::nullopt))
        == large);
  CHECK(status(emitter_command::publish("x", v(payload + "p"), {})) == large);
  CHECK(status(emitter_command::publish(name + "n", {}, {})) == large);
  CHECK(e.emitter.size() == 1);
}

TEST_CASE("emitter takes no hostile command") {
  emitter_fixture e;
  e.subscribe("x", who("a1", 1), "m");
  const auto before = e.emitter.snapshot();
  const auto commands = {
      emitter_command::unsubscribe("x", who("a1", 1)),
      emitter_command::remove_subscriber(who("a1", 1)),
      emitter_command::remove_member(life("a1")),
  };
  for (const auto& command : commands) {
    for (std::size_t size = 0; size < command.size(); ++size)
      REQUIRE(e.apply(command.slice(0, size)).status == command_status::bad_command);
    std::vector<std::byte> longer{command.bytes().begin(), command.bytes().end()};
    longer.push_back(std::byte{0});
    REQUIRE(e.apply(blob::from_vector(std::move(longer))).status == command_status::bad_command);
  }
  const auto bare = emitter_command::subscribe("y", who("a1", 1), {});
  for (std::size_t size = 0; size < bare.size(); ++size)
    REQUIRE(e.apply(bare.slice(0, size)).status != command_status::ok);
  const auto update = emitter_command::update("x", who("a1", 1), {}, b("m"));
  for (std::size_t size = 0; size < update.size(); ++size)
    REQUIRE(e.apply(update.slice(0, size)).status != command_status::ok);
  CHECK(e.apply(b("\x7f")).status == command_status::bad_command);
  CHECK(e.apply(b("\x02\xff\xff\xff\xff\x7f")).status != command_status::ok);
  CHECK(e.emitter.snapshot() == before);
  for (const auto& question : {b(""), b("\x03x"), b("\x01"), b("\x09\x01x"), b("\x01\xff\xff")})
    CHECK(e.emitter.query(question) == std::nullopt);
}

} // namespace hamok::state_test
