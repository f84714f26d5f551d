#pragma once

// What has happened, as a hash that is always kept, and as lines of text where somebody wants to
// read them. A failing seed is run once more with text.

#include "hamok/raft/types.hpp"
#include "hamok/tests/sim/hashing.hpp"

#include <cstddef>
#include <deque>
#include <initializer_list>
#include <string>
#include <utility>

namespace hamok::sim {

enum class trace_mode {
  hash_only,
  keep_last, ///< remember the last lines
  print_all, ///< and print each at once
};

class trace {
public:
  explicit trace(trace_mode mode) noexcept : mode_(mode) {}

  /// Takes note of `facts`; `describe() -> std::string` is called only when somebody reads it.
  template <class Describe>
  void note(raft::timestamp now, std::initializer_list<std::uint64_t> facts, Describe&& describe) {
    hash_ = mix(hash_, static_cast<std::uint64_t>(now.count()));
    for (const auto fact : facts)
      hash_ = mix(hash_, fact);
    if (mode_ != trace_mode::hash_only)
      keep(now, std::forward<Describe>(describe)());
  }

  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
  [[nodiscard]] const std::deque<std::string>& last_lines() const noexcept { return lines_; }

private:
  static constexpr std::size_t max_lines = 60;

  void keep(raft::timestamp now, const std::string& text);

  trace_mode mode_;
  std::uint64_t hash_ = 0;
  std::deque<std::string> lines_;
};

/// "12.345678s"
[[nodiscard]] std::string to_text(raft::duration value);

} // namespace hamok::sim
