#pragma once

// Every way in which an operation of Hamok can fail, as an error code with a text that says what
// to do about it.

#include <caf/error.hpp>
#include <caf/is_error_code_enum.hpp>

#include <cstdint>
#include <string>

namespace hamok {

/// The codes behind `caf::error` values of Hamok. Numbers are on the wire: only add at the end.
enum class errc : std::uint8_t {
  none = 0,
  invalid_config,      ///< `validate()` has something to say
  stopped,             ///< the node is stopped or stopping
  no_leader,           ///< refused everywhere: the operation cannot have happened
  not_leader,          ///< refused by a member that does not lead: cannot have happened
  overloaded,          ///< refused: too much is waiting already; cannot have happened
  request_timeout,     ///< the deadline has passed and the operation cannot have happened
  outcome_unknown,     ///< the deadline has passed and the operation may have happened
  session_expired,     ///< the session of the operation is gone; it has not been applied under it
  closed,              ///< the collection was closed on this member
  kind_mismatch,       ///< the id belongs to a collection of another kind
  unknown_collection,  ///< there is no collection with this id
  unknown_kind,        ///< no state type of this kind is registered
  bad_command,         ///< the bytes of a command cannot be understood
  bad_value,           ///< the bytes of a key or value cannot be decoded by the codec
  too_large,           ///< over a limit: what was sent, or what would be answered
  refused_protocol,    ///< hello: no protocol version in common
  refused_cluster,     ///< hello: another cluster name or cluster id
  refused_stranger,    ///< hello: somebody else was expected at this endpoint
  refused_name_taken,  ///< hello: another living node has this peer id
  refused_duplicate,   ///< hello: there is a better link to the same member already
  refused_self,        ///< hello: the endpoint is this very node
  refused_state_types, ///< hello: the other side lacks a registered state type
  refused_malformed,   ///< hello or frame that cannot be understood
  refused_secret,      ///< hello: the shared secret does not match
  connection_lost,     ///< the connection went down before an answer came
  storage_failed,      ///< a write could not be made durable
  not_supported,       ///< the member cannot do this in its present configuration
  founding_conflict,   ///< another founding list was accepted already
  answer_too_large,    ///< the operation has happened, but no frame has room for its result
  actor_died,          ///< an actor of the member has ended with an error that is not its own
  transfer_failed,     ///< the leadership was not handed over
  refused_retired,     ///< hello: this life was removed from the cluster
  membership_refused,  ///< a change of the members cannot be, and has not begun
  snapshot_failed,     ///< a snapshot could not be made, or not be understood
  not_handled,         ///< a subscriber has failed over an event, or was not there
  diverged,            ///< a collection is not the same on two members at one index
  remote_unavailable,  ///< the storage of a remote map cannot be reached from this member
  remote_taken,        ///< the storage of a remote map belongs to another one
};

/// The one that was added last.
inline constexpr errc last_errc = errc::remote_taken;

/// The name of the code, as in the documentation.
[[nodiscard]] std::string to_string(errc code);

/// What the code means and what to do about it, in one sentence.
[[nodiscard]] std::string explain(errc code);

/// True when an operation that ended with `reason` cannot have had, and never will have, an effect.
[[nodiscard]] bool cannot_have_happened(const caf::error& reason);

/// What went wrong, for people: the sentence that an error of Hamok carries, or CAF's rendering of
/// any other error. Empty: nothing did.
[[nodiscard]] std::string text_of(const caf::error& reason);

/// An error with `explain(code)` as its text, followed by `detail` where there is some.
[[nodiscard]] caf::error make_error(errc code, const std::string& detail = {});

template <class Inspector>
bool inspect(Inspector& f, errc& x) {
  auto get = [&x] { return static_cast<std::uint8_t>(x); };
  auto set = [&x](std::uint8_t value) {
    x = static_cast<errc>(value);
    return value <= static_cast<std::uint8_t>(last_errc);
  };
  return f.apply(get, set);
}

} // namespace hamok
