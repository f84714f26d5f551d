// Walks the manual: every line of tests/manual/list.txt has a case in tests/manual/, or a reason in
// tests/manual_pending.txt; and its case runs on three processes as well, or there is a reason in
// tests/manual/one_process.txt.

#include "hamok/actors/plugin.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/manual/covers.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace hamok::test {

namespace {

/// Even errors need the types, so they are there before the first case.
const bool types_are_known = (init(), true);

std::vector<std::string> lines_of(const std::string& name) {
  std::ifstream file{std::string{HAMOK_TESTS_DIR} + "/" + name};
  REQUIRE(file);
  std::vector<std::string> result;
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line.front() != '#')
      result.push_back(line);
  return result;
}

/// The lines that the file names, and why.
std::map<std::string, std::string> reasons_in(const std::string& file) {
  std::map<std::string, std::string> result;
  for (const auto& line : lines_of(file)) {
    const auto end = line.find(": ");
    INFO(line);
    REQUIRE(end != std::string::npos);
    REQUIRE(line.size() > end + 2);
    CHECK(result.emplace(line.substr(0, end), line.substr(end + 2)).second);
  }
  return result;
}

} // namespace

TEST_CASE("every line of the manual has a case or a reason why not yet") {
  const auto waiting = reasons_in("manual_pending.txt");
  std::set<std::string> listed;
  for (const auto& line : lines_of("manual/list.txt")) {
    INFO(line);
    CHECK(listed.insert(line).second);
    const auto has_case = covered_lines().contains(line);
    const auto has_reason = waiting.contains(line);
    CHECK((has_case || has_reason));
    CHECK(!(has_case && has_reason));
  }
  for (const auto& line : covered_lines()) {
    INFO("a case names '" << line << "', which is not in the list");
    CHECK(listed.contains(line));
  }
  for (const auto& [line, reason] : waiting) {
    INFO("'" << line << "' waits, and is not in the list");
    CHECK(listed.contains(line));
  }
}

TEST_CASE("every case of the manual runs on three processes, or there is a reason why not") {
  const auto waiting = reasons_in("manual_pending.txt");
  const auto alone = reasons_in("manual/one_process.txt");
  const auto listed = lines_of("manual/list.txt");
  for (const auto& line : listed) {
    INFO(line);
    const auto everywhere = lines_covered_everywhere().contains(line);
    CHECK((everywhere || alone.contains(line) || waiting.contains(line)));
    CHECK(!(everywhere && alone.contains(line)));
  }
  for (const auto& [line, reason] : alone) {
    INFO("'" << line << "' runs in one process, and is not in the list");
    CHECK(std::ranges::find(listed, line) != listed.end());
  }
}

} // namespace hamok::test
