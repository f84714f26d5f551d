#pragma once

// The words behind a command's name: options, flags and what is neither.

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace hamok::cli {

/// The command line is wrong; the text says what and the program ends with 2.
class usage_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Which options a command knows, without their leading `--`.
struct known_options {
  std::set<std::string> with_value; ///< `--name=value` or `--name value`; may come several times
  std::set<std::string> flags;      ///< `--name`
};

/// A parsed command line.
class arguments {
public:
  /// Throws `usage_error` for options that are not known. What follows `--` is never an option.
  arguments(const std::vector<std::string>& words, const known_options& known);

  [[nodiscard]] bool has(const std::string& name) const { return options_.count(name) > 0; }

  /// All values of the option, in the order of the command line.
  [[nodiscard]] std::vector<std::string> all(const std::string& name) const;

  /// The last value of the option.
  [[nodiscard]] std::optional<std::string> last(const std::string& name) const;

  /// The last value as a number from `lowest` to `highest`, or `otherwise` where it is not given.
  [[nodiscard]] long number(const std::string& name, long otherwise, long lowest,
                            long highest) const;

  /// What is no option.
  [[nodiscard]] const std::vector<std::string>& words() const noexcept { return words_; }

private:
  std::multimap<std::string, std::string> options_;
  std::vector<std::string> words_;
};

/// The parts of `text` between commas, without empty ones.
[[nodiscard]] std::vector<std::string> split_list(const std::string& text);

} // namespace hamok::cli
