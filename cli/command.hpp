#pragma once

// The commands of the `hamok` program: one function and one file each.

#include <string>
#include <vector>

namespace hamok::cli {

/// What the program's exit code says.
enum exit_code : int {
  exit_ok = 0,
  exit_failed = 1,      ///< refused or impossible; nothing has changed
  exit_usage = 2,       ///< the command line is wrong
  exit_not_found = 3,   ///< there is no such collection or key
  exit_unknown = 4,     ///< failed, but the change or a part of it has or may have happened
  exit_unreachable = 5, ///< no member has answered in time, or there is no leader
};

/// The words behind the command's name.
using word_list = std::vector<std::string>;

/// Runs a member until SIGTERM or SIGINT. `argv` is the program's, whose first two words (program
/// and command) are not looked at: the rest follows CAF's conventions.
int node_command(int argc, char** argv);

int status_command(const word_list& words);
int map_command(const word_list& words);
int queue_command(const word_list& words);
int record_command(const word_list& words);
int emitter_command(const word_list& words);
int events_command(const word_list& words);
int transfer_command(const word_list& words);
int member_command(const word_list& words);
int compact_command(const word_list& words);
int snapshot_command(const word_list& words);

/// Runs the demonstration of `./dev demo`; not in the help.
int demo_command(const word_list& words);

[[nodiscard]] std::string node_help();
[[nodiscard]] const char* status_help();
[[nodiscard]] const char* map_help();
[[nodiscard]] const char* queue_help();
[[nodiscard]] const char* record_help();
[[nodiscard]] const char* emitter_help();
[[nodiscard]] const char* events_help();
[[nodiscard]] const char* transfer_help();
[[nodiscard]] const char* member_help();
[[nodiscard]] const char* compact_help();
[[nodiscard]] const char* snapshot_help();

} // namespace hamok::cli
