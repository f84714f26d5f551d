#include "hamok/tests/script/words.hpp"

#include <charconv>
#include <chrono>
#include <sstream>
#include <stdexcept>

namespace hamok::script {

std::uint64_t to_number(const std::string& text) {
  std::uint64_t result = 0;
  const auto* end = text.data() + text.size();
  if (const auto [at, error] = std::from_chars(text.data(), end, result);
      error != std::errc{} || at != end)
    throw std::runtime_error("not a number: " + text);
  return result;
}

raft::duration to_duration(const std::string& text) {
  const auto digits = text.find_first_not_of("0123456789");
  if (digits == std::string::npos || digits == 0)
    throw std::runtime_error("not a duration: " + text);
  const auto value = static_cast<std::int64_t>(to_number(text.substr(0, digits)));
  const auto unit = text.substr(digits);
  if (unit == "s")
    return std::chrono::seconds{value};
  if (unit == "ms")
    return std::chrono::milliseconds{value};
  if (unit == "us")
    return std::chrono::microseconds{value};
  throw std::runtime_error("not a unit of time: " + unit);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> result;
  std::istringstream in{text};
  for (std::string part; std::getline(in, part, separator);)
    if (!part.empty())
      result.push_back(part);
  return result;
}

words::words(const std::string& line) : line_(line) {
  std::istringstream in{line};
  for (std::string word; in >> word;)
    if (const auto equals = word.find('='); equals != std::string::npos)
      named_[word.substr(0, equals)] = word.substr(equals + 1);
    else
      positional_.push_back(word);
}

const std::string& words::at(std::size_t index) const {
  if (index >= positional_.size())
    throw std::runtime_error("a word is missing: " + line_);
  return positional_[index];
}

std::vector<std::string> words::from(std::size_t index) const {
  if (index >= positional_.size())
    return {};
  return {positional_.begin() + static_cast<std::ptrdiff_t>(index), positional_.end()};
}

std::string words::rest() const {
  const auto end = line_.find(' ');
  return end == std::string::npos ? std::string{} : line_.substr(end + 1);
}

std::string words::text(const std::string& key, const std::string& otherwise) const {
  used_[key] = true;
  const auto found = named_.find(key);
  return found == named_.end() ? otherwise : found->second;
}

std::uint64_t words::number(const std::string& key, std::uint64_t otherwise) const {
  const auto value = text(key);
  return value.empty() ? otherwise : to_number(value);
}

raft::duration words::time(const std::string& key, raft::duration otherwise) const {
  const auto value = text(key);
  return value.empty() ? otherwise : to_duration(value);
}

std::vector<std::string> words::list(const std::string& key) const {
  return split(text(key), ',');
}

std::vector<std::uint64_t> words::numbers(const std::string& key) const {
  std::vector<std::uint64_t> result;
  for (const auto& part : list(key))
    result.push_back(to_number(part));
  return result;
}

void words::check_all_used() const {
  for (const auto& [key, value] : named_)
    if (!used_.contains(key))
      throw std::runtime_error("nobody knows what " + key + "= means here: " + line_);
}

} // namespace hamok::script
