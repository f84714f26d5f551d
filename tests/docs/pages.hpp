#pragma once

// The pages of the manual, as the tests read them.

#include <filesystem>
#include <string>
#include <vector>

namespace hamok::docs {

/// What stands between two fences.
struct code_block {
  std::string page;     ///< relative to the root
  int line = 0;         ///< of the fence in front of it
  std::string language; ///< cpp, sh, ...
  std::string source;   ///< the file that it says it is taken from; empty: none
  std::vector<std::string> lines;
};

/// README.md and all of docs/, relative to the root, sorted.
[[nodiscard]] std::vector<std::string> pages(const std::filesystem::path& root);

/// The lines of a file without what they are indented by, which differs inside of functions.
[[nodiscard]] std::vector<std::string> trimmed_lines(const std::filesystem::path& file);

/// All lines of a file.
[[nodiscard]] std::vector<std::string> lines_of(const std::filesystem::path& file);

[[nodiscard]] std::vector<code_block> blocks_of(const std::filesystem::path& root,
                                                const std::string& page);

/// Where the links of a page lead, but for those to the web and within the page.
[[nodiscard]] std::vector<std::string> links_of(const std::filesystem::path& root,
                                                const std::string& page);

/// Code that is indented and not fenced: nobody can tell in what language it is.
[[nodiscard]] std::vector<int> indented_code(const std::filesystem::path& root,
                                             const std::string& page);

} // namespace hamok::docs
