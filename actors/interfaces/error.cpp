#include "hamok/actors/interfaces/error.hpp"

#include "hamok/actors/interfaces/type_ids.hpp"

#include <array>
#include <cstddef>

namespace hamok {

namespace {

struct description {
  const char* name;
  const char* text;
  bool no_effect; ///< an operation that ends this way cannot have had an effect
};

constexpr std::array descriptions{
    description{"none", "nothing is wrong", false},
    description{"invalid_config",
                "the configuration is not valid; correct the options that are named", true},
    description{"stopped", "the node is stopped; start it, or ask another member", true},
    description{
        "no_leader",
        "no leader is known and the operation was appended nowhere; try again when there is "
        "one, and look at the connections if that takes long",
        true},
    description{"not_leader",
                "the member does not lead and has appended nothing; try again, the leader may just "
                "have changed",
                true},
    description{"overloaded", "too much is waiting already; send less, or try again later", true},
    description{"request_timeout",
                "the deadline has passed and the operation cannot have happened; try again with a "
                "longer one",
                true},
    description{"outcome_unknown",
                "the deadline has passed and the operation may or may not have happened; read the "
                "state before it is repeated",
                false},
    description{"session_expired",
                "the session of the operation is gone and it was not applied; open the collection "
                "again for a new session, and read the state if it was sent before",
                false},
    description{"closed",
                "the collection was closed on this member before the operation was sent; open it "
                "again",
                true},
    description{"kind_mismatch",
                "the id belongs to a collection of another kind; choose another id or that kind",
                true},
    description{"unknown_collection", "there is no collection with this id; create it", true},
    description{
        "unknown_kind",
        "no state type of this kind is registered; register it on every member before start", true},
    description{"bad_command",
                "the bytes of the command cannot be understood; caller and members have to be of "
                "compatible versions",
                true},
    description{
        "bad_value",
        "the bytes of a key or value do not fit its type; all users of the collection have to "
        "use the same types and codec",
        false},
    description{
        "too_large",
        "over a limit; send or ask for less at once, or raise the limit where it is one of the "
        "configuration",
        true},
    description{"refused_protocol",
                "both sides have no protocol version in common; bring them to compatible releases",
                true},
    description{"refused_cluster",
                "the other side belongs to another cluster; check `cluster` and the endpoints",
                true},
    description{"refused_stranger",
                "somebody else was expected at this endpoint; check the endpoints and peer ids of "
                "the members",
                true},
    description{"refused_name_taken",
                "another living node has this peer id; peer ids have to be unique, and who comes "
                "back is let in once the link of its earlier life is gone",
                true},
    description{"refused_duplicate",
                "there is a better link to the same member already, or the peer id is taken by a "
                "living member; peer ids have to be unique",
                true},
    description{"refused_self", "the endpoint leads back to this very node; check the endpoints",
                true},
    description{
        "refused_state_types",
        "the other side lacks a registered state type; register the same types on all members",
        true},
    description{"refused_malformed",
                "a hello or frame cannot be understood; something else speaks on that port, or the "
                "connection is damaged",
                true},
    description{"refused_secret", "the shared secret does not match; use the same on all members",
                true},
    description{"connection_lost",
                "the connection went down before an answer came; the operation may have happened",
                false},
    description{
        "storage_failed",
        "a write could not be made durable and the member takes no part any more; repair its "
        "storage and start it again",
        true},
    description{"not_supported", "the member cannot do this in its present configuration", true},
    description{
        "founding_conflict",
        "the founders do not agree on one list; give all of them the same `initial_members`, "
        "and start founders that have lost their memory together with all others",
        true},
    description{"answer_too_large",
                "the operation has happened, but its result is larger than a frame may be; read "
                "the state in parts, and ask for less at once",
                false},
    description{"actor_died",
                "an actor of this member has ended with an error; what is in the log is safe, and "
                "the text says what goes on; please report it",
                false},
    description{"transfer_failed",
                "the leadership was not handed over, and goes on where it is unless another leader "
                "is known; try again when the other voters are linked and have caught up",
                false},
    description{"refused_retired",
                "this life was removed from the cluster and cannot come back; join it again, as "
                "another life",
                true},
    description{"membership_refused",
                "the change of the members cannot be, and has not begun; the text says why", true},
    description{
        "snapshot_failed",
        "a snapshot of the collections could not be made, or not be understood; it is tried "
        "again, and the text says what is wrong",
        false},
    description{"not_handled",
                "a subscriber of the event has failed over it, or was not there any more; the "
                "others may have handled it",
                false},
    description{"diverged",
                "a state machine has to be a function of its commands alone; correct the kind, and "
                "restart the process of the member that differs to have the others' state",
                false},
    description{"remote_unavailable",
                "the storage of the remote map cannot be reached from this member; give the member "
                "one, or look at the storage and at the way to it",
                false},
    description{
        "remote_taken",
        "the storage belongs to another remote map, which has written to it first or since; "
        "give each remote map a storage or a prefix of its own",
        false},
};

static_assert(descriptions.size() == static_cast<std::size_t>(last_errc) + 1);

const description& describe(errc code) {
  const auto position = static_cast<std::size_t>(code);
  static constexpr description unknown{"unknown", "a code of a later release", false};
  return position < descriptions.size() ? descriptions[position] : unknown;
}

} // namespace

std::string to_string(errc code) {
  return describe(code).name;
}

std::string explain(errc code) {
  return describe(code).text;
}

bool cannot_have_happened(const caf::error& reason) {
  return reason
         && reason.category()
                == caf::type_id_v<errc> && describe(static_cast<errc>(reason.code())).no_effect;
}

std::string text_of(const caf::error& reason) {
  if (!reason)
    return {};
  if (reason.context().match_elements<std::string>())
    return reason.context().get_as<std::string>(0);
  if (reason.category() == caf::type_id_v<errc>)
    return explain(static_cast<errc>(reason.code()));
  return caf::to_string(reason);
}

caf::error make_error(errc code, const std::string& detail) {
  if (code == errc::none)
    return {};
  auto text = explain(code);
  if (!detail.empty())
    text += ": " + detail;
  return caf::error{code, caf::make_message(std::move(text))};
}

} // namespace hamok
