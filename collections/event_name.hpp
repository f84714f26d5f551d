#pragma once

// The names of event types.

#include <concepts>
#include <cstddef>
#include <string_view>

namespace hamok {

namespace detail {

/// The name of `T` as the compiler writes it, without a type id.
template <class T>
constexpr std::string_view spelled() noexcept {
  constexpr std::string_view here = __PRETTY_FUNCTION__;
  constexpr std::string_view before = "T = ";
  const auto begin = here.find(before) + before.size();
  const auto end = here.find_first_of(";]", begin);
  return here.substr(begin, end - begin);
}

template <class T>
concept has_event_name = requires {
  { T::event_name } -> std::convertible_to<std::string_view>;
};

} // namespace detail

/// What the event type `T` is called in the log and between members: its static `event_name` where
/// it has one, else its own qualified name. Programs of different compilers write the names of
/// templates in different ways, so those had better have an `event_name`.
template <class T>
constexpr std::string_view event_name_of() noexcept {
  if constexpr (detail::has_event_name<T>)
    return T::event_name;
  else
    return detail::spelled<T>();
}

template <class E, class... Events>
concept one_of = (std::same_as<E, Events> || ...);

} // namespace hamok
