// The `hamok` program: runs a member, or talks to one.

#include "hamok/actors/plugin.hpp"
#include "hamok/cli/arguments.hpp"
#include "hamok/cli/command.hpp"
#include "hamok/cli/connect.hpp"
#include "hamok/cli/failure.hpp"

#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <string>

namespace {

using namespace hamok::cli;

constexpr const char* help_text = R"(hamok COMMAND ...

  node      run a member of a cluster
  status    how a member and its cluster are
  map       read and change a replicated map
  queue     push to and pop from a replicated queue
  record    read and change a replicated record
  emitter   send events, and see who listens
  events    follow what happens
  transfer  hand the leadership over
  member    add, remove and list members
  compact   shorten the log of a member
  snapshot  export and import the content of all collections
  help      this text, or `hamok help COMMAND`

Every command explains itself: hamok COMMAND --help

Exit codes: 0 all well   1 refused or impossible   2 wrong command line   3 no such key or collection
            4 failed, and a change has or may have happened   5 no member answered in time
)";

struct client_command {
  int (*run)(const word_list&);
  const char* (*help)();
};

const std::map<std::string, client_command>& client_commands() {
  static const std::map<std::string, client_command> all{
      {"status", {status_command, status_help}},
      {"map", {map_command, map_help}},
      {"queue", {queue_command, queue_help}},
      {"record", {record_command, record_help}},
      {"emitter", {emitter_command, emitter_help}},
      {"events", {events_command, events_help}},
      {"transfer", {transfer_command, transfer_help}},
      {"member", {member_command, member_help}},
      {"compact", {compact_command, compact_help}},
      {"snapshot", {snapshot_command, snapshot_help}},
      {"demo", {demo_command, [] { return "hamok demo [--rounds=5] [--folder=DIR]\n"; }}},
  };
  return all;
}

int help(const std::string& about) {
  const auto found = client_commands().find(about);
  if (about.empty())
    std::cout << help_text;
  else if (about == "node")
    std::cout << node_help();
  else if (found != client_commands().end())
    std::cout << found->second.help() << (about == "demo" ? "" : client_options_help());
  else
    throw usage_error("there is no command '" + about + "'");
  return exit_ok;
}

int dispatch(const std::string& name, const word_list& words, int argc, char** argv) {
  if (name == "help" || name == "--help" || name == "-h")
    return help(words.empty() ? "" : words.front());
  if (name == "node")
    return node_command(argc, argv);
  const auto found = client_commands().find(name);
  if (found == client_commands().end())
    throw usage_error("there is no command '" + name + "'");
  for (const auto& word : words)
    if (word == "--help" || word == "-h")
      return help(name);
  return found->second.run(words);
}

int guarded(const std::string& name, const word_list& words, int argc, char** argv) {
  try {
    const auto code = dispatch(name, words, argc, argv);
    std::cout.flush();
    if (std::cout.good())
      return code;
    std::cerr << "hamok: cannot write the output\n";
    return exit_failed;
  } catch (const usage_error& wrong) {
    std::cerr << "hamok " << name << ": " << wrong.what() << "\n(hamok "
              << (client_commands().count(name) > 0 ? name + " --help" : "help") << " says more)\n";
    return exit_usage;
  } catch (const failure& failed) {
    std::cerr << failed.text();
    return failed.code();
  } catch (const std::exception& wrong) {
    std::cerr << "hamok " << name << ": " << wrong.what() << '\n';
    return exit_failed;
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << help_text;
    return exit_usage;
  }
  hamok::init();
  return guarded(argv[1], word_list(argv + 2, argv + argc), argc, argv);
}
