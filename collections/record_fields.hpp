#pragma once

// From the fields of a user's struct to the entries of a record, and back.

#include "hamok/collections/decoders.hpp"
#include "hamok/collections/field_inspector.hpp"

#include <algorithm>
#include <concepts>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace hamok {

/// Gives the member `Member` of a record's struct a codec of its own:
/// `record<my_config, field_codec<&my_config::hosts, json_codec<std::vector<std::string>>>>`.
template <auto Member, class Codec>
struct field_codec {};

/// Gives all members the codec `Codec<type of the member>` that have none of their own:
/// `record<my_config, every_field<json_codec>>`.
template <template <class> class Codec>
struct every_field {};

namespace detail {

template <class>
struct member_traits;

template <class C, class M>
struct member_traits<M C::*> {
  using owner = C;
  using value_type = M;
};

/// The type of the member that a pointer is about.
template <auto Member>
using member_value = typename member_traits<decltype(Member)>::value_type;

/// The codec of a member that has none of its own.
template <class V, class... Codecs>
struct general_codec {
  using type = codec<V>;
};
template <class V, template <class> class Codec, class... Rest>
struct general_codec<V, every_field<Codec>, Rest...> {
  using type = Codec<V>;
};
template <class V, class First, class... Rest>
struct general_codec<V, First, Rest...> : general_codec<V, Rest...> {};

/// The codec of a member.
template <auto Member, class All, class... Codecs>
struct member_codec;
template <auto Member, class... All>
struct member_codec<Member, std::tuple<All...>> : general_codec<member_value<Member>, All...> {};
template <auto Member, class... All, class Codec, class... Rest>
struct member_codec<Member, std::tuple<All...>, field_codec<Member, Codec>, Rest...> {
  using type = Codec;
};
template <auto Member, class... All, class First, class... Rest>
struct member_codec<Member, std::tuple<All...>, First, Rest...>
    : member_codec<Member, std::tuple<All...>, Rest...> {};

/// Finds out what `inspect` calls a member.
template <class V>
class name_finder : public field_inspector<name_finder<V>, false> {
public:
  explicit name_finder(const V* member) : member_(member) {}

  template <class T>
  bool save(const std::string& name, const T&, const void* address) {
    // A struct and its first member have one address, so the type counts too.
    if constexpr (std::is_same_v<T, V>)
      if (address == static_cast<const void*>(member_))
        name_ = name;
    return true;
  }

  [[nodiscard]] const std::optional<std::string>& name() const noexcept { return name_; }

private:
  const V* member_;
  std::optional<std::string> name_;
};

/// Calls `act(Codec{})` with the codec of the field of type `V` at `address` in `object`.
template <class V, class... All, class T, class Act>
auto with_codec(const T&, const void*, Act act, std::tuple<>) {
  return act(typename general_codec<V, All...>::type{});
}
template <class V, class... All, class T, class Act, class First, class... Rest>
auto with_codec(const T& object, const void* address, Act act, std::tuple<First, Rest...>) {
  return with_codec<V, All...>(object, address, std::move(act), std::tuple<Rest...>{});
}
template <class V, class... All, class T, class Act, auto Member, class Codec, class... Rest>
auto with_codec(const T& object, const void* address, Act act,
                std::tuple<field_codec<Member, Codec>, Rest...>) {
  if constexpr (std::is_same_v<member_value<Member>, V>)
    if (static_cast<const void*>(std::addressof(object.*Member)) == address)
      return act(Codec{});
  return with_codec<V, All...>(object, address, std::move(act), std::tuple<Rest...>{});
}

/// Encodes every field.
template <class T, class... Codecs>
class field_saver : public field_inspector<field_saver<T, Codecs...>, false> {
public:
  field_saver(const T& object, std::vector<key_value>& out) : object_(object), out_(out) {}

  template <class V>
  bool save(const std::string& name, const V& value, const void* address) {
    auto bytes = with_codec<V, Codecs...>(
        object_, address, [&]<class Codec>(Codec) { return encode_value<Codec, V>(value); },
        std::tuple<Codecs...>{});
    if (!bytes)
      return false;
    out_.push_back({blob::from_string(name), std::move(*bytes)});
    return true;
  }

private:
  const T& object_;
  std::vector<key_value>& out_;
};

/// Decodes those fields that are there.
template <class T, class... Codecs>
class field_loader : public field_inspector<field_loader<T, Codecs...>, true> {
public:
  /// `entries` are sorted by key; `names` gets those that were found.
  field_loader(const T& object, const std::vector<key_value>& entries,
               std::vector<std::string>& names)
      : object_(object),
        entries_(entries),
        names_(names) {}

  template <class V>
  found load(const std::string& name, V& out, const void* address) {
    const auto key = blob::from_string(name);
    const auto entry =
        std::lower_bound(entries_.begin(), entries_.end(), key,
                         [](const key_value& one, const blob& wanted) { return one.key < wanted; });
    if (entry == entries_.end() || !(entry->key == key))
      return found::absent;
    const auto done = with_codec<V, Codecs...>(
        object_, address, [&]<class Codec>(Codec) { return decode_into<Codec>(entry->value, out); },
        std::tuple<Codecs...>{});
    if (!done)
      return found::broken;
    names_.push_back(name);
    return found::loaded;
  }

private:
  const T& object_;
  const std::vector<key_value>& entries_;
  std::vector<std::string>& names_;
};

} // namespace detail

/// A pointer to a member of `T`, or of one of its bases.
template <class Pointer, class T>
concept member_of = std::is_member_object_pointer_v<Pointer> && std::is_base_of_v<
    typename detail::member_traits<Pointer>::owner, T>;

/// Some fields of a record: what an operation on a whole instance has found.
template <class T>
struct record_part {
  /// The others have the values of a fresh `T`.
  T values{};
  /// The names of those that were there, in the order of `inspect`.
  std::vector<std::string> fields;

  [[nodiscard]] bool empty() const noexcept { return fields.empty(); }
  [[nodiscard]] bool contains(const std::string& field) const {
    return std::find(fields.begin(), fields.end(), field) != fields.end();
  }
};

/// How the struct `T` lies in a record: each field that its `inspect` names is an entry under that
/// name. `Codecs` are of `field_codec` and `every_field`.
template <class T, class... Codecs>
struct record_fields {
  static_assert(std::is_default_constructible_v<T>, "what is absent has the value of a fresh one");

  using instance_type = T;
  using part_type = record_part<T>;
  template <auto Member>
  using codec_of = typename detail::member_codec<Member, std::tuple<Codecs...>, Codecs...>::type;

  /// What `inspect` calls the member, or `bad_value` where it does not name it.
  template <auto Member>
  static caf::expected<std::string> name_of() {
    static_assert(member_of<decltype(Member), T>, "this is no member of the record's type");
    static const auto name = find_name<Member>();
    if (!name)
      return make_error(errc::bad_value, "the inspect of the record's type does not name this "
                                         "member");
    return *name;
  }

  /// All fields, or `bad_value`.
  static caf::expected<std::vector<key_value>> encode(const T& value) {
    std::vector<key_value> result;
    try {
      detail::field_saver<T, Codecs...> f{value, result};
      if (inspect(f, const_cast<T&>(value))) // CAF's savers do the same
        return result;
    } catch (...) {}
    return make_error(errc::bad_value, "a field cannot be encoded");
  }

  /// The struct with those fields that are among the entries; others are none of its business.
  static caf::expected<part_type> decode_part(std::vector<key_value> entries) {
    std::sort(entries.begin(), entries.end(),
              [](const key_value& a, const key_value& b) { return a.key < b.key; });
    try {
      part_type result;
      detail::field_loader<T, Codecs...> f{result.values, entries, result.fields};
      if (inspect(f, result.values))
        return result;
    } catch (...) {}
    return make_error(errc::bad_value, "a field cannot be decoded");
  }

  static caf::expected<T> decode(std::vector<key_value> entries) {
    auto part = decode_part(std::move(entries));
    if (!part)
      return std::move(part.error());
    return std::move(part->values);
  }

  /// What has to be there for an instance to be seen as `old`. An absent field is seen as that of a
  /// fresh instance, so it is as good as one with that value.
  static caf::expected<std::vector<expected_entry>> expect(const std::vector<key_value>& old) {
    auto fresh = decode({});
    if (!fresh)
      return std::move(fresh.error());
    auto defaults = encode(*fresh);
    if (!defaults)
      return std::move(defaults.error());
    std::vector<expected_entry> result;
    for (const auto& entry : old) {
      const auto is_default =
          std::find(defaults->begin(), defaults->end(), entry) != defaults->end();
      result.push_back(
          {entry.key, entry.value,
           is_default ? expected_entry::kind::value_or_absent : expected_entry::kind::value});
    }
    return result;
  }

private:
  template <auto Member>
  static std::optional<std::string> find_name() {
    try {
      T fresh{};
      detail::name_finder<detail::member_value<Member>> f{std::addressof(fresh.*Member)};
      if (inspect(f, fresh))
        return f.name();
    } catch (...) {}
    return std::nullopt;
  }
};

} // namespace hamok
