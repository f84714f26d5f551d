#pragma once

// Snapshots that tests play: their bytes, their chunks, and what a sender of them says.

#include "hamok/raft/checksum.hpp"
#include "hamok/tests/unit/raft/harness.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace hamok::raft::test {

/// The content of all state machines at one index.
struct sample {
  snapshot_meta meta;
  std::string text;

  [[nodiscard]] snapshot_id id() const {
    return {meta.index, meta.term, text.size(), checksum_of(blob::from_string(text).bytes())};
  }

  /// The chunk of `size` bytes from `offset` on, as a leader of `term` sends it.
  [[nodiscard]] install_request chunk(term_t term, std::uint64_t offset, std::size_t size,
                                      std::uint64_t round = 0) const {
    install_request result;
    result.term = term;
    result.round = round;
    result.snapshot = id();
    result.offset = offset;
    if (offset == 0)
      result.meta = meta;
    result.data = blob::from_string(std::string_view{text}.substr(offset, size));
    result.checksum = checksum_of(result.data.bytes());
    return result;
  }

  [[nodiscard]] install_request whole(term_t term) const { return chunk(term, 0, text.size()); }
};

/// A snapshot of n1 to n3 up to `index`.
inline sample sample_of(index_t index, term_t term, std::string text = "0123456789") {
  return {{index, term, 3s, {ids(1, 3), {}, {}}}, std::move(text)};
}

inline std::uint64_t received(const output& out) {
  return the_sent<install_response>(2, out).received;
}

} // namespace hamok::raft::test
