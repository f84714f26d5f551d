#pragma once

// Scenario files: commands and what they are expected to print.
//
//   # A comment says what the scenario shows, and which section of the paper it is about.
//   cluster n=3
//   timeout n1
//   ----
//   n1 ticks
//     becomes candidate
//
// One or more command lines, a line `----`, and the expected output up to a blank line.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace hamok::script {

struct command_block {
  std::size_t line = 0; ///< of the first command, counted from 1
  std::vector<std::string> commands;
  std::string expected; ///< each line ends with a newline
};

/// A piece of a file: lines that stand for themselves, or commands.
struct scenario_piece {
  std::vector<std::string> comments; ///< comment lines and blank ones before the commands
  command_block block;               ///< without commands at the end of the file
};

/// Reads a file; throws with the place when it is not a scenario.
[[nodiscard]] std::vector<scenario_piece> read_scenario(const std::filesystem::path& file);

/// Writes a file that `read_scenario` reads back to the same.
void write_scenario(const std::filesystem::path& file, const std::vector<scenario_piece>& pieces);

} // namespace hamok::script
