#pragma once

// A replicated queue of strings as a program that is no member uses it: `hamok::client` carries
// what the queue's commands and questions say. Header-only because the process tests use it too.

#include "hamok/collections/queue_command_state.hpp"
#include "hamok/io/client.hpp"

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hamok::cli {

/// A queue over a `client`, which it does not own. Name and items are what a member sees as
/// `hamok::queue<std::string>`. Errors are those of the client, and `bad_value` for an answer that
/// is none.
class queue_client {
public:
  using value = std::optional<std::string>;

  queue_client(client& via, std::string name) : via_(via), name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// Creates the queue where it is not there yet.
  caf::expected<collection_status> open() {
    return via_.open({.name = name_, .kind = "queue", .options = {}, .initial = {}});
  }

  // -- changes ------------------------------------------------------------------------------------

  /// All of them, one behind the other; how many items there are then.
  caf::expected<std::uint64_t> push(const std::vector<std::string>& items) {
    std::vector<blob> all;
    all.reserve(items.size());
    for (const auto& item : items)
      all.push_back(blob::from_string(item));
    return decoded<std::uint64_t>(via_.execute(name_, queue_command::push_all(all)));
  }

  /// The first item; none: there is none.
  caf::expected<value> pop() { return decoded<value>(via_.execute(name_, queue_command::pop())); }

  /// How many items there were.
  caf::expected<std::uint64_t> clear() {
    return decoded<std::uint64_t>(via_.execute(name_, queue_command::clear()));
  }

  // -- questions to the member that the client talks to -------------------------------------------

  caf::expected<value> peek() { return decoded<value>(via_.read(name_, queue_query::peek())); }

  caf::expected<std::uint64_t> size() {
    return decoded<std::uint64_t>(via_.read(name_, queue_query::size()));
  }

private:
  static bool decode(const blob& answer, value& out) {
    std::optional<blob> found;
    if (!map_answer::decode(answer, found))
      return false;
    if (found)
      out = std::string{found->text()};
    return true;
  }

  static bool decode(const blob& answer, std::uint64_t& out) {
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

  client& via_;
  std::string name_;
};

} // namespace hamok::cli
