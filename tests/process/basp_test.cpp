#include "hamok/actors/plugin.hpp"
#include "hamok/tests/catch.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>

#include <array>
#include <cstdio>
#include <string>
#include <utility>

namespace hamok::test {

namespace {

/// What a program has written, and its exit code.
std::pair<std::string, int> output_of(const std::string& command) {
  auto* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  std::array<char, 256> part{};
  while (std::fgets(part.data(), part.size(), pipe) != nullptr)
    text += part.data();
  return {text, pclose(pipe)};
}

} // namespace

TEST_CASE("another process that is no member uses a map over BASP") {
  init();
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  caf::actor_system system{config};
  auto member = spawn_node(system);
  REQUIRE(member);
  const auto numbers = member->create_map<std::string, int>("numbers");
  REQUIRE(numbers);
  REQUIRE(numbers->set("x", 1).get());
  const auto port = system.middleman().publish(numbers->actor(), 0, "127.0.0.1", true);
  REQUIRE(port);
  const auto [text, code] =
      output_of(std::string{HAMOK_BASP_USER_PATH} + " " + std::to_string(*port));
  CHECK(code == 0);
  CHECK(text == "1\n2\n");
  CHECK(*numbers->get("x") == 2);
  system.middleman().unpublish(numbers->actor(), *port);
}

} // namespace hamok::test
