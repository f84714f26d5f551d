#include "hamok/cli/arguments.hpp"

#include <charconv>
#include <sstream>

namespace hamok::cli {

arguments::arguments(const std::vector<std::string>& words, const known_options& known) {
  bool options_end = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (options_end || !word.starts_with("-") || word == "-") {
      words_.push_back(word);
      continue;
    }
    if (word == "--") {
      options_end = true;
      continue;
    }
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals).substr(word.starts_with("--") ? 2 : 1);
    if (known.flags.count(name) > 0) {
      if (equals != std::string::npos)
        throw usage_error("--" + name + " takes no value");
      options_.emplace(name, "");
    } else if (known.with_value.count(name) > 0) {
      if (equals == std::string::npos && i + 1 == words.size())
        throw usage_error("--" + name + " needs a value");
      options_.emplace(name, equals == std::string::npos ? words[++i] : word.substr(equals + 1));
    } else {
      throw usage_error("unknown option " + word.substr(0, equals));
    }
  }
}

std::vector<std::string> arguments::all(const std::string& name) const {
  std::vector<std::string> result;
  const auto [first, end] = options_.equal_range(name);
  for (auto i = first; i != end; ++i)
    result.push_back(i->second);
  return result;
}

std::optional<std::string> arguments::last(const std::string& name) const {
  const auto values = all(name);
  if (values.empty())
    return std::nullopt;
  return values.back();
}

long arguments::number(const std::string& name, long otherwise, long lowest, long highest) const {
  const auto text = last(name);
  if (!text)
    return otherwise;
  long value = 0;
  const auto* end = text->data() + text->size();
  const auto [stop, code] = std::from_chars(text->data(), end, value);
  if (code != std::errc{} || stop != end || value < lowest || value > highest)
    throw usage_error("--" + name + " takes a number from " + std::to_string(lowest) + " to "
                      + std::to_string(highest) + ", not '" + *text + "'");
  return value;
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream in{text};
  for (std::string part; std::getline(in, part, ',');)
    if (!part.empty())
      result.push_back(part);
  return result;
}

} // namespace hamok::cli
