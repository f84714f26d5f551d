#pragma once

// The typed facade of a replicated record on a member: what `record_handle` has, local reads, and
// calls from plain threads.
//
//   struct my_config { std::string host = "localhost"; int port = 80; };
//   template <class Inspector>
//   bool inspect(Inspector& f, my_config& x) {
//     return f.object(x).fields(f.field("host", x.host), f.field("port", x.port));
//   }
//
//   auto config = node.create_record<my_config>("config");
//   config->set<&my_config::port>(8080).get();

#include "hamok/collections/instance_facade.hpp"
#include "hamok/collections/record_handle.hpp"

#include <optional>
#include <string>
#include <utility>

namespace hamok {

/// The content of a record on a member at one moment.
template <class T, class... Codecs>
class record_snapshot : public instance_snapshot<record_fields<T, Codecs...>> {
public:
  using schema = record_fields<T, Codecs...>;
  using instance_snapshot<schema>::instance_snapshot;

  /// The value of the field, none, or `bad_value`.
  template <auto Member>
  [[nodiscard]] caf::expected<std::optional<detail::member_value<Member>>> get() const {
    using value_type = detail::member_value<Member>;
    const auto name = schema::template name_of<Member>();
    if (!name)
      return name.error();
    const auto bytes = this->find(*name);
    if (!bytes)
      return std::optional<value_type>{};
    auto value =
        this->checked(decode_value<typename schema::template codec_of<Member>, value_type>(*bytes));
    if (!value)
      return std::move(value.error());
    return std::optional<value_type>{std::move(*value)};
  }
  /// Whether the field is there.
  template <auto Member>
  [[nodiscard]] bool contains() const {
    const auto name = schema::template name_of<Member>();
    return name && this->find(*name);
  }
};

/// A replicated record on a member, with the fields of the struct `T`. `Codecs` are of
/// `field_codec` and `every_field`. See `member_facade` for what its operations have in common, and
/// `json_record` for records without a struct.
///
/// Thread safety: const functions from any thread.
template <class T, class... Codecs>
class record : public instance_facade<record_handle<T, Codecs...>, record_snapshot<T, Codecs...>> {
public:
  using handle_type = record_handle<T, Codecs...>;
  using super = instance_facade<handle_type, record_snapshot<T, Codecs...>>;
  template <auto Member>
  using value_of = detail::member_value<Member>;

  using super::super;

  // -- writes from plain threads ------------------------------------------------------------------

  using super::erase;
  using super::insert;
  using super::set;
  using super::update_if;

  template <auto Member>
  future<std::optional<value_of<Member>>> set(const value_of<Member>& value,
                                              caf::timespan timeout = {}) const {
    return this->template call<typename super::template previous<Member>>(
        super::template with_value<Member>(value, map_command::set), timeout);
  }
  template <auto Member>
  future<std::optional<value_of<Member>>> insert(const value_of<Member>& value,
                                                 caf::timespan timeout = {}) const {
    return this->template call<typename super::template previous<Member>>(
        super::template with_value<Member>(value, map_command::insert), timeout);
  }
  template <auto Member>
  future<bool> update_if(const value_of<Member>& value, const value_of<Member>& expected,
                         caf::timespan timeout = {}) const {
    return this->template call<typename super::flag>(
        super::template update_command<Member>(value, expected), timeout);
  }
  template <auto Member>
  future<bool> erase(caf::timespan timeout = {}) const {
    return this->template call<typename super::flag>(
        super::template with_name<Member>(map_command::erase), timeout);
  }

  // -- local reads --------------------------------------------------------------------------------

  using super::contains;
  using super::get;

  /// The value of the field, none, or `bad_value`.
  template <auto Member>
  [[nodiscard]] caf::expected<std::optional<value_of<Member>>> get() const {
    return this->snapshot().template get<Member>();
  }
  /// Whether the field is there.
  template <auto Member>
  [[nodiscard]] bool contains() const {
    return this->snapshot().template contains<Member>();
  }
};

/// What a record of this name is created from. The initial fields count when this creation comes
/// first.
template <class T, class... Codecs>
caf::expected<collection_spec> record_spec(std::string id, const std::optional<T>& initial = {}) {
  collection_spec result;
  result.name = std::move(id);
  result.kind = "record";
  if (!initial)
    return result;
  const auto entries = record_fields<T, Codecs...>::encode(*initial);
  if (!entries)
    return entries.error();
  result.initial = encode_map_content(*entries);
  return result;
}

/// The record `id` of a member, proposed for creation where it is not known. `Node` is
/// `hamok::node`, or anything with its `open_collection(spec)` and `access()`. Does not wait for
/// the creation: operations do.
template <class T, class... Codecs, class Node>
caf::expected<record<T, Codecs...>> open_record(Node& node, const std::string& id,
                                                const std::optional<T>& initial = {},
                                                record_options options = {}) {
  return open_facade<record<T, Codecs...>>(node, record_spec<T, Codecs...>(id, initial),
                                           std::move(options));
}

} // namespace hamok
