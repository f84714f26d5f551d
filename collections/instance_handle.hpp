#pragma once

// What all records have in common for actors: the operations on a whole instance.

#include "hamok/collections/collection_handle.hpp"
#include "hamok/collections/record_commands.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace hamok {

/// What a member opens a record with.
using record_options = facade_options;

/// The base of `record_handle`: see `collection_handle` for what its operations have in common.
/// `Fields` tells how an instance lies in the record.
template <class Fields>
class instance_handle : public collection_handle {
public:
  using fields_type = Fields;
  using options_type = record_options;
  using instance_type = typename Fields::instance_type;
  using part_type = typename Fields::part_type;

  instance_handle() = default;
  explicit instance_handle(collection_actor actor, const options_type& options = {})
      : collection_handle(std::move(actor), options.request_timeout) {}

  // -- writes -------------------------------------------------------------------------------------

  /// Sets all fields, together; answers with those that were there before.
  template <actor_self Self>
  auto set_instance(Self&& self, const instance_type& value, caf::timespan timeout = {}) const {
    return write<part>(self, commands::set(value), timeout);
  }
  /// Inserts those fields that are absent, together; answers with the existing ones of the others.
  template <actor_self Self>
  auto insert_instance(Self&& self, const instance_type& value, caf::timespan timeout = {}) const {
    return write<part>(self, commands::insert(value), timeout);
  }
  /// If all fields of `old` are as they are there, sets those of `value` that differ from `old`,
  /// all of them or none; answers whether it did.
  template <actor_self Self>
  auto update_instance_if(Self&& self, const instance_type& value, const instance_type& old,
                          caf::timespan timeout = {}) const {
    return write<flag>(self, commands::update_if(value, old), timeout);
  }
  /// Removes all fields; answers with the number of those that there were.
  template <actor_self Self>
  auto clear(Self&& self, caf::timespan timeout = {}) const {
    return write<count>(self, map_command::clear(), timeout);
  }

  // -- reads --------------------------------------------------------------------------------------

  /// The fields that are there, as one instance.
  template <actor_self Self>
  auto instance(Self&& self, caf::timespan timeout = {}) const {
    return read<detail::instance_decoder<detail::read_answer, Fields>>(self, map_query::entries(),
                                                                       timeout);
  }
  /// The names of the fields that are there, sorted.
  template <actor_self Self>
  auto fields(Self&& self, caf::timespan timeout = {}) const {
    return read<detail::list_decoder<detail::read_answer, std::string, codec<std::string>>>(
        self, map_query::keys(), timeout);
  }
  /// How many fields are there.
  template <actor_self Self>
  auto size(Self&& self, caf::timespan timeout = {}) const {
    return read<detail::plain_decoder<detail::read_answer, std::uint64_t>>(self, map_query::size(),
                                                                           timeout);
  }

  // -- events -------------------------------------------------------------------------------------

  /// `callback()`: all fields were removed at once.
  template <class F>
  collection_subscription on_clear(F callback, lagged_callback on_lagged = {}) const {
    return this->on_event(
        static_cast<std::uint8_t>(map_event::clear),
        [](const collection_event&) { return caf::expected<bool>{true}; },
        [callback = std::move(callback)](bool) { callback(); }, std::move(on_lagged));
  }

protected:
  using commands = detail::instance_commands<Fields>;
  using part = detail::part_decoder<detail::write_answer, Fields>;
  using flag = detail::plain_decoder<detail::write_answer, bool>;
  using count = detail::plain_decoder<detail::write_answer, std::uint64_t>;
};

} // namespace hamok
