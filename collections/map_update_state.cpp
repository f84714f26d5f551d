// The command of the byte map that changes several entries if several are as expected.

#include "hamok/collections/map_state.hpp"
#include "hamok/raft/codec.hpp"

#include <algorithm>
#include <vector>

namespace hamok {

namespace {

command_status read_expected(raft::reader& in, expected_entry& out) {
  using kind = expected_entry::kind;
  out.what = static_cast<kind>(in.u8());
  if (out.what < kind::value || out.what > kind::value_or_absent)
    return command_status::bad_command;
  out.key = in.bytes();
  if (out.what != kind::absent)
    out.value = in.bytes();
  return in.ok() ? command_status::ok : command_status::bad_command;
}

command_status read_expected(raft::reader& in, std::vector<expected_entry>& out) {
  const auto count = in.count(2);
  if (count > map_limit::command_items)
    return command_status::too_large;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    if (const auto status = read_expected(in, out.emplace_back()); status != command_status::ok)
      return status;
  return in.ok() ? command_status::ok : command_status::bad_command;
}

} // namespace

bool map_state::matches(const expected_entry& expected) const {
  using kind = expected_entry::kind;
  const auto* found = content_.find(expected.key);
  if (found == nullptr)
    return expected.what != kind::value;
  return expected.what != kind::absent && found->value() == expected.value;
}

apply_result map_state::apply_update_all_if(raft::reader& in, bool events) {
  apply_result out;
  std::vector<expected_entry> expected;
  std::vector<pair_piece> pairs;
  out.status = read_expected(in, expected);
  if (out.status == command_status::ok)
    out.status = read_pairs(in, pairs);
  if (out.status != command_status::ok)
    return out;
  const auto fits = std::all_of(expected.begin(), expected.end(),
                                [this](const expected_entry& entry) { return matches(entry); });
  if (fits)
    for (const auto& pair : pairs)
      put(pair, events, out);
  out.result = map_answer::encode(fits);
  return out;
}

} // namespace hamok
