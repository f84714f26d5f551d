#pragma once

// A replicated map of strings as a program that is no member uses it: `hamok::client` carries what
// the map's commands and questions say. A record is the same under another kind, with JSON text for
// values. Header-only because the process tests use it too.

#include "hamok/collections/map_command_state.hpp"
#include "hamok/io/client.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hamok::cli {

/// A map over a `client`, which it does not own. The name, keys and values are what a member sees
/// as `hamok::map<std::string, std::string>`. Errors are those of the client, and `bad_value` for
/// an answer that is none.
class map_client {
public:
  using entry = std::pair<std::string, std::string>;
  using value = std::optional<std::string>;

  map_client(client& via, std::string name, std::string kind = "map")
      : via_(via),
        name_(std::move(name)),
        kind_(std::move(kind)) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// Creates the map where it is not there yet.
  caf::expected<collection_status> open() {
    return via_.open({.name = name_, .kind = kind_, .options = {}, .initial = {}});
  }

  /// How it is on the member that the client talks to.
  caf::expected<collection_status> status() { return via_.collection(name_); }

  // -- changes ------------------------------------------------------------------------------------

  /// The previous value.
  caf::expected<value> set(std::string_view key, std::string_view to) {
    return execute<value>(map_command::set(bytes(key), bytes(to)));
  }

  /// The existing value; none: inserted.
  caf::expected<value> insert(std::string_view key, std::string_view to) {
    return execute<value>(map_command::insert(bytes(key), bytes(to)));
  }

  /// Whether the value was `expected` and is `to` now.
  caf::expected<bool> update_if(std::string_view key, std::string_view to,
                                std::string_view expected) {
    return execute<bool>(map_command::update_if(bytes(key), bytes(to), bytes(expected)));
  }

  /// The removed value.
  caf::expected<value> remove(std::string_view key) {
    return execute<value>(map_command::remove(bytes(key)));
  }

  /// Whether the key was there.
  caf::expected<bool> erase(std::string_view key) {
    return execute<bool>(map_command::erase(bytes(key)));
  }

  /// How many entries there were.
  caf::expected<std::uint64_t> clear() { return execute<std::uint64_t>(map_command::clear()); }

  /// All or none of them; how many had another value before.
  caf::expected<std::size_t> set_all(const std::vector<entry>& entries) {
    std::vector<key_value> pairs;
    pairs.reserve(entries.size());
    for (const auto& [key, to] : entries)
      pairs.push_back({blob::from_string(key), blob::from_string(to)});
    auto replaced = execute<std::vector<key_value>>(map_command::set_all(pairs));
    if (!replaced)
      return replaced.error();
    return replaced->size();
  }

  // -- questions to the member that the client talks to -------------------------------------------

  caf::expected<value> get(std::string_view key) { return read<value>(map_query::get(bytes(key))); }

  /// A page: the entries behind `after`, `count` at the most and fewer where they are large; none:
  /// the end. Their order means nothing.
  caf::expected<std::vector<entry>> page(const std::optional<std::string>& after,
                                         std::uint64_t count) {
    std::optional<blob> start;
    if (after)
      start = blob::from_string(*after);
    auto pairs = read<std::vector<key_value>>(map_query::scan(start, count));
    if (!pairs)
      return pairs.error();
    std::vector<entry> result;
    result.reserve(pairs->size());
    for (const auto& pair : *pairs)
      result.emplace_back(pair.key.text(), pair.value.text());
    return result;
  }

  /// All entries, in the order of the keys. What changes meanwhile may be in it or not.
  caf::expected<std::vector<entry>> entries() {
    std::vector<entry> result;
    std::optional<std::string> last;
    for (;;) {
      auto next = page(last, map_limit::command_items);
      if (!next)
        return next.error();
      if (next->empty())
        break;
      last = next->back().first;
      std::move(next->begin(), next->end(), std::back_inserter(result));
    }
    std::sort(result.begin(), result.end());
    return result;
  }

private:
  static std::span<const std::byte> bytes(std::string_view text) noexcept {
    return std::as_bytes(std::span{text.data(), text.size()});
  }

  static bool decode(const blob& answer, value& out) {
    std::optional<blob> found;
    if (!map_answer::decode(answer, found))
      return false;
    if (found)
      out = std::string{found->text()};
    return true;
  }

  template <class T>
  static bool decode(const blob& answer, T& out) {
    return map_answer::decode(answer, out);
  }

  template <class T>
  static caf::expected<T> decoded(const caf::expected<blob>& answer) {
    if (!answer)
      return answer.error();
    T result{};
    if (!decode(*answer, result))
      return make_error(errc::bad_value, "an answer of another type");
    return result;
  }

  template <class T>
  caf::expected<T> execute(const blob& command) {
    return decoded<T>(via_.execute(name_, command));
  }

  template <class T>
  caf::expected<T> read(const blob& query) {
    return decoded<T>(via_.read(name_, query));
  }

  client& via_;
  std::string name_;
  std::string kind_;
};

} // namespace hamok::cli
