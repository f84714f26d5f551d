#pragma once

// What an actor gets for an operation on a collection: CAF's response handle, with decoded values.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/error.hpp"
#include "hamok/collections/decode_failures.hpp"
#include "hamok/raft/bytes.hpp"

#include <caf/error.hpp>
#include <caf/scoped_actor.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace hamok {

/// What the actor forms of operations take first: a pointer to an actor, or a `caf::scoped_actor`.
template <class T>
concept actor_self = std::same_as<std::remove_cvref_t<T>, caf::scoped_actor> ||(
    std::is_pointer_v<std::remove_cvref_t<T>>&&
        std::derived_from<std::remove_pointer_t<std::remove_cvref_t<T>>, caf::local_actor>);

namespace detail {

template <actor_self Self>
auto* to_pointer(Self&& self) {
  if constexpr (std::is_pointer_v<std::remove_cvref_t<Self>>)
    return self;
  else
    return self.operator->();
}

/// The error in the words of Hamok: what CAF reports about the way to the collection says nothing
/// about the operation.
inline caf::error in_our_words(const caf::error& reason, errc otherwise) {
  if (reason.category() == caf::type_id_v<errc>)
    return reason;
  return make_error(otherwise, to_string(reason));
}

} // namespace detail

/// The answer to an operation on its way to an actor. `Decoder` has a `value_type`, a static
/// `decode(const blob&, value_type&)` and `on_failure`, the code for errors that are not Hamok's.
///
/// As with CAF's own handle, call one of `then`, `await` and `receive`, once. The value handler is
/// called with the value, or the error handler with a `caf::error` of `hamok::errc`. Thread safety:
/// as for the actor that asked.
template <class Decoder, class Handle>
class response {
public:
  using value_type = typename Decoder::value_type;

  explicit response(Handle handle, decode_failures failures = {})
      : handle_(std::in_place, std::move(handle)),
        failures_(std::move(failures)) {}
  /// The operation could not even be encoded: the error handler is called at once.
  explicit response(caf::error failure) : failure_(std::move(failure)) {}

  template <class OnValue, class OnError>
  void then(OnValue on_value, OnError on_error) {
    if (!handle_)
      return on_error(failure_);
    auto handlers = share(std::move(on_value), std::move(on_error));
    std::move(*handle_).then([handlers, failures = failures_](
                                 const blob& answer) { deliver(*handlers, answer, failures); },
                             [handlers](const caf::error& reason) { fail(*handlers, reason); });
  }

  template <class OnValue, class OnError>
  void await(OnValue on_value, OnError on_error) {
    if (!handle_)
      return on_error(failure_);
    auto handlers = share(std::move(on_value), std::move(on_error));
    std::move(*handle_).await([handlers, failures = failures_](
                                  const blob& answer) { deliver(*handlers, answer, failures); },
                              [handlers](const caf::error& reason) { fail(*handlers, reason); });
  }

  /// For blocking actors; waits until the timeout of the operation, and `answer_margin` longer when
  /// the collection says nothing.
  template <class OnValue, class OnError>
  void receive(OnValue on_value, OnError on_error) {
    if (!handle_)
      return on_error(failure_);
    auto handlers = share(std::move(on_value), std::move(on_error));
    std::move(*handle_).receive([handlers, failures = failures_](
                                    const blob& answer) { deliver(*handlers, answer, failures); },
                                [handlers](const caf::error& reason) { fail(*handlers, reason); });
  }

private:
  template <class OnValue, class OnError>
  static auto share(OnValue on_value, OnError on_error) {
    return std::make_shared<std::pair<OnValue, OnError>>(std::move(on_value), std::move(on_error));
  }

  template <class Handlers>
  static void deliver(Handlers& handlers, const blob& answer, const decode_failures& failures) {
    value_type value{};
    if (Decoder::decode(answer, value))
      return handlers.first(std::move(value));
    failures.tell("an answer");
    handlers.second(make_error(errc::bad_value, "the answer cannot be decoded"));
  }

  template <class Handlers>
  static void fail(Handlers& handlers, const caf::error& reason) {
    handlers.second(detail::in_our_words(reason, Decoder::on_failure));
  }

  std::optional<Handle> handle_;
  decode_failures failures_;
  caf::error failure_;
};

} // namespace hamok
