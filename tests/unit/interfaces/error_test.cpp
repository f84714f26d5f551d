#include "hamok/actors/interfaces/events.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/tests/catch.hpp"

#include <caf/sec.hpp>

#include <set>

namespace hamok {

namespace {

constexpr auto last = static_cast<int>(last_errc);

} // namespace

TEST_CASE("every error has a name of its own and says what to do") {
  std::set<std::string> names;
  for (int i = 0; i <= last; ++i) {
    const auto code = static_cast<errc>(i);
    INFO(to_string(code));
    CHECK(names.insert(to_string(code)).second);
    CHECK(to_string(code) != "unknown");
    CHECK(explain(code).size() > 10);
  }
  CHECK(to_string(static_cast<errc>(last + 1)) == "unknown");
}

TEST_CASE("an error carries its explanation and its detail") {
  const auto plain = make_error(errc::no_leader);
  CHECK(plain == errc::no_leader);
  const auto detailed = make_error(errc::kind_mismatch, "'x' is a map");
  CHECK(detailed == errc::kind_mismatch);
  REQUIRE(detailed.context().match_elements<std::string>());
  const auto text = detailed.context().get_as<std::string>(0);
  CHECK(text.starts_with(explain(errc::kind_mismatch)));
  CHECK(text.ends_with(": 'x' is a map"));
  CHECK(!make_error(errc::none));
}

TEST_CASE("the text of an error is its sentence, without its name") {
  CHECK(text_of(make_error(errc::no_leader)) == explain(errc::no_leader));
  CHECK(text_of(caf::error{errc::no_leader}) == explain(errc::no_leader));
  CHECK(text_of(caf::make_error(caf::sec::request_timeout)).find("request_timeout")
        != std::string::npos);
  CHECK(text_of({}).empty());
}

TEST_CASE("only refusals cannot have happened") {
  for (const auto code :
       {errc::no_leader, errc::not_leader, errc::overloaded, errc::stopped, errc::request_timeout,
        errc::kind_mismatch, errc::too_large, errc::closed, errc::storage_failed})
    CHECK(cannot_have_happened(make_error(code)));
  for (const auto code : {errc::outcome_unknown, errc::session_expired, errc::connection_lost,
                          errc::bad_value, errc::answer_too_large, errc::actor_died})
    CHECK(!cannot_have_happened(make_error(code)));
  CHECK(!cannot_have_happened(caf::error{}));
  CHECK(!cannot_have_happened(caf::make_error(caf::sec::request_timeout)));
}

TEST_CASE("events are told by their name in the manual") {
  CHECK(to_string(any_event{event::started{}}) == "started");
  CHECK(to_string(any_event{event::heartbeat{}}) == "heartbeat");
  CHECK(to_string(any_event{event::state_changed{raft::role::leader, raft::role::candidate}})
        == "state-changed now=leader before=candidate");
  CHECK(to_string(any_event{event::leader_changed{"a", ""}})
        == "leader-changed now=\"a\" before=\"\"");
  CHECK(to_string(any_event{event::remote_peer_joined{"b"}}) == "remote-peer-joined id=\"b\"");
  CHECK(to_string(any_event{event::remote_peer_left{"b"}}) == "remote-peer-left id=\"b\"");
  CHECK(to_string(any_event{event::commit{7}}) == "commit index=7");
  CHECK(to_string(any_event{event::error{errc::no_leader, "why"}})
        == "error code=no_leader text=\"why\"");
  CHECK(to_string(any_event{event::hello_notification{"b", "{}"}})
        == "hello-notification id=\"b\" app-data={}");
  CHECK(to_string(any_event{event::no_heartbeat_from{"b"}}) == "no-heartbeat-from id=\"b\"");
  CHECK(to_string(any_event{event::lagged{3}}) == "lagged count=3");
  CHECK(to_string(any_event{event::resync{"name"}}) == R"(resync collection="name")");
}

} // namespace hamok
