#pragma once

// From the answers of the byte collections to the types of the user, and from these to bytes: what
// facades of all kinds share.

#include "hamok/collections/codec.hpp"
#include "hamok/collections/map_command_state.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace hamok::detail {

/// `codec::decode` that neither throws nor half succeeds.
template <class Codec, class T>
bool decode_into(const blob& bytes, T& out) {
  auto value = decode_value<Codec, T>(bytes);
  if (!value)
    return false;
  out = std::move(*value);
  return true;
}

/// Answers to writes: the operation may have happened when the way to the collection fails.
struct write_answer {
  static constexpr errc on_failure = errc::outcome_unknown;
};

/// Answers to reads.
struct read_answer {
  static constexpr errc on_failure = errc::connection_lost;
};

template <class Way, class T>
struct plain_decoder : Way {
  using value_type = T;
  static bool decode(const blob& answer, T& out) { return map_answer::decode(answer, out); }
};

template <class Way, class V, class Codec>
struct value_decoder : Way {
  using value_type = std::optional<V>;
  static bool decode(const blob& answer, value_type& out) {
    std::optional<blob> bytes;
    if (!map_answer::decode(answer, bytes))
      return false;
    out.reset();
    return !bytes || decode_into<Codec>(*bytes, out.emplace());
  }
};

template <class Way, class T, class Codec>
struct list_decoder : Way {
  using value_type = std::vector<T>;
  static bool decode(const blob& answer, value_type& out) {
    std::vector<blob> items;
    if (!map_answer::decode(answer, items))
      return false;
    out.clear();
    for (const auto& item : items) {
      T value{};
      if (!decode_into<Codec>(item, value))
        return false;
      out.push_back(std::move(value));
    }
    return true;
  }
};

template <class Codec, class T>
caf::expected<std::vector<blob>> encode_all(const std::vector<T>& values) {
  std::vector<blob> result;
  result.reserve(values.size());
  for (const auto& value : values) {
    auto bytes = encode_value<Codec, T>(value);
    if (!bytes)
      return std::move(bytes.error());
    result.push_back(std::move(*bytes));
  }
  return result;
}

/// `make(encoded items)`, where there are such.
template <class Encoded, class Make>
caf::expected<blob> with_all(Encoded encoded, Make make) {
  if (!encoded)
    return std::move(encoded.error());
  return make(*encoded);
}

} // namespace hamok::detail
