#include "hamok/cli/json_output.hpp"
#include "hamok/cli/text_output.hpp"
#include "hamok/tests/catch.hpp"

using namespace hamok;
using namespace hamok::cli;

TEST_CASE("a collection that is not created yet does not look like an empty one") {
  collection_status status;
  status.name = "users";
  status.digest = blob::from_string(std::string(32, '\0'));
  CHECK(content_text(status) == "not created yet");
  CHECK(to_json(status)["created"] == false);
  status.number = 7;
  CHECK(content_text(status) == "0 items  digest " + std::string(32, '0'));
  CHECK(to_json(status)["created"] == true);
}
