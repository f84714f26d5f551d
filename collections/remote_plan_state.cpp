// From the operations of a remote map's users to steps for its storage, and from what has become of
// these back to answers and events: those of `map_state`.

#include "hamok/collections/remote_command_state.hpp"
#include "hamok/raft/codec.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace hamok {

namespace {

using map_command::code;

constexpr auto sync_code = static_cast<std::uint8_t>(remote_operation::code::sync);

bool is(const remote_plan& plan, code what) {
  return plan.code == static_cast<std::uint8_t>(what);
}

// -- reading operations ---------------------------------------------------------------------------

/// A pair as a command has it: key, marker and value in one piece.
bool take_pair(std::size_t key_size, const blob& piece, remote_step& out) {
  if (key_size >= piece.size() || piece.bytes()[key_size] != map_answer::present)
    return false;
  out.key = piece.slice(0, key_size);
  out.value = piece.slice(key_size + 1, piece.size() - key_size - 1);
  return true;
}

/// One step; what comes last in the operation takes the rest of it.
command_status read_one(raft::reader& in, remote_verb verb, remote_plan& out) {
  auto& step = out.steps.emplace_back();
  step.verb = verb;
  if (verb == remote_verb::update_if || verb == remote_verb::remove_if)
    step.expected = in.bytes();
  bool good = true;
  if (verb == remote_verb::set || verb == remote_verb::insert || verb == remote_verb::update_if) {
    const auto key_size = in.varint();
    good = take_pair(key_size, in.rest(), step);
  } else if (verb != remote_verb::clear) {
    step.key = in.rest();
  }
  return good && in.done() ? command_status::ok : command_status::bad_command;
}

command_status read_many(raft::reader& in, remote_verb verb, remote_plan& out) {
  const auto pairs = verb == remote_verb::set || verb == remote_verb::insert;
  const auto count = in.count(pairs ? 3 : 1);
  if (count > remote_limit::steps)
    return command_status::too_large;
  out.steps.resize(count);
  for (auto& step : out.steps) {
    step.verb = verb;
    if (!pairs) {
      step.key = in.bytes();
      continue;
    }
    const auto key_size = in.varint();
    if (!take_pair(key_size, in.bytes(), step))
      return command_status::bad_command;
  }
  return in.done() ? command_status::ok : command_status::bad_command;
}

command_status read_steps(raft::reader& in, bool events, remote_plan& out) {
  const auto erase = events ? remote_verb::remove : remote_verb::erase;
  switch (static_cast<code>(out.code)) {
  case code::set:
    return read_one(in, remote_verb::set, out);
  case code::set_all:
    return read_many(in, remote_verb::set, out);
  case code::insert:
    return read_one(in, remote_verb::insert, out);
  case code::insert_all:
    return read_many(in, remote_verb::insert, out);
  case code::update_if:
    return read_one(in, remote_verb::update_if, out);
  case code::remove:
    return read_one(in, remote_verb::remove, out);
  case code::remove_all:
    return read_many(in, remote_verb::remove, out);
  case code::remove_if:
    return read_one(in, remote_verb::remove_if, out);
  case code::erase:
    return read_one(in, erase, out);
  case code::erase_all:
    return read_many(in, erase, out);
  case code::clear:
    return read_one(in, remote_verb::clear, out);
  case code::update_all_if:
    break;
  }
  return command_status::bad_command;
}

} // namespace

command_status read_operation(const blob& operation, bool events, remote_plan& out) {
  if (operation.size() > remote_limit::operation_bytes)
    return command_status::too_large;
  raft::reader in{operation};
  out.code = in.u8();
  out.steps.clear();
  if (out.code == sync_code)
    return in.done() ? command_status::ok : command_status::bad_command;
  return read_steps(in, events, out);
}

// -- answers --------------------------------------------------------------------------------------

namespace {

/// One byte in front tells "the empty value" from "no value".
blob framed(const std::optional<blob>& value) {
  if (!value)
    return {};
  std::vector<std::byte> bytes;
  bytes.reserve(1 + value->size());
  bytes.push_back(map_answer::present);
  bytes.insert(bytes.end(), value->bytes().begin(), value->bytes().end());
  return blob::from_vector(std::move(bytes));
}

/// The pairs that there were before their steps; of an insertion each key once.
std::vector<key_value> previous(const remote_plan& plan, const std::vector<remote_touch>& touches) {
  std::vector<key_value> result;
  std::set<blob> answered;
  for (std::size_t i = 0; i < touches.size(); ++i) {
    const auto& key = plan.steps[i].key;
    if (touches[i].old && (!is(plan, code::insert_all) || answered.insert(key).second))
      result.push_back({key, *touches[i].old});
  }
  return result;
}

std::vector<blob> changed_keys(const remote_plan& plan, const std::vector<remote_touch>& touches) {
  std::vector<blob> result;
  for (std::size_t i = 0; i < touches.size(); ++i)
    if (touches[i].changed)
      result.push_back(plan.steps[i].key);
  return result;
}

} // namespace

blob answer_of(const remote_plan& plan, const std::vector<remote_touch>& touches) {
  if (plan.code == sync_code || touches.size() != plan.steps.size())
    return {};
  if (is(plan, code::set_all) || is(plan, code::insert_all) || is(plan, code::remove_all))
    return map_answer::encode(previous(plan, touches));
  if (is(plan, code::erase_all))
    return map_answer::encode(changed_keys(plan, touches));
  const auto& only = touches.front();
  if (is(plan, code::clear))
    return map_answer::encode(only.count);
  if (is(plan, code::set) || is(plan, code::insert) || is(plan, code::remove))
    return framed(only.old);
  return map_answer::encode(only.changed);
}

// -- events ---------------------------------------------------------------------------------------

namespace {

state_event event_of(map_event kind, const remote_step& step, const blob& old) {
  const auto gone = kind == map_event::remove;
  return {static_cast<std::uint8_t>(kind), step.key, old, gone ? blob{} : step.value};
}

} // namespace

void add_events(const remote_plan& plan, const std::vector<remote_touch>& touches,
                std::vector<state_event>& out) {
  for (std::size_t i = 0; i < touches.size() && i < plan.steps.size(); ++i) {
    const auto& step = plan.steps[i];
    const auto& touch = touches[i];
    if (!touch.changed)
      continue;
    switch (step.verb) {
    case remote_verb::set:
    case remote_verb::insert:
      out.push_back(event_of(touch.old ? map_event::update : map_event::insert, step,
                             touch.old.value_or(blob{})));
      break;
    case remote_verb::update_if:
      out.push_back(event_of(map_event::update, step, step.expected));
      break;
    case remote_verb::remove:
      out.push_back(event_of(map_event::remove, step, touch.old.value_or(blob{})));
      break;
    case remote_verb::remove_if:
      out.push_back(event_of(map_event::remove, step, step.expected));
      break;
    case remote_verb::clear:
      out.push_back({static_cast<std::uint8_t>(map_event::clear), {}, {}, {}});
      break;
    case remote_verb::erase:
      break; // of a map without events
    }
  }
}

} // namespace hamok
