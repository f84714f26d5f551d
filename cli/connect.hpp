#pragma once

// What all commands that talk to a member have in common.

#include "hamok/cli/arguments.hpp"
#include "hamok/cli/failure.hpp"
#include "hamok/io/client.hpp"

#include <caf/expected.hpp>

#include <utility>

namespace hamok::cli {

/// `own`, and the options of every client command.
[[nodiscard]] known_options with_client_options(known_options own);

/// The end of the help text of every client command.
[[nodiscard]] const char* client_options_help();

/// A client as the options say. With `named_member` it stays with the endpoints that are given, in
/// their order, because the answer is about that member; otherwise it looks for the leader.
[[nodiscard]] client make_client(const arguments& given, bool named_member);

/// The value, or the end of the command.
template <class T>
T value_of(caf::expected<T> result, bool json, effect so_far = effect::none) {
  if (!result)
    fail(result.error(), json, so_far);
  return std::move(*result);
}

} // namespace hamok::cli
