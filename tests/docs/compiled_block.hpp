#pragma once

// What extract.awk has taken out of the manual's pages.

#include <string>
#include <vector>

namespace hamok::docs {

/// A block of C++ that was compiled: the page, relative to the root, and the line of its fence.
struct compiled_block {
  std::string page;
  int line = 0;

  friend bool operator==(const compiled_block&, const compiled_block&) = default;
};

[[nodiscard]] std::vector<compiled_block> compiled_blocks();

} // namespace hamok::docs
