#include "hamok/actors/interfaces/endpoint.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/tests/catch.hpp"

using namespace hamok;

TEST_CASE("endpoints are read and written") {
  for (const auto* text :
       {"node-1:7000", "10.0.0.1:65535", "localhost:0", "[::1]:7000", "[2001:db8::1]:1"}) {
    const auto parsed = parse_endpoint(text);
    INFO(text);
    REQUIRE(parsed);
    CHECK(to_string(*parsed) == text);
  }
  const auto v6 = parse_endpoint("[::1]:7000");
  REQUIRE(v6);
  CHECK(v6->host == "::1");
  CHECK(v6->port == 7000);
}

TEST_CASE("endpoints that cannot be right are refused with a reason") {
  for (const auto* text : {"", ":", "host", "host:", ":7000", "host:70000", "host:-1", "host:1x",
                           "host: 1", "::1:7000", "[::1]", "[::1:7000", "::1]:7000", "[]:1",
                           "[host]:1", "ho st:1", "a@b:1", "host:00000x"}) {
    INFO(text);
    const auto parsed = parse_endpoint(text);
    REQUIRE(!parsed);
    CHECK(parsed.error() == errc::invalid_config);
    CHECK(caf::to_string(parsed.error()).find("host:port") != std::string::npos);
  }
  CHECK(!parse_endpoint(std::string(300, 'a') + ":1"));
}
