#pragma once

// Values of JSON that are hostile until checked: what is wrong is told with its place.

#include "hamok/raft/bytes.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace hamok::detail {

/// How bytes are written: for people, or as CBOR has them.
enum class bytes_as : std::uint8_t { text_or_base64, binary };

[[nodiscard]] nlohmann::json json_of(std::string_view bytes, bytes_as form);

/// Takes values out of a tree. After the first that is wrong, every further call gives an empty
/// value, and the first problem stays.
class place_reader {
public:
  [[nodiscard]] bool ok() const noexcept { return problem_.empty(); }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  /// What is at `place` (empty: all of it) is wrong.
  void fail(const std::string& place, const std::string& text);

  /// An object that has no other fields than these.
  bool object(const nlohmann::json& value, const std::string& place,
              std::initializer_list<std::string_view> fields);
  bool array(const nlohmann::json& value, const std::string& place);
  /// The field of an object; null with a problem when it is missing.
  const nlohmann::json* field(const nlohmann::json& object, const std::string& place,
                              std::string_view name);
  std::string bytes(const nlohmann::json& value, const std::string& place);
  std::uint64_t number(const nlohmann::json& value, const std::string& place);
  bool flag(const nlohmann::json& value, const std::string& place);

private:
  std::string problem_;
};

/// `place` and the name of a field in it.
[[nodiscard]] std::string place_in(const std::string& place, std::string_view field);
/// `place` and the number of an item in it.
[[nodiscard]] std::string place_in(const std::string& place, std::size_t index);

} // namespace hamok::detail
