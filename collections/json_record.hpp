#pragma once

// Replicated records of JSON objects: fields have names instead of members, and any JSON value.
//
//   auto config = node.create_record<nlohmann::json>("config");
//   config->set("port", 8080).get();

#include "hamok/collections/json_fields.hpp"
#include "hamok/collections/record.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <utility>

namespace hamok {

/// An event of a JSON record. Which values it has depends on its kind, see `map_event`.
struct json_record_change {
  map_event kind = map_event::insert;
  std::string field;
  nlohmann::json old_value;
  nlohmann::json new_value;
  raft::index_t index = 0;
};

namespace detail {

/// The one field of an answer, if any. The answer names it, because its codec depends on that.
template <class Way, class Fields>
struct json_field_decoder : Way {
  using value_type = std::optional<nlohmann::json>;
  static bool decode(const blob& answer, value_type& out) {
    std::vector<key_value> entries;
    if (!map_answer::decode(answer, entries) || entries.size() > 1)
      return false;
    out.reset();
    if (entries.empty())
      return true;
    auto value = Fields::decode_field(entries[0].key, entries[0].value);
    if (value)
      out.emplace(std::move(*value));
    return static_cast<bool>(value);
  }
};

} // namespace detail

/// A record of JSON, for actors: see `collection_handle` for what its operations have in common.
/// Instances are JSON objects. Every JSON value is a value, null too.
///
/// Thread safety: const functions from any thread.
template <class... Codecs>
class record_handle<nlohmann::json, Codecs...>
    : public instance_handle<record_fields<nlohmann::json, Codecs...>> {
public:
  using json = nlohmann::json;
  using schema = record_fields<json, Codecs...>;
  using super = instance_handle<schema>;
  using change = json_record_change;
  using lagged_callback = collection_handle::lagged_callback;

  using super::super;

  // -- writes -------------------------------------------------------------------------------------

  /// Sets the field; answers with its previous value, if any.
  template <actor_self Self>
  auto set(Self&& self, const std::string& field, const json& value,
           caf::timespan timeout = {}) const {
    return this->template write<previous>(self, with_value(field, value, map_command::set_all),
                                          timeout);
  }
  /// Sets the field if it is absent; answers with its existing value (none: inserted).
  template <actor_self Self>
  auto insert(Self&& self, const std::string& field, const json& value,
              caf::timespan timeout = {}) const {
    return this->template write<previous>(self, with_value(field, value, map_command::insert_all),
                                          timeout);
  }
  /// Sets the field if its value is `expected`; answers whether it did. An absent field has no
  /// value.
  template <actor_self Self>
  auto update_if(Self&& self, const std::string& field, const json& value, const json& expected,
                 caf::timespan timeout = {}) const {
    return this->template write<typename super::flag>(self, update_command(field, value, expected),
                                                      timeout);
  }
  /// Removes the field; answers whether it was there.
  template <actor_self Self>
  auto erase(Self&& self, const std::string& field, caf::timespan timeout = {}) const {
    return this->template write<typename super::flag>(self, with_name(field, map_command::erase),
                                                      timeout);
  }

  // -- reads --------------------------------------------------------------------------------------

  /// The value of the field, or none.
  template <actor_self Self>
  auto get(Self&& self, const std::string& field, caf::timespan timeout = {}) const {
    return this->template read<detail::json_field_decoder<detail::read_answer, schema>>(
        self, get_question(field), timeout);
  }
  /// Whether the field is there.
  template <actor_self Self>
  auto contains(Self&& self, const std::string& field, caf::timespan timeout = {}) const {
    return this->template read<detail::plain_decoder<detail::read_answer, bool>>(
        self, with_name(field, map_query::contains), timeout);
  }

  // -- events -------------------------------------------------------------------------------------
  // See `collection_handle` for callbacks.

  /// The typed form of an event, or `bad_value`.
  [[nodiscard]] static caf::expected<change> decode(const collection_event& event) {
    change result;
    result.kind = static_cast<map_event>(event.kind);
    result.index = event.index;
    if (result.kind > map_event::clear)
      return make_error(errc::bad_value, "not an event of a record");
    if (result.kind == map_event::clear)
      return result;
    result.field = event.key.text();
    if (result.kind != map_event::insert) {
      auto old = schema::decode_field(event.key, event.old_value);
      if (!old)
        return std::move(old.error());
      result.old_value = std::move(*old);
    }
    if (result.kind != map_event::remove) {
      auto now = schema::decode_field(event.key, event.new_value);
      if (!now)
        return std::move(now.error());
      result.new_value = std::move(*now);
    }
    return result;
  }

  /// `callback(field, value)`
  template <class F>
  collection_subscription on_insert(F callback, lagged_callback on_lagged = {}) const {
    return on(
        map_event::insert, [callback](const change& what) { callback(what.field, what.new_value); },
        std::move(on_lagged));
  }
  /// `callback(field, old, now)`
  template <class F>
  collection_subscription on_update(F callback, lagged_callback on_lagged = {}) const {
    return on(
        map_event::update,
        [callback](const change& what) { callback(what.field, what.old_value, what.new_value); },
        std::move(on_lagged));
  }
  /// `callback(field, old)`
  template <class F>
  collection_subscription on_remove(F callback, lagged_callback on_lagged = {}) const {
    return on(
        map_event::remove, [callback](const change& what) { callback(what.field, what.old_value); },
        std::move(on_lagged));
  }

protected:
  using previous = detail::json_field_decoder<detail::write_answer, schema>;

  /// `make(name bytes)`.
  template <class Make>
  static caf::expected<blob> with_name(const std::string& field, Make make) {
    const auto name = schema::encode_name(field);
    if (!name)
      return name.error();
    return make(name->bytes());
  }
  /// `make(list of the one entry)`.
  template <class Make>
  static caf::expected<blob> with_value(const std::string& field, const json& value, Make make) {
    auto name = schema::encode_name(field);
    if (!name)
      return name;
    auto bytes = schema::encode_field(field, value);
    if (!bytes)
      return bytes;
    return make({{std::move(*name), std::move(*bytes)}});
  }
  static caf::expected<blob> update_command(const std::string& field, const json& value,
                                            const json& expected) {
    auto name = schema::encode_name(field);
    if (!name)
      return name;
    auto old = schema::encode_field(field, expected);
    if (!old)
      return old;
    auto bytes = schema::encode_field(field, value);
    if (!bytes)
      return bytes;
    return map_command::update_if(name->bytes(), bytes->bytes(), old->bytes());
  }
  static caf::expected<blob> get_question(const std::string& field) {
    auto name = schema::encode_name(field);
    if (!name)
      return name;
    return map_query::get_all({std::move(*name)});
  }

private:
  template <class F>
  collection_subscription on(map_event kind, F callback, lagged_callback on_lagged) const {
    return this->on_event(static_cast<std::uint8_t>(kind), &record_handle::decode,
                          std::move(callback), std::move(on_lagged));
  }
};

/// The content of a JSON record on a member at one moment.
template <class... Codecs>
class record_snapshot<nlohmann::json, Codecs...>
    : public instance_snapshot<record_fields<nlohmann::json, Codecs...>> {
public:
  using schema = record_fields<nlohmann::json, Codecs...>;
  using instance_snapshot<schema>::instance_snapshot;

  /// The value of the field, none, or `bad_value`.
  [[nodiscard]] caf::expected<std::optional<nlohmann::json>> get(const std::string& field) const {
    std::optional<nlohmann::json> result;
    const auto bytes = this->find(field);
    if (!bytes)
      return result;
    auto value = this->checked(schema::decode_field(blob::from_string(field), *bytes));
    if (!value)
      return std::move(value.error());
    result.emplace(std::move(*value));
    return result;
  }
  /// Whether the field is there.
  [[nodiscard]] bool contains(const std::string& field) const {
    return this->find(field).has_value();
  }
};

/// A replicated record of JSON on a member. See `member_facade` for what its operations have in
/// common.
///
/// Thread safety: const functions from any thread.
template <class... Codecs>
class record<nlohmann::json, Codecs...>
    : public instance_facade<record_handle<nlohmann::json, Codecs...>,
                             record_snapshot<nlohmann::json, Codecs...>> {
public:
  using json = nlohmann::json;
  using handle_type = record_handle<json, Codecs...>;
  using super = instance_facade<handle_type, record_snapshot<json, Codecs...>>;

  using super::super;

  // -- writes from plain threads ------------------------------------------------------------------

  using super::erase;
  using super::insert;
  using super::set;
  using super::update_if;

  future<std::optional<json>> set(const std::string& field, const json& value,
                                  caf::timespan timeout = {}) const {
    return this->template call<typename super::previous>(
        super::with_value(field, value, map_command::set_all), timeout);
  }
  future<std::optional<json>> insert(const std::string& field, const json& value,
                                     caf::timespan timeout = {}) const {
    return this->template call<typename super::previous>(
        super::with_value(field, value, map_command::insert_all), timeout);
  }
  future<bool> update_if(const std::string& field, const json& value, const json& expected,
                         caf::timespan timeout = {}) const {
    return this->template call<typename super::flag>(super::update_command(field, value, expected),
                                                     timeout);
  }
  future<bool> erase(const std::string& field, caf::timespan timeout = {}) const {
    return this->template call<typename super::flag>(super::with_name(field, map_command::erase),
                                                     timeout);
  }

  // -- local reads --------------------------------------------------------------------------------

  using super::contains;
  using super::get;

  /// The value of the field, none, or `bad_value`.
  [[nodiscard]] caf::expected<std::optional<json>> get(const std::string& field) const {
    return this->snapshot().get(field);
  }
  /// Whether the field is there.
  [[nodiscard]] bool contains(const std::string& field) const {
    return this->snapshot().contains(field);
  }
};

/// A record of JSON whose fields are JSON text.
using json_record = record<nlohmann::json>;

} // namespace hamok
