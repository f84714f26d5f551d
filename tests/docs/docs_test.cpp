// What the manual shows is what the compiler and the tests have seen.

#include "hamok/actors/plugin.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/docs/compiled_block.hpp"
#include "hamok/tests/docs/pages.hpp"

#include <caf/actor_system_config.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace hamok::docs {

namespace fs = std::filesystem;

namespace {

const fs::path root{HAMOK_SOURCE_DIR};

std::string place(const code_block& block) {
  return block.page + ":" + std::to_string(block.line);
}

/// All blocks of this language in the manual.
std::vector<code_block> blocks_in(const std::string& language) {
  std::vector<code_block> result;
  for (const auto& page : pages(root))
    for (auto& block : blocks_of(root, page))
      if (block.language == language)
        result.push_back(std::move(block));
  return result;
}

bool is_in(const std::vector<std::string>& block, const std::vector<std::string>& file) {
  return !std::ranges::search(file, block).empty();
}

/// The row of a table that begins with this cell.
std::string row_of(const std::vector<std::string>& page, const std::string& cell) {
  const auto found = std::ranges::find_if(
      page, [start = "| " + cell + " |"](const auto& line) { return line.starts_with(start); });
  return found == page.end() ? std::string{} : *found;
}

} // namespace

TEST_CASE("every piece of C++ in the manual is compiled, or is one of an example") {
  const auto compiled = compiled_blocks();
  const auto all = blocks_in("cpp");
  CHECK(all.size() > 50);
  for (const auto& block : all) {
    INFO(place(block)
         << ": put `<!-- compiled with: ... -->` or `<!-- taken from: ... -->` in front "
            "of it, see tests/docs/extract.awk");
    const auto is_compiled =
        std::ranges::count(compiled, compiled_block{block.page, block.line}) == 1;
    CHECK(is_compiled == block.source.empty());
    if (!block.source.empty())
      CHECK(is_in(block.lines, trimmed_lines(root / block.source)));
  }
}

TEST_CASE("every block of code in the manual is fenced, and says in which language it is") {
  const std::set<std::string> languages{"cpp", "sh", "conf", "json", "text", "ts", "cmake"};
  for (const auto& page : pages(root)) {
    for (const auto& block : blocks_of(root, page)) {
      INFO(place(block) << ": " << block.language);
      CHECK(languages.count(block.language) == 1);
    }
    for (const auto line : indented_code(root, page)) {
      INFO(page << ":" << line << ": put it between ``` and ```");
      CHECK(false);
    }
  }
}

TEST_CASE("every configuration in the manual is one that a node takes") {
  init();
  const auto all = blocks_in("conf");
  CHECK(all.size() > 1);
  for (const auto& block : all) {
    std::string text;
    for (const auto& line : block.lines)
      text += line + '\n';
    caf::actor_system_config config;
    add_options(config);
    std::istringstream in{text};
    INFO(place(block));
    const auto problem = config.parse(0, nullptr, in);
    INFO(to_string(problem));
    CHECK(!problem);
    for (const auto& wrong : read_config(config).validate()) {
      INFO(wrong.option << ": " << wrong.text);
      CHECK(false);
    }
  }
}

TEST_CASE("every code of an error is on the page about errors, as the library explains it") {
  init();
  const auto page = trimmed_lines(root / "docs" / "errors.md");
  for (std::uint8_t number = 1; number <= static_cast<std::uint8_t>(last_errc); ++number) {
    const auto code = static_cast<errc>(number);
    const auto row = row_of(page, "`" + to_string(code) + "`");
    INFO(to_string(code) << ": " << row);
    CHECK(row.find("| " + explain(code) + " |") != std::string::npos);
    const auto verdict = row.find("| no |") != std::string::npos;
    CHECK(verdict == cannot_have_happened(make_error(code)));
  }
}

TEST_CASE("every page of the manual is in its list, and every link leads to a file") {
  const auto listed = links_of(root, "docs/README.md");
  for (const auto& page : pages(root)) {
    INFO(page);
    if (page.starts_with("docs/") && page != "docs/README.md")
      CHECK(std::ranges::count(listed, page.substr(5)) > 0);
    for (const auto& link : links_of(root, page)) {
      INFO(link);
      CHECK(fs::exists((root / page).parent_path() / link));
    }
  }
}

TEST_CASE("the example in the README is examples/quickstart.cpp, all of it") {
  const auto example = trimmed_lines(root / "examples" / "quickstart.cpp");
  const auto blocks = blocks_of(root, "README.md");
  CHECK(std::ranges::any_of(blocks, [&](const auto& block) { return block.lines == example; }));
}

} // namespace hamok::docs
