#pragma once

// What the typed facades of all collections have in common on a member: calls from plain threads,
// published content, and life.

#include "hamok/collections/collection_handle.hpp"
#include "hamok/collections/content_access.hpp"
#include "hamok/collections/future.hpp"
#include "hamok/collections/registry.hpp"

#include <caf/scoped_actor.hpp>

#include <memory>
#include <string>
#include <utility>

namespace hamok {

/// The base of `map` and its like. `Handle` is what actors use, a `collection_handle`.
///
/// Besides the operations of the handle, which take the asking actor first, there are the same
/// operations for plain threads, which give a `future`; these must not be waited for inside of an
/// actor.
///
/// Local reads look at the content that is published on this member, without a message and without
/// waiting: they see every write that was acknowledged to anybody on this member, and may lag
/// behind what other members have acknowledged.
///
/// Thread safety: const functions from any thread.
template <class Handle>
class member_facade : public Handle {
public:
  member_facade() = default;
  member_facade(std::string id, const local_access& access, Handle handle)
      : Handle(std::move(handle)),
        id_(std::move(id)),
        calls_(access.calls),
        content_(access.content->open(id_)) {}

  [[nodiscard]] const std::string& id() const noexcept { return id_; }

  // -- life, from plain threads -------------------------------------------------------------------

  using Handle::ready;
  using Handle::status;

  /// How the collection is.
  [[nodiscard]] caf::expected<collection_status> status(caf::timespan timeout = {}) const {
    return ask(this->time_for(timeout), get_status_v);
  }
  /// Waits until the collection is created.
  [[nodiscard]] caf::expected<collection_status> await_created(caf::timespan timeout = {}) const {
    const auto limit = this->time_for(timeout);
    return ask(limit + answer_margin, await_created_v, limit);
  }
  /// Waits until it is created and up to date on this member: everything has been applied that was
  /// committed then, as far as the leader has told. `no_leader` when there is none in time.
  [[nodiscard]] caf::expected<collection_status> await_ready(caf::timespan timeout = {}) const {
    const auto limit = this->time_for(timeout);
    return ask(limit + answer_margin, await_ready_v, limit);
  }
  /// It was closed on this member.
  [[nodiscard]] bool closed() const {
    const auto known = status();
    return !known || known->closed;
  }

  // -- snapshots, from plain threads --------------------------------------------------------------

  /// The content as it is now, see `export_collection`.
  [[nodiscard]] caf::expected<collection_snapshot>
  export_snapshot(caf::timespan timeout = default_transfer_timeout) const {
    return export_collection(this->actor_, timeout);
  }
  /// Replaces the content on all members, see `import_collection`.
  caf::error import_snapshot(collection_snapshot given,
                             caf::timespan timeout = default_transfer_timeout) const {
    return import_collection(this->actor_, std::move(given), timeout);
  }

protected:
  /// The options with the member's timeout where they name none.
  template <class Options>
  static Options with_timeout(Options options, const local_access& access) {
    options.request_timeout = bounded(options.request_timeout, access.request_timeout);
    return options;
  }

  /// An answer that `start(id)` brings about: `id` is the call's number in the table.
  template <class Decoder, class Start>
  future<typename Decoder::value_type> begin_call(caf::timespan limit, Start start) const {
    auto slot = calls_->open();
    const auto id = slot.id;
    future<typename Decoder::value_type> answer{calls_, std::move(slot),
                                                call_slot::clock::now() + limit, &Decoder::decode,
                                                this->failures()};
    if (id != 0)
      start(id);
    return answer;
  }

  /// Logs the command.
  template <class Decoder>
  future<typename Decoder::value_type> call(caf::expected<blob> command,
                                            caf::timespan timeout) const {
    if (!command)
      return future<typename Decoder::value_type>{std::move(command.error())};
    const auto limit = this->time_for(timeout);
    return begin_call<Decoder>(limit, [&](std::uint64_t id) {
      compat::anon_send(this->actor_, execute_call{id, std::move(*command), limit});
    });
  }

  /// Waits, as a plain thread, for what `request(self)` asks for.
  template <class Answer, class Request>
  caf::expected<Answer> wait_for(Request request) const {
    caf::scoped_actor self{this->actor_.home_system()};
    caf::expected<Answer> result = make_error(errc::connection_lost);
    request(self).receive([&](Answer answer) { result = std::move(answer); },
                          [&](const caf::error& reason) {
                            result = detail::in_our_words(reason, errc::connection_lost);
                          });
    return result;
  }

  [[nodiscard]] const std::shared_ptr<call_table>& calls() const noexcept { return calls_; }
  [[nodiscard]] published::snapshot content() const { return content_->get(); }

private:
  template <class... Ts>
  caf::expected<collection_status> ask(caf::timespan timeout, const Ts&... message) const {
    return wait_for<collection_status>([&](const caf::scoped_actor& self) {
      return compat::request(self.ptr(), this->actor_, timeout, message...);
    });
  }

  std::string id_;
  std::shared_ptr<call_table> calls_;
  std::shared_ptr<published> content_;
};

/// The collection of `spec` on a member, proposed for creation where it is not known. `Node` is
/// `hamok::node`, or anything with its `open_collection(spec)` and `access()`; `Facade` is made of
/// id, actor, access and options. Does not wait for the creation: operations do.
template <class Facade, class Node>
caf::expected<Facade> open_facade(Node& node, caf::expected<collection_spec> spec,
                                  typename Facade::options_type options) {
  if (!spec)
    return std::move(spec.error());
  auto id = spec->name;
  spec->limits = {options.request_timeout, options.max_message_entries, options.max_message_bytes};
  auto actor = node.open_collection(std::move(*spec));
  if (!actor)
    return std::move(actor.error());
  return Facade{std::move(id), std::move(*actor), node.access(), std::move(options)};
}

} // namespace hamok
