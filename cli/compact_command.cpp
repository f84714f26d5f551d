// `hamok compact`: shortens the log of a member.

#include "hamok/cli/arguments.hpp"
#include "hamok/cli/command.hpp"
#include "hamok/cli/connect.hpp"
#include "hamok/cli/failure.hpp"
#include "hamok/cli/json_output.hpp"

#include <charconv>
#include <iostream>
#include <string>

namespace hamok::cli {

namespace {

raft::index_t index_of(const std::string& text) {
  raft::index_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc{} || stop != end || value == 0)
    throw usage_error("'" + text + "' is no index; give a whole number from 1 on");
  return value;
}

} // namespace

const char* compact_help() {
  return R"(hamok compact --connect=HOST:PORT [INDEX]      drop applied entries from the log of that member, up
                                               to INDEX (default: all of them)

  Members do this by themselves when the log is over its limits. What members that can be heard still
  need stays, within a bound; whoever needs more gets a snapshot. Prints the first entry that is left.
)";
}

int compact_command(const word_list& words) {
  const arguments given{words, with_client_options({})};
  if (given.words().size() > 1)
    throw usage_error("it takes one index, not '" + given.words()[1] + "' too");
  const auto up_to = given.words().empty() ? 0 : index_of(given.words().front());
  auto member = make_client(given, true);
  const auto json = given.has("json");
  const auto first = value_of(member.compact(up_to), json);
  if (json)
    std::cout << line({{"first_index", first}});
  else
    std::cout << "the log begins at " << first << '\n';
  return exit_ok;
}

} // namespace hamok::cli
