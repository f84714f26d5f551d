#include "hamok/tests/sim/content.hpp"

#include "hamok/tests/sim/hashing.hpp"

namespace hamok::sim {

namespace {

std::string describe(std::uint64_t number, collection_kind kind) {
  if (kind == collection_kind::remote_map && number >= remote_item::executor)
    return number == remote_item::executor ? "executor"
           : number == remote_item::reported
               ? "reported"
               : "outcome of " + std::to_string(number - remote_item::outcome);
  if (kind != collection_kind::emitter)
    return std::to_string(number);
  const auto which = to_subscription(number);
  return std::to_string(which.event) + "/" + std::to_string(which.member) + "/"
         + std::to_string(which.number);
}

} // namespace

std::uint64_t hash_of(const content& items) noexcept {
  auto hash = mix(0xC047E47, items.size());
  for (const auto& each : items)
    hash = mix(mix(hash, each.name), each.value);
  return hash;
}

std::uint64_t content_hash(std::uint8_t key, std::uint64_t value) noexcept {
  return mix(mix(0xC0DE, key), value);
}

std::uint64_t digest_part(collection_kind kind, const content& items) noexcept {
  if (kind != collection_kind::table)
    return mix(static_cast<std::uint64_t>(kind), hash_of(items));
  std::uint64_t sum = 0;
  for (const auto& [key, value] : items)
    sum += content_hash(static_cast<std::uint8_t>(key), value);
  return sum;
}

const char* to_string(collection_kind kind) noexcept {
  static constexpr const char* names[] = {"table", "map",     "record",
                                          "queue", "emitter", "remote map"};
  return names[static_cast<std::size_t>(kind)];
}

std::string to_string(collection_kind kind, const content& items) {
  const bool in_order = kind == collection_kind::queue;
  std::string text;
  for (const auto& each : items)
    text += (text.empty() ? "" : " ") + describe(each.name, kind)
            + (in_order ? "" : "=" + std::to_string(each.value));
  return (in_order ? "[" : "{") + text + (in_order ? "]" : "}");
}

} // namespace hamok::sim
