#include "hamok/collections/remote_step_state.hpp"

namespace hamok {

namespace {

/// Whether the step is to be done where its key has this.
bool applies(const remote_step& step, const std::optional<blob>& value) {
  switch (step.verb) {
  case remote_verb::set:
    return true;
  case remote_verb::insert:
    return !value;
  case remote_verb::update_if:
  case remote_verb::remove_if:
    return value == step.expected;
  case remote_verb::remove:
  case remote_verb::erase:
    return value.has_value();
  case remote_verb::clear:
    break;
  }
  return false;
}

bool gives_value(remote_verb verb) {
  return verb == remote_verb::set || verb == remote_verb::insert || verb == remote_verb::update_if;
}

} // namespace

bool tells_old(remote_verb verb) noexcept {
  return verb == remote_verb::set || verb == remote_verb::insert || verb == remote_verb::remove;
}

remote_touch take_step(const remote_step& step, std::optional<blob>& value) {
  remote_touch result;
  result.changed = applies(step, value);
  if (tells_old(step.verb))
    result.old = value;
  if (!result.changed)
    return result;
  if (gives_value(step.verb))
    value = step.value;
  else
    value.reset();
  return result;
}

} // namespace hamok
