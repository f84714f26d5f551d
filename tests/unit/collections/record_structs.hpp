#pragma once

// A struct with a field of every sort, for tests of records.

#include "hamok/collections/record.hpp"

#include <caf/default_enum_inspect.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace hamok::state_test {

enum class color : std::uint8_t { red, green };

inline std::string to_string(color value) {
  return value == color::red ? "red" : "green";
}
template <class Text>
bool from_string(Text text, color& out) {
  const std::string name{text.data(), text.size()};
  out = name == "red" ? color::red : color::green;
  return name == "red" || name == "green";
}
inline bool from_integer(std::uint8_t bits, color& out) {
  out = static_cast<color>(bits);
  return bits < 2;
}
template <class Inspector>
bool inspect(Inspector& f, color& x) {
  return caf::default_enum_inspect(f, x);
}

struct limits {
  int most = 10;
  std::string unit = "s";

  friend bool operator==(const limits&, const limits&) = default;
};

template <class Inspector>
bool inspect(Inspector& f, limits& x) {
  return f.object(x).fields(f.field("most", x.most), f.field("unit", x.unit));
}

struct settings {
  limits first; ///< has the address of the whole
  std::string host = "localhost";
  int port = 80;
  bool verbose = true;
  double ratio = 0.5;
  color paint = color::red;
  std::optional<int> depth = 3;
  std::vector<std::string> names{"a"};
  int unnamed = 0; ///< not in `inspect`

  friend bool operator==(const settings&, const settings&) = default;
};

template <class Inspector>
bool inspect(Inspector& f, settings& x) {
  return f.object(x).fields(f.field("limits", x.first), f.field("host", x.host),
                            f.field("port", x.port), f.field("verbose", x.verbose),
                            f.field("ratio", x.ratio), f.field("paint", x.paint),
                            f.field("depth", x.depth), f.field("names", x.names));
}

/// All that differs from a fresh one is falsy.
inline settings falsy() {
  settings result;
  result.first = {0, ""};
  result.host.clear();
  result.port = 0;
  result.verbose = false;
  result.ratio = 0;
  result.depth.reset();
  result.names.clear();
  return result;
}

} // namespace hamok::state_test
