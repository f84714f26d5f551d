#include "hamok/tests/unit/states/random_commands.hpp"

#include "hamok/collections/emitter_state.hpp"
#include "hamok/collections/map_state.hpp"
#include "hamok/collections/queue_state.hpp"

#include <optional>

namespace hamok::state_test {

namespace {

using rc::gen::element;
using rc::gen::inRange;

std::string name() {
  static const std::vector<std::string> names{"", "a", "b", "ab", std::string(1, '\0'), "field"};
  return *rc::gen::elementOf(names);
}

blob value() {
  return *random_bytes();
}

blob named() {
  return blob::from_string(name());
}

std::size_t few() {
  return *inRange<std::size_t>(0, 5);
}

std::vector<blob> names() {
  std::vector<blob> result(few());
  for (auto& each : result)
    each = named();
  return result;
}

std::vector<key_value> pairs() {
  std::vector<key_value> result(few());
  for (auto& each : result)
    each = {named(), value()};
  return result;
}

std::vector<expected_entry> expectations() {
  using kind = expected_entry::kind;
  std::vector<expected_entry> result(few());
  for (auto& each : result) {
    each.what = *element(kind::value, kind::absent, kind::value_or_absent);
    each.key = named();
    if (each.what != kind::absent)
      each.value = value();
  }
  return result;
}

blob map_command_of(map_command::code which) {
  using map_command::code;
  const auto key = named();
  switch (which) {
  case code::set:
    return map_command::set(key.bytes(), value().bytes());
  case code::set_all:
    return map_command::set_all(pairs());
  case code::insert:
    return map_command::insert(key.bytes(), value().bytes());
  case code::insert_all:
    return map_command::insert_all(pairs());
  case code::update_if:
    return map_command::update_if(key.bytes(), value().bytes(), value().bytes());
  case code::remove:
    return map_command::remove(key.bytes());
  case code::remove_all:
    return map_command::remove_all(names());
  case code::remove_if:
    return map_command::remove_if(key.bytes(), value().bytes());
  case code::erase:
    return map_command::erase(key.bytes());
  case code::erase_all:
    return map_command::erase_all(names());
  case code::clear:
    return map_command::clear();
  case code::update_all_if:
    return map_command::update_all_if(pairs(), expectations());
  }
  return {};
}

template <class Code>
Code any_code(Code first, Code last) {
  return static_cast<Code>(
      *inRange<unsigned>(static_cast<unsigned>(first), static_cast<unsigned>(last) + 1));
}

blob queue_command_of(queue_command::code which) {
  using queue_command::code;
  std::vector<blob> items(few());
  for (auto& each : items)
    each = value();
  switch (which) {
  case code::push:
    return queue_command::push(value().bytes());
  case code::push_all:
    return queue_command::push_all(items);
  case code::pop:
    return queue_command::pop();
  case code::clear:
    return queue_command::clear();
  }
  return {};
}

event_subscriber subscriber() {
  return {{*element<std::string>("a", "b"), {0, *inRange<std::uint64_t>(0, 2)}},
          *inRange<std::uint64_t>(0, 3)};
}

blob emitter_command_of(emitter_command::code which) {
  using emitter_command::code;
  const auto event = name();
  const auto who = subscriber();
  switch (which) {
  case code::subscribe:
    return emitter_command::subscribe(event, who, value().bytes());
  case code::unsubscribe:
    return emitter_command::unsubscribe(event, who);
  case code::update:
    return emitter_command::update(event, who, value().bytes(),
                                   *element(0, 1) == 1 ? std::optional{value()} : std::nullopt);
  case code::remove_subscriber:
    return emitter_command::remove_subscriber(who);
  case code::remove_member:
    return emitter_command::remove_member(who.member);
  case code::publish:
    return emitter_command::publish(event, value().bytes(), {who.member, 1, 2});
  }
  return {};
}

/// What others write, and now and then bytes that nobody means.
template <class Make>
rc::Gen<blob> or_nonsense(Make make) {
  return rc::gen::exec([make] {
    if (*inRange(0, 20) > 0)
      return make();
    auto bytes = *rc::gen::arbitrary<std::string>();
    return blob::from_string(bytes);
  });
}

} // namespace

rc::Gen<blob> random_bytes() {
  static const std::vector<std::string> all{"",  "x",      std::string(1, '\0'), "0",
                                            "y", "a text", std::string(300, 'z')};
  return rc::gen::map(rc::gen::elementOf(all),
                      [](const std::string& text) { return blob::from_string(text); });
}

const std::vector<random_state>& random_states() {
  static const std::vector<random_state> all{
      {"map and record",
       []() -> std::unique_ptr<state_machine> { return std::make_unique<map_state>(); },
       [] {
         using map_command::code;
         return or_nonsense(
             [] { return map_command_of(any_code(code::set, code::update_all_if)); });
       }},
      {"queue", []() -> std::unique_ptr<state_machine> { return std::make_unique<queue_state>(); },
       [] {
         using queue_command::code;
         return or_nonsense([] {
           // Clears are rare, or nothing is ever there.
           const bool clears = *inRange(0, 12) == 0;
           return queue_command_of(clears ? code::clear : any_code(code::push, code::pop));
         });
       }},
      {"emitter",
       []() -> std::unique_ptr<state_machine> { return std::make_unique<emitter_state>(); },
       [] {
         using emitter_command::code;
         return or_nonsense([] {
           const bool subscribes = *inRange(0, 2) == 0;
           return emitter_command_of(subscribes ? code::subscribe
                                                : any_code(code::subscribe, code::publish));
         });
       }},
  };
  return all;
}

} // namespace hamok::state_test
