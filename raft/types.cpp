#include "hamok/raft/types.hpp"

namespace hamok::raft {

const char* to_string(role value) noexcept {
  switch (value) {
  case role::follower:
    return "follower";
  case role::candidate:
    return "candidate";
  case role::leader:
    return "leader";
  }
  return "unknown";
}

const char* to_string(entry_kind value) noexcept {
  switch (value) {
  case entry_kind::noop:
    return "noop";
  case entry_kind::command:
    return "command";
  case entry_kind::configuration:
    return "configuration";
  }
  return "unknown";
}

const char* to_string(standing value) noexcept {
  switch (value) {
  case standing::outsider:
    return "outsider";
  case standing::learner:
    return "learner";
  case standing::voter:
    return "voter";
  case standing::removed:
    return "removed";
  }
  return "unknown";
}

std::string to_string(const incarnation_id& value) {
  constexpr char digits[] = "0123456789abcdef";
  std::string result;
  result.reserve(32);
  for (auto half : {value.high, value.low})
    for (int shift = 60; shift >= 0; shift -= 4)
      result += digits[(half >> shift) & 0xF];
  return result;
}

std::string to_string(const member_id& value) {
  // The first digits of an incarnation are enough to tell two lives apart in a log line.
  return value.incarnation.none() ? value.peer
                                  : value.peer + '#' + to_string(value.incarnation).substr(0, 8);
}

} // namespace hamok::raft
