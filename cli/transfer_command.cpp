// `hamok transfer`: hands the leadership over.

#include "hamok/cli/arguments.hpp"
#include "hamok/cli/command.hpp"
#include "hamok/cli/connect.hpp"
#include "hamok/cli/failure.hpp"
#include "hamok/cli/json_output.hpp"

#include <iostream>
#include <string>

namespace hamok::cli {

const char* transfer_help() {
  return R"(hamok transfer --connect=HOST:PORT [ID]      hand the leadership over to the member ID, or to
                                             the one that has most of the log

  Whichever member is asked, the leader is found. Operations go on with the next leader by themselves.
)";
}

int transfer_command(const word_list& words) {
  const arguments given{words, with_client_options({})};
  if (given.words().size() > 1)
    throw usage_error("it takes one member, not '" + given.words()[1] + "' too");
  const auto to = given.words().empty() ? std::string{} : given.words().front();
  auto member = make_client(given, false);
  const auto json = given.has("json");
  if (const auto failed = member.transfer_leadership(to))
    fail(failed, json, effect::possible);
  const auto leader = value_of(member.await_leader(), json, effect::certain);
  if (json)
    std::cout << line({{"leader", leader}});
  else
    std::cout << leader << " leads\n";
  return exit_ok;
}

} // namespace hamok::cli
