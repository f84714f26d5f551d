#include "hamok/tests/docs/pages.hpp"

#include <algorithm>
#include <fstream>

namespace hamok::docs {

namespace fs = std::filesystem;

namespace {

std::string trimmed(const std::string& line) {
  const auto begin = line.find_first_not_of(' ');
  return begin == std::string::npos ? std::string{} : line.substr(begin);
}

/// What stands between `before` and ` -->`, if `line` is a comment of that kind.
std::string remark(const std::string& line, const std::string& before) {
  const std::string after = " -->";
  if (!line.starts_with(before) || !line.ends_with(after))
    return {};
  return line.substr(before.size(), line.size() - before.size() - after.size());
}

bool is_list_item(const std::string& line) {
  const auto text = trimmed(line);
  return text.starts_with("- ") || text.starts_with("* ")
         || (!text.empty() && text.front() >= '0' && text.front() <= '9');
}

} // namespace

std::vector<std::string> pages(const fs::path& root) {
  std::vector<std::string> result{"README.md"};
  for (const auto& entry : fs::directory_iterator{root / "docs"})
    if (entry.path().extension() == ".md")
      result.push_back(fs::relative(entry.path(), root).generic_string());
  std::ranges::sort(result);
  return result;
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream in{file};
  std::vector<std::string> result;
  for (std::string line; std::getline(in, line);)
    result.push_back(line);
  return result;
}

std::vector<std::string> trimmed_lines(const fs::path& file) {
  auto result = lines_of(file);
  std::ranges::transform(result, result.begin(), trimmed);
  return result;
}

std::vector<code_block> blocks_of(const fs::path& root, const std::string& page) {
  std::vector<code_block> result;
  std::string source;
  bool inside = false;
  int number = 0;
  for (const auto& line : trimmed_lines(root / page)) {
    ++number;
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside)
        result.push_back({page, number, line.substr(3), source, {}});
    } else if (inside) {
      result.back().lines.push_back(line);
    } else if (!remark(line, "<!-- compiled with: ").empty()) {
      source.clear();
    } else if (const auto file = remark(line, "<!-- taken from: "); !file.empty()) {
      source = file;
    }
  }
  return result;
}

std::vector<std::string> links_of(const fs::path& root, const std::string& page) {
  std::vector<std::string> result;
  bool fenced = false;
  for (const auto& line : lines_of(root / page)) {
    fenced = fenced != trimmed(line).starts_with("```");
    for (auto at = fenced ? std::string::npos : line.find("]("); at != std::string::npos;
         at = line.find("](", at + 1)) {
      const auto end = line.find(')', at);
      auto target = line.substr(at + 2, end == std::string::npos ? end : end - at - 2);
      target = target.substr(0, target.find('#'));
      if (!target.empty() && target.find("://") == std::string::npos)
        result.push_back(target);
    }
  }
  return result;
}

std::vector<int> indented_code(const fs::path& root, const std::string& page) {
  std::vector<int> result;
  bool fenced = false;
  bool after_blank = true;
  bool in_list = false;
  int number = 0;
  for (const auto& line : lines_of(root / page)) {
    ++number;
    if (trimmed(line).starts_with("```"))
      fenced = !fenced;
    if (fenced)
      continue;
    const auto text = trimmed(line);
    if (is_list_item(line))
      in_list = true;
    else if (!text.empty() && line.front() != ' ')
      in_list = false;
    if (!text.empty() && after_blank && !in_list && line.starts_with("    "))
      result.push_back(number);
    after_blank = text.empty();
  }
  return result;
}

} // namespace hamok::docs
