// `hamok status`: how a member and its cluster are.

#include "hamok/cli/connect.hpp"
#include "hamok/cli/json_output.hpp"
#include "hamok/cli/text_output.hpp"

#include <iomanip>
#include <iostream>

namespace hamok::cli {

namespace {

void print(const node_status& status) {
  const auto& view = status.view;
  std::cout << "member     " << status.peer_id << (status.running ? "" : " (stopped)")
            << "\ncluster    " << status.cluster << "\nlistening  "
            << (status.listening.empty() ? "nowhere" : status.listening) << "\nstanding   "
            << raft::to_string(status.standing) << "\nstate      " << raft::to_string(view.role)
            << ", term " << view.term << "\nleader     "
            << (view.leader ? view.leader->peer : "none is known") << "\nlog        "
            << view.last_index << " entries, " << view.commit_index << " committed, "
            << status.applied_index << " applied\nmembers\n";
  for (const auto& member : status.members)
    std::cout << "  " << member_text(status, member) << '\n';
  std::cout << "collections\n";
  for (const auto& collection : status.collections)
    std::cout << "  " << std::left << std::setw(20) << collection.name << ' ' << std::setw(8)
              << collection.kind << ' ' << content_text(collection) << '\n';
}

} // namespace

const char* status_help() {
  return R"(hamok status --connect=HOST:PORT      how that member is, what it knows of its cluster,
                                      and the collections that it holds

  With several endpoints: the first member that answers.
)";
}

int status_command(const word_list& words) {
  const arguments given{words, with_client_options({})};
  if (!given.words().empty())
    throw usage_error("it takes no '" + given.words().front() + "'");
  auto member = make_client(given, true);
  const auto json = given.has("json");
  const auto status = value_of(member.status(), json);
  if (json)
    std::cout << line(to_json(status));
  else
    print(status);
  return exit_ok;
}

} // namespace hamok::cli
