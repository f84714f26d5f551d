#pragma once

// How keys, values, commands and results of users become bytes: one trait, open for specialization.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/error.hpp"
#include "hamok/actors/interfaces/inspect.hpp"
#include "hamok/raft/bytes.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>
#include <caf/expected.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace hamok {

/// Turns a `T` into bytes and back. The bytes of equal values must be equal, because conditional
/// operations compare bytes. By default it is CAF's `inspect`; an application specializes it, or
/// passes a codec of its own (with these two functions) to a facade.
///
/// Both functions answer false when it cannot be done; exceptions count as false.
template <class T>
struct codec {
  /// Appends the bytes of `value` to `out`.
  static bool encode(const T& value, std::vector<std::byte>& out) {
    caf::byte_buffer buffer;
    auto sink = compat::binary_sink(buffer);
    if (!sink.apply(value))
      return false;
    const auto bytes = compat::std_bytes(buffer);
    out.insert(out.end(), bytes.begin(), bytes.end());
    return true;
  }

  /// Reads exactly all of `bytes`, which are hostile.
  static bool decode(std::span<const std::byte> bytes, T& out) {
    auto source = compat::binary_source(bytes.data(), bytes.size());
    return source.apply(out) && source.remaining() == 0;
  }
};

/// Text is its own characters, so that other programs read it.
template <>
struct codec<std::string> {
  static bool encode(const std::string& value, std::vector<std::byte>& out) {
    const auto bytes = std::as_bytes(std::span{value.data(), value.size()});
    out.insert(out.end(), bytes.begin(), bytes.end());
    return true;
  }
  static bool decode(std::span<const std::byte> bytes, std::string& out) {
    out.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return true;
  }
};

/// Bytes are themselves.
template <>
struct codec<blob> {
  static bool encode(const blob& value, std::vector<std::byte>& out) {
    out.insert(out.end(), value.bytes().begin(), value.bytes().end());
    return true;
  }
  static bool decode(std::span<const std::byte> bytes, blob& out) {
    out = blob{bytes};
    return true;
  }
};

/// Integers are as many bytes as they need, seven bits in each, small ones (of either sign) in
/// one; an integer of another width reads them if it has room for the value.
template <std::integral T>
struct codec<T> {
  static bool encode(T value, std::vector<std::byte>& out) {
    auto bits = to_bits(value);
    for (; bits >= 0x80; bits >>= 7)
      out.push_back(static_cast<std::byte>((bits & 0x7FU) | 0x80U));
    out.push_back(static_cast<std::byte>(bits));
    return true;
  }

  static bool decode(std::span<const std::byte> bytes, T& out) {
    if (bytes.empty() || bytes.size() > 10)
      return false;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const auto byte = static_cast<std::uint8_t>(bytes[i]);
      const auto last = i + 1 == bytes.size();
      // One value has one form: no zero at the end, nothing beyond 64 bits.
      if (((byte & 0x80U) == 0) != last || (i == 9 && byte > 1) || (last && i > 0 && byte == 0))
        return false;
      bits |= static_cast<std::uint64_t>(byte & 0x7FU) << (7 * i);
    }
    return from_bits(bits, out);
  }

private:
  static std::uint64_t to_bits(T value) {
    if constexpr (std::is_signed_v<T>) {
      const auto wide = static_cast<std::int64_t>(value);
      return (static_cast<std::uint64_t>(wide) << 1) ^ static_cast<std::uint64_t>(wide >> 63);
    } else {
      return static_cast<std::uint64_t>(value);
    }
  }

  static bool from_bits(std::uint64_t bits, T& out) {
    if constexpr (std::is_signed_v<T>) {
      const auto wide = static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
      out = static_cast<T>(wide);
      return static_cast<std::int64_t>(out) == wide;
    } else {
      out = static_cast<T>(bits);
      return static_cast<std::uint64_t>(out) == bits;
    }
  }
};

/// The bytes of `value`, or `bad_value`.
template <class Codec, class T>
caf::expected<blob> encode_value(const T& value) {
  try {
    std::vector<std::byte> bytes;
    if (Codec::encode(value, bytes))
      return blob::from_vector(std::move(bytes));
  } catch (...) {}
  return make_error(errc::bad_value, "it cannot be encoded");
}

/// The value of `bytes`, or `bad_value`.
template <class Codec, class T>
caf::expected<T> decode_value(const blob& bytes) {
  try {
    T result{};
    if (Codec::decode(bytes.bytes(), result))
      return result;
  } catch (...) {}
  return make_error(errc::bad_value, "it cannot be decoded");
}

} // namespace hamok
