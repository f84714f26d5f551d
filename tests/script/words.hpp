#pragma once

// The words of a command line: positional ones and key=value ones.

#include "hamok/raft/types.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hamok::script {

class words {
public:
  explicit words(const std::string& line);

  /// Number of positional words, the command itself included.
  [[nodiscard]] std::size_t size() const noexcept { return positional_.size(); }
  /// The positional word at `index`; throws when there is none.
  [[nodiscard]] const std::string& at(std::size_t index) const;
  /// The positional words from `index` on.
  [[nodiscard]] std::vector<std::string> from(std::size_t index) const;
  /// The line without its first word.
  [[nodiscard]] std::string rest() const;

  [[nodiscard]] bool has(const std::string& key) const { return named_.contains(key); }
  [[nodiscard]] std::string text(const std::string& key, const std::string& otherwise = {}) const;
  [[nodiscard]] std::uint64_t number(const std::string& key, std::uint64_t otherwise) const;
  [[nodiscard]] raft::duration time(const std::string& key, raft::duration otherwise) const;
  [[nodiscard]] std::vector<std::string> list(const std::string& key) const;
  [[nodiscard]] std::vector<std::uint64_t> numbers(const std::string& key) const;

  /// Throws when there is a key that no one asked for: a typing error in the script.
  void check_all_used() const;

private:
  std::string line_;
  std::vector<std::string> positional_;
  std::map<std::string, std::string> named_;
  mutable std::map<std::string, bool> used_;
};

[[nodiscard]] std::uint64_t to_number(const std::string& text);
/// "500ms", "3s", "20us".
[[nodiscard]] raft::duration to_duration(const std::string& text);
[[nodiscard]] std::vector<std::string> split(const std::string& text, char separator);

} // namespace hamok::script
