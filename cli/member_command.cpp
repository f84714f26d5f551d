// `hamok member`: who belongs to the cluster, and changes of that.

#include "hamok/actors/interfaces/endpoint.hpp"
#include "hamok/cli/arguments.hpp"
#include "hamok/cli/command.hpp"
#include "hamok/cli/connect.hpp"
#include "hamok/cli/failure.hpp"
#include "hamok/cli/json_output.hpp"
#include "hamok/cli/text_output.hpp"

#include <iostream>
#include <string>

namespace hamok::cli {

namespace {

int list_members(const arguments& given) {
  auto member = make_client(given, true);
  const auto json = given.has("json");
  const auto status = value_of(member.status(), json);
  if (json)
    std::cout << line(members_json(status));
  else
    for (const auto& each : status.members)
      std::cout << member_text(status, each) << '\n';
  return exit_ok;
}

int change_members(const arguments& given, bool add) {
  const auto& words = given.words();
  const auto json = given.has("json");
  const auto& id = words[1];
  const auto endpoint = words.size() > 2 ? words[2] : std::string{};
  if (!endpoint.empty())
    if (const auto problem = endpoint_problem(endpoint); !problem.empty())
      throw usage_error(problem);
  auto via = make_client(given, false);
  if (const auto failed = add ? via.add_member(id, endpoint) : via.remove_member(id))
    fail(failed, json, effect::possible);
  if (json)
    std::cout << line({{"peer_id", id}, {"member", add}});
  else
    std::cout << id << (add ? " is a member\n" : " is no member any more\n");
  return exit_ok;
}

} // namespace

const char* member_help() {
  return R"(hamok member list --connect=HOST:PORT       the members as that one knows them
hamok member add ID [HOST:PORT] ...         make that node a member: it learns all there is, and
                                            then counts; done when that is committed
hamok member remove ID ...                  remove that member, whether it lives or not

  Whichever member is asked, the leader is found. A node that is added has to run, with a seed of
  this cluster (then it comes by itself) or to be reached at the endpoint, and must belong to no
  other cluster. One that is removed is told so; it stays as a process that takes no part.
)";
}

int member_command(const word_list& words) {
  const arguments given{words, with_client_options({})};
  const auto& all = given.words();
  const auto what = all.empty() ? std::string{} : all.front();
  const auto most = what == "list" ? 1U : what == "add" ? 3U : what == "remove" ? 2U : 0U;
  if (most == 0)
    throw usage_error(what.empty() ? "what? Give list, add or remove"
                                   : "there is no 'member " + what + "'; give list, add or remove");
  if (all.size() > most)
    throw usage_error("it takes no '" + all[most] + "'");
  if (what == "list")
    return list_members(given);
  if (all.size() < 2)
    throw usage_error("which member? Give its id");
  return change_members(given, what == "add");
}

} // namespace hamok::cli
