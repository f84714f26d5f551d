// A CAF application that is no member and knows of Hamok only the facade: it uses a map whose actor
// another process has published.
//
//   hamok_basp_user PORT     prints what "x" was before, and what it is now

#include "hamok/actors/plugin.hpp"
#include "hamok/collections/map_handle.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>

int main(int argc, char** argv) {
  if (argc != 2)
    return 64;
  hamok::init();
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  caf::actor_system system{config};
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const auto handle = system.middleman().remote_actor<hamok::collection_actor>("127.0.0.1", port);
  if (!handle)
    return std::cerr << to_string(handle.error()) << '\n', 1;
  const hamok::map_handle<std::string, int> numbers{*handle};
  caf::scoped_actor self{system};
  int failures = 0;
  const auto print = [](std::optional<int> value) { std::cout << value.value_or(0) << '\n'; };
  const auto complain = [&](const caf::error& reason) {
    ++failures;
    std::cerr << to_string(reason) << '\n';
  };
  numbers.set(self, "x", 2).receive(print, complain);
  numbers.get(self, "x").receive(print, complain);
  return failures == 0 ? 0 : 1;
}
