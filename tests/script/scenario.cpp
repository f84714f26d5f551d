#include "hamok/tests/script/scenario.hpp"

#include <fstream>
#include <stdexcept>
#include <utility>

namespace hamok::script {

namespace {

bool is_comment(const std::string& line) {
  return line.empty() || line.front() == '#';
}

[[noreturn]] void complain(const std::filesystem::path& file, std::size_t line, const char* what) {
  throw std::runtime_error(file.filename().string() + ":" + std::to_string(line) + ": " + what);
}

} // namespace

std::vector<scenario_piece> read_scenario(const std::filesystem::path& file) {
  std::ifstream in{file};
  if (!in)
    throw std::runtime_error("cannot read " + file.string());
  std::vector<scenario_piece> result(1);
  enum class part { comments, commands, output } where = part::comments;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    auto& piece = result.back();
    if (where == part::comments && is_comment(line)) {
      piece.comments.push_back(line);
    } else if (where == part::output) {
      if (line.empty()) {
        result.emplace_back();
        where = part::comments;
      } else {
        piece.block.expected += line + '\n';
      }
    } else if (line == "----") {
      if (where == part::comments)
        complain(file, number, "no command before ----");
      where = part::output;
    } else if (is_comment(line)) {
      complain(file, number, "commands without ---- behind them");
    } else {
      if (where == part::comments)
        piece.block.line = number;
      where = part::commands;
      piece.block.commands.push_back(line);
    }
  }
  if (where == part::commands)
    complain(file, number, "commands without ---- behind them");
  if (result.back().comments.empty() && result.back().block.commands.empty())
    result.pop_back();
  return result;
}

void write_scenario(const std::filesystem::path& file, const std::vector<scenario_piece>& pieces) {
  std::ofstream out{file, std::ios::trunc};
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    for (const auto& line : pieces[i].comments)
      out << line << '\n';
    if (pieces[i].block.commands.empty())
      continue;
    for (const auto& line : pieces[i].block.commands)
      out << line << '\n';
    out << "----\n" << pieces[i].block.expected;
    if (i + 1 < pieces.size())
      out << '\n';
  }
  if (!out.flush())
    throw std::runtime_error("cannot write " + file.string());
}

} // namespace hamok::script
