// What the manual shows is what the tests run.

#include "hamok/tests/catch.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

using lines = std::vector<std::string>;

/// The lines of a file without what they are indented by, which differs inside of functions.
lines lines_of(std::istream& in) {
  lines result;
  for (std::string line; std::getline(in, line);)
    result.push_back(line.substr(std::min(line.find_first_not_of(' '), line.size())));
  return result;
}

std::vector<lines> examples() {
  std::vector<lines> result;
  for (const auto& entry : fs::directory_iterator{fs::path{HAMOK_SOURCE_DIR} / "examples"})
    if (entry.path().extension() == ".cpp") {
      std::ifstream in{entry.path()};
      result.push_back(lines_of(in));
    }
  return result;
}

/// The C++ of one page, block by block.
std::vector<lines> blocks_of(const fs::path& page) {
  std::ifstream in{page};
  std::vector<lines> result;
  bool inside = false;
  for (const auto& line : lines_of(in)) {
    if (line.starts_with("```")) {
      inside = line == "```cpp";
      if (inside)
        result.emplace_back();
    } else if (inside) {
      result.back().push_back(line);
    }
  }
  return result;
}

bool is_in(const lines& block, const lines& file) {
  return std::search(file.begin(), file.end(), block.begin(), block.end()) != file.end();
}

} // namespace

TEST_CASE("every piece of C++ in the page about records is one of an example") {
  const auto files = examples();
  const auto blocks = blocks_of(fs::path{HAMOK_SOURCE_DIR} / "docs" / "record.md");
  CHECK(blocks.size() > 4);
  for (const auto& block : blocks) {
    INFO(block.front());
    CHECK(std::any_of(files.begin(), files.end(),
                      [&](const lines& file) { return is_in(block, file); }));
  }
}
