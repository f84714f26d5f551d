#include "hamok/actors/plugin.hpp"
#include "hamok/cli/failure.hpp"
#include "hamok/tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace hamok;
using namespace hamok::cli;

namespace {

[[maybe_unused]] const bool initialized = (hamok::init(), true);

} // namespace

TEST_CASE("exit code 1 is only for what cannot have changed anything") {
  for (const auto code :
       {errc::session_expired, errc::bad_value, errc::outcome_unknown, errc::answer_too_large})
    CHECK(exit_code_of(make_error(code), effect::possible) == exit_unknown);
  for (const auto code : {errc::kind_mismatch, errc::too_large, errc::bad_command,
                          errc::storage_failed, errc::closed})
    CHECK(exit_code_of(make_error(code), effect::possible) == exit_failed);
  for (const auto code : {errc::no_leader, errc::request_timeout, errc::connection_lost})
    CHECK(exit_code_of(make_error(code), effect::possible) == exit_unreachable);
  CHECK(exit_code_of(make_error(errc::unknown_collection), effect::possible) == exit_not_found);
}

TEST_CASE("a command that has changed something already does not say otherwise") {
  for (const auto code : {errc::kind_mismatch, errc::no_leader, errc::unknown_collection})
    CHECK(exit_code_of(make_error(code), effect::certain) == exit_unknown);
}

TEST_CASE("a command that only reads has changed nothing") {
  CHECK(exit_code_of(make_error(errc::bad_value), effect::none) == exit_failed);
  CHECK(exit_code_of(make_error(errc::connection_lost), effect::none) == exit_unreachable);
}

TEST_CASE("a failure names its code once") {
  try {
    fail(make_error(errc::no_leader), false, effect::none, "3 of 5");
  } catch (const failure& failed) {
    CHECK(failed.text() == "hamok: no_leader: " + explain(errc::no_leader) + "; 3 of 5\n");
  }
  try {
    fail(make_error(errc::no_leader), true);
  } catch (const failure& failed) {
    CHECK(nlohmann::json::parse(failed.text())["error"]["code"] == "no_leader");
  }
}

TEST_CASE("a failure quotes bytes that are no text, for machines too") {
  try {
    fail(exit_failed, "too_large", std::string{"the name '\xc3...'"}, true);
    FAIL("nothing was thrown");
  } catch (const failure& failed) {
    CHECK(nlohmann::json::parse(failed.text())["error"]["text"] == "the name '\xef\xbf\xbd...'");
  }
}
