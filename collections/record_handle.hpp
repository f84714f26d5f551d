#pragma once

// The typed facade of a replicated record for actors, wherever they run: on a member, or in another
// process that has the collection's handle over BASP.

#include "hamok/collections/instance_handle.hpp"
#include "hamok/collections/record_fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace hamok {

/// An event of a record. Which values it has depends on its kind, see `map_event`.
template <class T, class... Codecs>
class record_change {
public:
  using schema = record_fields<T, Codecs...>;
  template <auto Member>
  using expected_value = caf::expected<std::optional<detail::member_value<Member>>>;

  explicit record_change(const collection_event& from)
      : kind(static_cast<map_event>(from.kind)),
        field(from.key.text()),
        index(from.index),
        old_bytes_(from.old_value),
        new_bytes_(from.new_value) {}

  /// Whether it is about this member.
  template <auto Member>
  [[nodiscard]] bool is() const {
    const auto name = schema::template name_of<Member>();
    return name && kind != map_event::clear && *name == field;
  }
  /// The value before it, none where there was none, or `bad_value`. Of the member that it is
  /// about.
  template <auto Member>
  [[nodiscard]] expected_value<Member> old_value() const {
    return value<Member>(kind != map_event::insert, old_bytes_);
  }
  /// The value behind it, none where there is none, or `bad_value`.
  template <auto Member>
  [[nodiscard]] expected_value<Member> new_value() const {
    return value<Member>(kind != map_event::remove, new_bytes_);
  }

  map_event kind;
  std::string field; ///< its name; nothing for `clear`
  raft::index_t index;

private:
  template <auto Member>
  [[nodiscard]] expected_value<Member> value(bool is_there, const blob& bytes) const {
    using value_type = detail::member_value<Member>;
    if (!is<Member>())
      return make_error(errc::bad_value, "the event is about another field");
    if (!is_there)
      return std::optional<value_type>{};
    auto result = decode_value<typename schema::template codec_of<Member>, value_type>(bytes);
    if (!result)
      return std::move(result.error());
    return std::optional<value_type>{std::move(*result)};
  }

  blob old_bytes_;
  blob new_bytes_;
};

/// A replicated record with the fields of the struct `T`, for actors: see `collection_handle` for
/// what its operations have in common. A field is named by its member, as in
/// `rec.set<&my_config::port>(self, 8080)`; a member that the `inspect` of `T` does not name is
/// refused as `bad_value`.
///
/// Thread safety: const functions from any thread.
template <class T, class... Codecs>
class record_handle : public instance_handle<record_fields<T, Codecs...>> {
public:
  using super = instance_handle<record_fields<T, Codecs...>>;
  using schema = record_fields<T, Codecs...>;
  using change = record_change<T, Codecs...>;
  using lagged_callback = collection_handle::lagged_callback;
  template <auto Member>
  using value_of = detail::member_value<Member>;

  using super::super;

  // -- writes -------------------------------------------------------------------------------------

  /// Sets the field; answers with its previous value, if any.
  template <auto Member, actor_self Self>
  auto set(Self&& self, const value_of<Member>& value, caf::timespan timeout = {}) const {
    return this->template write<previous<Member>>(self, with_value<Member>(value, map_command::set),
                                                  timeout);
  }
  /// Sets the field if it is absent; answers with its existing value (none: inserted).
  template <auto Member, actor_self Self>
  auto insert(Self&& self, const value_of<Member>& value, caf::timespan timeout = {}) const {
    return this->template write<previous<Member>>(
        self, with_value<Member>(value, map_command::insert), timeout);
  }
  /// Sets the field if its value is `expected`; answers whether it did. An absent field has no
  /// value.
  template <auto Member, actor_self Self>
  auto update_if(Self&& self, const value_of<Member>& value, const value_of<Member>& expected,
                 caf::timespan timeout = {}) const {
    return this->template write<typename super::flag>(self, update_command<Member>(value, expected),
                                                      timeout);
  }
  /// Removes the field; answers whether it was there.
  template <auto Member, actor_self Self>
  auto erase(Self&& self, caf::timespan timeout = {}) const {
    return this->template write<typename super::flag>(self, with_name<Member>(map_command::erase),
                                                      timeout);
  }

  // -- reads --------------------------------------------------------------------------------------

  /// The value of the field, or none.
  template <auto Member, actor_self Self>
  auto get(Self&& self, caf::timespan timeout = {}) const {
    using decoder = detail::value_decoder<detail::read_answer, value_of<Member>, codec_of<Member>>;
    return this->template read<decoder>(self, with_name<Member>(map_query::get), timeout);
  }
  /// Whether the field is there.
  template <auto Member, actor_self Self>
  auto contains(Self&& self, caf::timespan timeout = {}) const {
    return this->template read<detail::plain_decoder<detail::read_answer, bool>>(
        self, with_name<Member>(map_query::contains), timeout);
  }

  // -- events -------------------------------------------------------------------------------------
  // See `collection_handle` for callbacks.

  /// The typed form of an event, or `bad_value`.
  [[nodiscard]] static caf::expected<change> decode(const collection_event& event) {
    if (event.kind > static_cast<std::uint8_t>(map_event::clear))
      return make_error(errc::bad_value, "not an event of a record");
    return change{event};
  }

  /// `callback(const change&)`, for any field, also one that `T` does not have.
  template <class F>
  collection_subscription on_insert(F callback, lagged_callback on_lagged = {}) const {
    return on(map_event::insert, std::move(callback), std::move(on_lagged));
  }
  template <class F>
  collection_subscription on_update(F callback, lagged_callback on_lagged = {}) const {
    return on(map_event::update, std::move(callback), std::move(on_lagged));
  }
  template <class F>
  collection_subscription on_remove(F callback, lagged_callback on_lagged = {}) const {
    return on(map_event::remove, std::move(callback), std::move(on_lagged));
  }

  /// `callback(value)`, for this field.
  template <auto Member, class F>
  caf::expected<collection_subscription> on_insert(F callback,
                                                   lagged_callback on_lagged = {}) const {
    return on_field<Member>(
        map_event::insert,
        [callback, failures = this->failures()](const change& what) {
          if (const auto now = failures.check(what.template new_value<Member>(), "a field");
              now && *now)
            callback(**now);
        },
        std::move(on_lagged));
  }
  /// `callback(old, now)`, for this field.
  template <auto Member, class F>
  caf::expected<collection_subscription> on_update(F callback,
                                                   lagged_callback on_lagged = {}) const {
    return on_field<Member>(
        map_event::update,
        [callback, failures = this->failures()](const change& what) {
          const auto old = failures.check(what.template old_value<Member>(), "a field");
          const auto now = failures.check(what.template new_value<Member>(), "a field");
          if (old && *old && now && *now)
            callback(**old, **now);
        },
        std::move(on_lagged));
  }
  /// `callback(old)`, for this field; see `on_clear` for when it goes with all others.
  template <auto Member, class F>
  caf::expected<collection_subscription> on_remove(F callback,
                                                   lagged_callback on_lagged = {}) const {
    return on_field<Member>(
        map_event::remove,
        [callback, failures = this->failures()](const change& what) {
          if (const auto old = failures.check(what.template old_value<Member>(), "a field");
              old && *old)
            callback(**old);
        },
        std::move(on_lagged));
  }

protected:
  template <auto Member>
  using codec_of = typename schema::template codec_of<Member>;
  template <auto Member>
  using previous = detail::value_decoder<detail::write_answer, value_of<Member>, codec_of<Member>>;

  /// `make(name bytes)`.
  template <auto Member, class Make>
  static caf::expected<blob> with_name(Make make) {
    const auto name = schema::template name_of<Member>();
    if (!name)
      return name.error();
    return make(blob::from_string(*name).bytes());
  }
  /// `make(name bytes, value bytes)`.
  template <auto Member, class Make>
  static caf::expected<blob> with_value(const value_of<Member>& value, Make make) {
    auto bytes = encode_value<codec_of<Member>, value_of<Member>>(value);
    if (!bytes)
      return bytes;
    return with_name<Member>(
        [&](std::span<const std::byte> name) { return make(name, bytes->bytes()); });
  }
  template <auto Member>
  static caf::expected<blob> update_command(const value_of<Member>& value,
                                            const value_of<Member>& expected) {
    auto old = encode_value<codec_of<Member>, value_of<Member>>(expected);
    if (!old)
      return old;
    return with_value<Member>(
        value, [&](std::span<const std::byte> name, std::span<const std::byte> bytes) {
          return map_command::update_if(name, bytes, old->bytes());
        });
  }

private:
  template <class F>
  collection_subscription on(map_event kind, F callback, lagged_callback on_lagged) const {
    return this->on_event(static_cast<std::uint8_t>(kind), &record_handle::decode,
                          std::move(callback), std::move(on_lagged));
  }

  template <auto Member, class F>
  caf::expected<collection_subscription> on_field(map_event kind, F callback,
                                                  lagged_callback on_lagged) const {
    const auto name = schema::template name_of<Member>();
    if (!name)
      return name.error();
    return on(
        kind,
        [callback](const change& what) {
          if (what.template is<Member>())
            callback(what);
        },
        std::move(on_lagged));
  }
};

} // namespace hamok
