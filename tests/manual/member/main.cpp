// A member of a cluster as a process of its own, for the cases of the manual: options of the node
// such as `--hamok.peer-id=a`, then a request a line on its standard input, and an answer a line on
// its standard output, see `served_member`. It ends with its input.

#include "hamok/actors/plugin.hpp"
#include "hamok/tests/manual/member/served_member.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>

#include <iostream>

int main(int argc, char** argv) {
  hamok::init();
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  config.set("caf.scheduler.max-threads", 2);
  caf::actor_system system{config};
  try {
    hamok::test::served_member member{system, hamok::test::config_of({argv + 1, argv + argc})};
    for (std::string line; std::getline(std::cin, line);)
      std::cout << member.answer(hamok::test::json::parse(line)).dump() << std::endl;
  } catch (const std::exception& reason) {
    std::cerr << reason.what() << '\n';
    return 1;
  }
  return 0;
}
