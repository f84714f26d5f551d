#include "hamok/collections/registry.hpp"

#include "hamok/actors/placement.hpp"
#include "hamok/collections/emitter_state.hpp"
#include "hamok/collections/map_state.hpp"
#include "hamok/collections/operation_state.hpp"
#include "hamok/collections/queue_state.hpp"
#include "hamok/collections/remote_map_state.hpp"
#include "hamok/collections/replicated_actor.hpp"
#include "hamok/collections/restore_state.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace hamok {

state_registry::state_registry() {
  factories_.emplace("map", [] { return std::make_unique<map_state>(); });
  factories_.emplace("queue", [] { return std::make_unique<queue_state>(); });
  factories_.emplace("record", [] { return std::make_unique<map_state>(); });
  factories_.emplace(restore_kind, [] { return std::make_unique<restore_state>(); });
  factories_.emplace("emitter", [] { return std::make_unique<emitter_state>(); });
  factories_.emplace("remote_map", [] { return std::make_unique<remote_map_state>(); });
}

state_registry& state_registry::instance() {
  static state_registry result;
  return result;
}

bool state_registry::add(const std::string& kind, state_factory factory) {
  std::lock_guard guard{mutex_};
  return factories_.emplace(kind, std::move(factory)).second;
}

std::unique_ptr<state_machine> state_registry::make(const std::string& kind) const {
  std::lock_guard guard{mutex_};
  const auto found = factories_.find(kind);
  return found != factories_.end() ? found->second() : nullptr;
}

bool state_registry::contains(const std::string& kind) const {
  std::lock_guard guard{mutex_};
  return factories_.contains(kind);
}

std::vector<std::string> state_registry::kinds() const {
  std::lock_guard guard{mutex_};
  std::vector<std::string> result;
  for (const auto& [kind, factory] : factories_)
    result.push_back(kind);
  return result;
}

caf::expected<collection_actor> spawn_collection(caf::actor_system& system, placement where,
                                                 collection_context context, collection_spec spec) {
  auto machine = state_registry::instance().make(spec.kind);
  if (!machine)
    return make_error(errc::unknown_kind, "'" + spec.kind + "'");
  return compat::spawn<replicated_state>(system, where, std::move(context), std::move(spec),
                                         std::move(machine));
}

bool talks_to_others(const std::string& kind) {
  return kind == "emitter" || kind == "remote_map";
}

collection_options collection_options::with(const collection_limits& limits) const {
  auto result = *this;
  result.request_timeout = bounded(limits.request_timeout, request_timeout);
  if (limits.max_message_entries != 0)
    result.max_message_entries = std::min<std::size_t>(limits.max_message_entries, 1U << 20);
  if (limits.max_message_bytes != 0)
    result.max_message_bytes = std::clamp<std::size_t>(limits.max_message_bytes, 1024, 32U << 20);
  return result;
}

caf::error check_spec(const collection_spec& spec) {
  if (spec.name.empty() || spec.kind.empty())
    return make_error(errc::invalid_config, "a collection needs a name and a kind");
  if (spec.name.size() > max_name_size || spec.kind.size() > max_name_size)
    return make_error(errc::too_large, "name and kind of a collection have 1 to "
                                           + std::to_string(max_name_size) + " bytes");
  const auto content = spec.options.size() + spec.initial.size();
  if (content + spec.name.size() + spec.kind.size() > max_create_size)
    return make_error(errc::too_large, "the initial content of '" + spec.name + "' has "
                                           + std::to_string(content) + " bytes; give at most "
                                           + std::to_string(max_create_size)
                                           + ", and write the rest once it is created");
  return {};
}

blob encode_create(const collection_spec& spec) {
  return encode(create_envelope{spec.name, spec.kind, spec.options, spec.initial, spec.creator});
}

std::optional<collection_spec> decode_create(const blob& entry) {
  auto envelope = decode_create_envelope(entry);
  if (!envelope)
    return std::nullopt;
  return collection_spec{std::move(envelope->name), std::move(envelope->kind),
                         std::move(envelope->options), std::move(envelope->initial),
                         envelope->creator};
}

} // namespace hamok
