#include "hamok/tests/sim/trace.hpp"

#include <array>
#include <cinttypes>
#include <cstdio>

namespace hamok::sim {

std::string to_text(raft::duration value) {
  std::array<char, 48> buffer{};
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(value).count();
  const auto size = std::snprintf(buffer.data(), buffer.size(), "%" PRId64 ".%06" PRId64 "s",
                                  static_cast<std::int64_t>(micros / 1000000),
                                  static_cast<std::int64_t>(micros % 1000000));
  return {buffer.data(), static_cast<std::size_t>(size)};
}

void trace::keep(raft::timestamp now, const std::string& text) {
  auto line = to_text(now) + "  " + text;
  if (mode_ == trace_mode::print_all)
    std::printf("%s\n", line.c_str());
  lines_.push_back(std::move(line));
  if (lines_.size() > max_lines)
    lines_.pop_front();
}

} // namespace hamok::sim
