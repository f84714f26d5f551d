#pragma once

// The entries that a JSON file stands for: for `hamok map load`.

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok::cli {

/// Which part of the file, and what its keys are; for what is not given the obvious is taken.
struct load_choice {
  std::optional<std::string> member; ///< of an object: the array or object to take
  std::optional<std::string> key;    ///< field of each object in an array
  bool raw = false; ///< members of an object that are text are taken as they are, not as JSON text
};

/// The entries and where their keys come from, in words.
struct loaded_file {
  std::vector<std::pair<std::string, std::string>> entries; ///< keys and their values
  std::string key;
};

/// Reads the file:
///  - an object gives its members as entries;
///  - an array of objects gives one entry for each, under a field that is in all of them, a text,
///    and never the same;
///  - an object whose only member is such an array stands for that member.
/// Throws `std::runtime_error` with a text that names the file and the place.
[[nodiscard]] loaded_file load_file(const std::string& path, const load_choice& choice);

/// The entries from `first` on that are set at once: no more than `most`, and no more than a
/// mebibyte unless it is a single one, so that a command never outgrows what members take.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
next_batch(const std::vector<std::pair<std::string, std::string>>& entries, std::size_t first,
           std::size_t most);

} // namespace hamok::cli
