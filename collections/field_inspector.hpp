#pragma once

// Goes through the fields of a user's struct by way of its `inspect`: stands where one of CAF's
// inspectors would, and understands the same words in all its releases.

#include "hamok/collections/codec.hpp"

#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace hamok::detail {

/// What a user names fields with: CAF's own view of text in some releases.
template <class Text>
std::string field_name_of(const Text& name) {
  if constexpr (std::convertible_to<const Text&, std::string_view>)
    return std::string{std::string_view{name}};
  else
    return {name.data(), name.size()};
}

/// Whether a setter of the user's, or another callback, is content: they answer a bool, an error,
/// or nothing.
template <class F, class... Ts>
bool agrees(F& what, Ts&&... xs) {
  using result = decltype(what(std::forward<Ts>(xs)...));
  if constexpr (std::is_void_v<result>) {
    what(std::forward<Ts>(xs)...);
    return true;
  } else if constexpr (std::is_same_v<result, bool>) {
    return what(std::forward<Ts>(xs)...);
  } else {
    return !what(std::forward<Ts>(xs)...);
  }
}

// How a field is read and written. `address` is null where it is no member.

template <class T>
struct member_access {
  using value_type = T;
  T* member;

  [[nodiscard]] const T& get() const { return *member; }
  [[nodiscard]] const void* address() const { return std::addressof(*member); }
  bool set(T&& value) {
    *member = std::move(value);
    return true;
  }
};

template <class Get, class Set>
struct virtual_access {
  using value_type = std::decay_t<std::invoke_result_t<Get&>>;
  Get getter;
  Set setter;

  [[nodiscard]] value_type get() { return getter(); }
  [[nodiscard]] static const void* address() { return nullptr; }
  bool set(value_type&& value) { return agrees(setter, std::move(value)); }
};

template <class IsPresent, class Get, class Reset, class Set>
struct optional_access {
  using value_type = std::optional<std::decay_t<std::invoke_result_t<Get&>>>;
  IsPresent is_present;
  Get getter;
  Reset reset;
  Set setter;

  [[nodiscard]] value_type get() { return is_present() ? value_type{getter()} : value_type{}; }
  [[nodiscard]] static const void* address() { return nullptr; }
  bool set(value_type&& value) { return value ? agrees(setter, std::move(*value)) : agrees(reset); }
};

struct no_fallback {};

struct always_valid {
  template <class T>
  bool operator()(const T&) const {
    return true;
  }
};

/// How looking for a field has ended.
enum class found { loaded, absent, broken };

/// A field as `inspect` names it.
template <class Access, class Fallback = no_fallback, class Valid = always_valid>
struct inspected_field {
  std::string name;
  Access access;
  Fallback otherwise{};
  Valid valid{};

  template <class U>
  auto fallback(U value) && {
    return inspected_field<Access, U, Valid>{std::move(name), std::move(access), std::move(value),
                                             std::move(valid)};
  }

  template <class Predicate>
  auto invariant(Predicate predicate) && {
    return inspected_field<Access, Fallback, Predicate>{std::move(name), std::move(access),
                                                        std::move(otherwise), std::move(predicate)};
  }

  template <class Inspector>
  bool operator()(Inspector& f) {
    if constexpr (Inspector::is_loading) {
      typename Access::value_type value{};
      switch (f.load(name, value, access.address())) {
      case found::loaded:
        return agrees(valid, std::as_const(value)) && access.set(std::move(value));
      case found::absent:
        if constexpr (!std::is_same_v<Fallback, no_fallback>)
          return access.set(typename Access::value_type(std::move(otherwise)));
        else
          return true;
      case found::broken:
        break;
      }
      return false;
    } else {
      return f.save(name, access.get(), access.address());
    }
  }
};

struct no_callback {};

template <class Inspector, class Callback = no_callback>
struct inspected_object {
  Inspector* f;
  Callback callback{};

  template <class Text>
  inspected_object&& pretty_name(const Text&) && {
    return std::move(*this);
  }

  template <class F>
  auto on_load(F what) && {
    if constexpr (Inspector::is_loading)
      return inspected_object<Inspector, F>{f, std::move(what)};
    else
      return std::move(*this);
  }

  template <class F>
  auto on_save(F what) && {
    if constexpr (Inspector::is_loading)
      return std::move(*this);
    else
      return inspected_object<Inspector, F>{f, std::move(what)};
  }

  template <class... Fields>
  bool fields(Fields&&... fs) {
    if constexpr (std::is_same_v<Callback, no_callback>)
      return (fs(*f) && ...);
    else if constexpr (Inspector::is_loading)
      return (fs(*f) && ...) && agrees(callback);
    else
      return agrees(callback) && (fs(*f) && ...);
  }
};

/// The base of inspectors that look at one field after the other. `Derived` has, where it loads,
/// `found load(name, T& out, address)`, and else `bool save(name, const T&, address)`; false ends
/// it.
template <class Derived, bool Loading>
class field_inspector {
public:
  static constexpr bool is_loading = Loading;

  [[nodiscard]] static constexpr bool has_human_readable_format() noexcept { return false; }

  template <class T>
  auto object(T&) {
    return inspected_object<Derived>{static_cast<Derived*>(this)};
  }

  template <class Text, class T>
  static auto field(const Text& name, T& member) {
    return inspected_field<member_access<T>>{field_name_of(name), {std::addressof(member)}};
  }

  template <class Text, class Get, class Set>
  static auto field(const Text& name, Get get, Set set) {
    return inspected_field<virtual_access<Get, Set>>{field_name_of(name),
                                                     {std::move(get), std::move(set)}};
  }

  template <class Text, class IsPresent, class Get, class Reset, class Set>
  static auto field(const Text& name, IsPresent is_present, Get get, Reset reset, Set set) {
    return inspected_field<optional_access<IsPresent, Get, Reset, Set>>{
        field_name_of(name),
        {std::move(is_present), std::move(get), std::move(reset), std::move(set)}};
  }

  /// What is no object has no fields.
  template <class T>
  bool apply(T&&) {
    return false;
  }

  void set_error(caf::error reason) { error_ = std::move(reason); }
  template <class... Ts>
  void emplace_error(Ts&&... xs) {
    error_ = caf::make_error(std::forward<Ts>(xs)...);
  }
  [[nodiscard]] const caf::error& get_error() const noexcept { return error_; }

private:
  caf::error error_;
};

} // namespace hamok::detail
