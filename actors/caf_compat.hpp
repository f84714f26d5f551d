#pragma once

// What differs between CAF 0.18.7 and 1.1.x, and nothing else. No other file asks for a version.
//
// The actors of Hamok are state classes that hold a `self_ptr`, the common base of scheduled actors
// and of brokers, so that one line decides where they run.

#include <caf/actor_cast.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/behavior.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>
#include <caf/config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/response_promise.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/span.hpp>
#include <caf/system_messages.hpp>
#include <caf/timespan.hpp>

#if CAF_VERSION >= 10000 || (defined(CAF_MAJOR_VERSION) && CAF_MAJOR_VERSION >= 1)
#define HAMOK_CAF_1 1
#include <caf/anon_mail.hpp>
#else
#define HAMOK_CAF_1 0
#endif

#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace hamok {

/// What a state class knows of the actor that it is the state of.
using self_ptr = caf::scheduled_actor*;

/// Where an actor runs.
enum class placement : std::uint8_t {
  automatic,   ///< multiplexer where the system has loaded the middleman, else scheduler
  scheduler,   ///< CAF's scheduler
  multiplexer, ///< the multiplexer's own thread: no wake-up between socket and log
};

} // namespace hamok

namespace hamok::compat {

#if HAMOK_CAF_1
using byte = std::byte;
#else
using byte = caf::byte;
#endif

/// Bytes as CAF's serializers take them.
inline caf::span<const byte> caf_bytes(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const byte*>(bytes.data()), bytes.size()};
}

inline caf::span<byte> caf_bytes(std::span<std::byte> bytes) noexcept {
  return {reinterpret_cast<byte*>(bytes.data()), bytes.size()};
}

inline std::span<const std::byte> std_bytes(const caf::byte_buffer& bytes) noexcept {
  return {reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()};
}

/// Sends a message in the name of `self`.
template <class Handle, class... Ts>
void send(self_ptr self, const Handle& to, Ts&&... xs) {
  if (!to)
    return;
  auto* receiver = caf::actor_cast<caf::abstract_actor*>(to);
#if HAMOK_CAF_1
  receiver->enqueue(caf::make_mailbox_element(self->ctrl(), caf::make_message_id(),
                                              caf::make_message(std::forward<Ts>(xs)...)),
                    self->context());
#else
  receiver->enqueue(caf::make_mailbox_element(caf::strong_actor_ptr{self->ctrl()},
                                              caf::make_message_id(), {}, std::forward<Ts>(xs)...),
                    self->context());
#endif
}

/// Sends a message in nobody's name; from any thread.
template <class Handle, class... Ts>
void anon_send(const Handle& to, Ts&&... xs) {
#if HAMOK_CAF_1
  caf::anon_mail(std::forward<Ts>(xs)...).send(to);
#else
  caf::anon_send(to, std::forward<Ts>(xs)...);
#endif
}

/// A request whose answer goes to `.then(...)` or `.await(...)`; `self` is a concrete actor type.
template <class Self, class Handle, class... Ts>
auto request(Self* self, const Handle& to, caf::timespan timeout, Ts&&... xs) {
#if HAMOK_CAF_1
  return self->mail(std::forward<Ts>(xs)...).request(to, timeout);
#else
  return self->request(to, timeout, std::forward<Ts>(xs)...);
#endif
}

/// Lets `to` answer the current request.
template <class Handle, class... Ts>
auto delegate(self_ptr self, const Handle& to, Ts&&... xs) {
  auto promise = self->make_response_promise();
  return promise.delegate(to, std::forward<Ts>(xs)...);
}

/// Replaces the behavior of `self`.
inline void become(self_ptr self, caf::behavior next) {
  self->do_become(std::move(next), true);
}

/// The handle of the actor that `self` is.
template <class Handle>
Handle handle_of(self_ptr self) {
  return caf::actor_cast<Handle>(self->ctrl());
}

/// Writes with `inspect` behind what is in `out`.
inline caf::binary_serializer binary_sink(caf::byte_buffer& out) {
#if HAMOK_CAF_1
  return caf::binary_serializer{out};
#else
  return {nullptr, out};
#endif
}

/// Reads with `inspect`.
inline caf::binary_deserializer binary_source(const void* data, std::size_t size) {
#if HAMOK_CAF_1
  return caf::binary_deserializer{data, size};
#else
  return {nullptr, data, size};
#endif
}

/// Gives exit messages to `what`, in place of ending `self`. `exit_reason::kill` ends it all the
/// same.
template <class F>
void on_exit_message(self_ptr self, F what) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  // Where CAF has another way, it asks for a handler in a behavior, which a typed one cannot have.
  self->set_exit_handler(std::move(what));
#pragma GCC diagnostic pop
}

/// Lets the exit messages of `master` end `self`, after a call of `farewell`, and nobody else's:
/// whoever has a handle could link to it and die. `exit_reason::kill` ends an actor whoever sends
/// it, and without a farewell.
template <class F>
void obey_only(self_ptr self, const caf::actor_addr& master, F farewell) {
  on_exit_message(self, [self, master, farewell](caf::exit_msg& msg) {
    if (msg.source != master)
      return;
    farewell();
    self->quit(std::move(msg.reason));
  });
}

/// Keeps `self` alive when somebody answers a plain message with an error, which would end it.
inline void outlive_errors(self_ptr self) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  self->set_error_handler([](caf::error&) {}); // as above
#pragma GCC diagnostic pop
}

/// Lets an exception end `self` with what it says as the reason. CAF itself would write to stderr.
inline void end_on_exception(self_ptr self) {
#ifdef CAF_ENABLE_EXCEPTIONS
  self->set_exception_handler([](std::exception_ptr& thrown) -> caf::error {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& what) {
      return caf::make_error(caf::sec::runtime_error, std::string{what.what()});
    } catch (...) {
      return caf::make_error(caf::sec::runtime_error, std::string{"an exception of its own kind"});
    }
  });
#else
  static_cast<void>(self);
#endif
}

/// Calls `what` in the context of `self` after `delay`.
template <class F>
void run_after(self_ptr self, caf::timespan delay, F what) {
  self->run_delayed(delay, std::move(what));
}

/// Calls a function of its owner when a watched actor ends. One for each actor, as a member of its
/// state.
class monitors {
public:
  /// Calls `on_down(reason)` in the context of `self` once `whom` has ended.
  template <class Handle, class F>
  void watch(self_ptr self, const Handle& whom, F on_down) {
#if HAMOK_CAF_1
    self->monitor(whom, [on_down](const caf::error& reason) mutable { on_down(reason); });
#else
    if (!callbacks_) {
      callbacks_ = std::make_shared<table>();
      self->set_down_handler([callbacks = callbacks_](caf::down_msg& msg) {
        auto range = callbacks->equal_range(msg.source);
        std::vector<std::function<void(const caf::error&)>> due;
        for (auto i = range.first; i != range.second; ++i)
          due.push_back(std::move(i->second));
        callbacks->erase(range.first, range.second);
        for (auto& callback : due)
          callback(msg.reason);
      });
    }
    auto addr = caf::actor_cast<caf::actor_addr>(whom);
    if (callbacks_->count(addr) == 0)
      self->monitor(whom);
    callbacks_->emplace(std::move(addr), std::move(on_down));
#endif
  }

#if !HAMOK_CAF_1
private:
  using table = std::multimap<caf::actor_addr, std::function<void(const caf::error&)>>;
  std::shared_ptr<table> callbacks_;
#endif
};

/// `Broker` that is tidy when it has ended. In CAF 0.18 it would leave out what every other actor
/// does then: close its mailbox (which would grow, and keep alive whoever is named in it), answer
/// the requests in it, and drop its own open requests.
template <class Broker>
class tidy : public Broker {
public:
  using Broker::Broker;

#if !HAMOK_CAF_1
  bool cleanup(caf::error&& reason, caf::execution_unit* host) override {
    this->close_all();
    // Past the broker's own, on purpose. NOLINTNEXTLINE(bugprone-parent-virtual-call)
    return caf::scheduled_actor::cleanup(std::move(reason), host);
  }
#endif
};

} // namespace hamok::compat
