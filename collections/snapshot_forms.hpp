#pragma once

// How the content of each kind looks in a snapshot's JSON. A kind that is not named here is one
// field `content` with the bytes; this is the one place to give a kind a form of its own.

#include "hamok/collections/snapshot_places.hpp"
#include "hamok/raft/bytes.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace hamok::detail {

/// The form of a kind: one field of the collection, and what is in it.
struct content_form {
  const char* field;
  /// The content as a value of that field; false: these bytes are none that the kind writes.
  bool (*write)(const blob& content, bytes_as form, nlohmann::json& out);
  /// The bytes of the value at `place`; empty with a problem in `in`.
  blob (*read)(const nlohmann::json& value, const std::string& place, place_reader& in);
};

/// The form of the kind, or null: it has none of its own.
[[nodiscard]] const content_form* form_of(const std::string& kind);

} // namespace hamok::detail
