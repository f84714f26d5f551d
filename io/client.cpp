#include "hamok/io/client.hpp"

#include "hamok/actors/interfaces/random_id.hpp"
#include "hamok/io/wire.hpp"

#include <poll.h>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace hamok {

namespace {

using std::chrono::steady_clock;
using time_point = client_connection::time_point;

constexpr auto first_pause = std::chrono::microseconds{500};
constexpr auto longest_pause = std::chrono::microseconds{20'000};

/// While events are awaited, the member is asked for a sign of life after this much silence.
constexpr auto ping_after = std::chrono::seconds{1};
constexpr auto lost_after = std::chrono::seconds{5};

/// Another attempt, maybe through another member, can still succeed.
bool worth_another_try(errc code) {
  switch (code) {
  case errc::no_leader:
  case errc::not_leader:
  case errc::overloaded:
  case errc::stopped:
  case errc::closed:
  case errc::request_timeout:
  case errc::outcome_unknown:
  case errc::connection_lost:
  case errc::storage_failed:
  case errc::refused_retired:
    return true;
  default:
    return false;
  }
}

/// A member has named the reason why it does not even take the request; nor would another one.
bool is_final(const caf::error& refused) {
  return refused == errc::refused_malformed || refused == errc::too_large;
}

/// What no member would take: empty, or why.
std::string objection_to_name(const std::string& name) {
  if (name.size() <= max_wire_name)
    return {};
  return "the name '" + name.substr(0, 32) + "...' has " + std::to_string(name.size())
         + " bytes, at most " + std::to_string(max_wire_name) + " are possible";
}

std::string objection_to(const client_request_body& body) {
  return std::visit(
      [](const auto& request) -> std::string {
        if constexpr (requires { request.collection; })
          return objection_to_name(request.collection);
        else if constexpr (requires { request.endpoint; })
          return objection_to_name(request.peer.size() > max_wire_name ? request.peer
                                                                       : request.endpoint);
        else if constexpr (requires { request.spec; })
          return objection_to_name(request.spec.name.size() > max_wire_name ? request.spec.name
                                                                            : request.spec.kind);
        else if constexpr (requires { request.collections; })
          for (const auto& name : request.collections)
            if (auto objection = objection_to_name(name); !objection.empty())
              return objection;
        return {};
      },
      body);
}

/// Tells the member how long the client will listen.
void limit(client_request_body& body, std::chrono::nanoseconds left) {
  std::visit(
      [left](auto& request) {
        if constexpr (requires { request.timeout; })
          request.timeout = std::max(left, std::chrono::nanoseconds{std::chrono::milliseconds{1}});
      },
      body);
}

caf::error error_of(const client_response& response) {
  if (response.text.empty())
    return make_error(response.code);
  return caf::error{response.code, caf::make_message(response.text)};
}

/// The body of the response, if it is of the type that belongs to the request.
template <class T>
caf::expected<T> take(caf::expected<client_response> response) {
  if (!response)
    return response.error();
  if (auto* body = std::get_if<T>(&response->body))
    return std::move(*body);
  return make_error(errc::refused_malformed, "an answer of another type");
}

caf::error only_error(const caf::expected<client_response>& response) {
  return response ? caf::error{} : response.error();
}

} // namespace

client::client(client_options options)
    : options_(std::move(options)),
      endpoints_(options_.endpoints),
      welcome_limit_(first_welcome_limit()) {}

// -- calls ----------------------------------------------------------------------------------------

caf::error client::connect() {
  progress so_far{.deadline = steady_clock::now() + options_.timeout};
  for (;;) {
    so_far.last = ensure_connected(so_far.deadline);
    if (!so_far.last || so_far.last != errc::connection_lost || !options_.keep_trying
        || steady_clock::now() >= so_far.deadline)
      return so_far.last;
    pause(so_far);
  }
}

caf::expected<node_status> client::status() {
  return take<node_status>(call(status_request{}));
}

caf::expected<std::vector<collection_status>> client::list() {
  return take<std::vector<collection_status>>(call(list_collections_request{}));
}

caf::expected<collection_status> client::collection(const std::string& name) {
  return take<collection_status>(call(collection_status_request{name}));
}

caf::expected<collection_status> client::open(const collection_spec& spec) {
  return take<collection_status>(call(open_collection_request{.spec = spec}));
}

caf::expected<blob> client::read(const std::string& collection, const blob& query) {
  return take<blob>(call(read_request{collection, query}));
}

caf::error client::await_commit_head() {
  return only_error(call(await_commit_head_request{}));
}

caf::error client::transfer_leadership(const std::string& to) {
  return only_error(call(transfer_leadership_request{.to = to}));
}

caf::error client::add_member(const std::string& id, const std::string& endpoint) {
  return only_error(call(member_change_request{.peer = id, .endpoint = endpoint}));
}

caf::error client::remove_member(const std::string& id) {
  return only_error(call(member_change_request{.remove = true, .peer = id}));
}

caf::expected<raft::index_t> client::compact(raft::index_t up_to) {
  return take<raft::index_t>(call(compact_request{up_to}));
}

caf::expected<node_snapshot> client::export_snapshot() {
  return take<node_snapshot>(call(export_request{}));
}

caf::error client::import_snapshot(node_snapshot given) {
  return only_error(call(import_request{.snapshot = std::move(given), .id = random_id()}));
}

caf::expected<std::string> client::await_leader() {
  return take<std::string>(call(await_leader_request{}));
}

caf::expected<blob> client::execute(const std::string& name, const blob& command) {
  const auto deadline = steady_clock::now() + options_.timeout;
  for (auto tries = 1;; ++tries) {
    auto& used = sessions_[name];
    if (used.id.none()) {
      // Where the log was before the session was chosen: so an old one cannot come back to life.
      auto status = take<collection_status>(call_until(deadline, collection_status_request{name}));
      if (!status)
        return status.error();
      used.opened_after = status->applied_index;
      used.id = random_id();
    }
    const auto sequence = used.next_sequence++;
    execute_request request{.collection = name,
                            .session = used.id,
                            .sequence = sequence,
                            .first_outstanding = sequence,
                            .command = command,
                            .opened_after = used.opened_after};
    auto result = take<blob>(call_until(deadline, std::move(request)));
    if (result || result.error() != errc::session_expired)
      return result;
    // Not applied under the old session, nor ever will be: a new one begins.
    used = session{};
    if (tries == 3)
      return result;
  }
}

// -- attempts -------------------------------------------------------------------------------------

caf::expected<client_response> client::call(client_request_body body) {
  return call_until(steady_clock::now() + options_.timeout, std::move(body));
}

caf::expected<client_response> client::call_until(time_point deadline, client_request_body body) {
  if (const auto objection = objection_to(body); !objection.empty())
    return make_error(errc::too_large, objection);
  progress so_far{.deadline = deadline};
  do {
    so_far.last = ensure_connected(so_far.deadline);
    if (so_far.last) {
      const auto unreachable = so_far.last == errc::connection_lost;
      if (!unreachable || (!options_.keep_trying && !so_far.may_have_happened))
        break;
    } else {
      auto response = attempt(body, so_far);
      if (response)
        return response;
      if (so_far.last.category()
              != caf::type_id_v<errc> || !worth_another_try(static_cast<errc>(so_far.last.code())))
        break;
    }
    pause(so_far);
  } while (steady_clock::now() < so_far.deadline);
  return failure(body, so_far);
}

caf::expected<client_response> client::attempt(client_request_body& body, progress& so_far) {
  const auto now = steady_clock::now();
  const auto end = attempt_end(body, so_far);
  // The member answers a little earlier than the client gives up, so that its reason arrives.
  limit(body, (end - now) * 9 / 10);
  const auto id = next_request_++;
  so_far.last = connection_.send({id, body}, end);
  if (so_far.last == errc::too_large)
    return so_far.last;
  if (so_far.last) {
    suspect_member();
    abandon_member(); // an incomplete request is never executed
    return so_far.last;
  }
  auto response = connection_.receive(id, end);
  if (!response && is_final(response.error())) {
    so_far.last = std::move(response.error());
    return so_far.last;
  }
  if (!response) {
    so_far.may_have_happened = true;
    so_far.last = caf::error{errc::connection_lost, caf::make_message(text_of(response.error()))};
    suspect_member();
    abandon_member();
    return so_far.last;
  }
  if (response->code == errc::none)
    return response;
  so_far.last = error_of(*response);
  const auto told = response->code;
  if (told == errc::outcome_unknown || told == errc::connection_lost
      || told == errc::answer_too_large)
    so_far.may_have_happened = true;
  if (worth_another_try(told) && told != errc::overloaded)
    abandon_member();
  return so_far.last;
}

/// A change of the members waits for links and for a learner that catches up, and snapshots are
/// large: half of the time is left for another member, should this one be silent because it is
/// dead.
time_point client::attempt_end(const client_request_body& body, const progress& so_far) const {
  const auto now = steady_clock::now();
  auto limit = options_.attempt_timeout;
  if (std::holds_alternative<member_change_request>(body)
      || std::holds_alternative<export_request>(body)
      || std::holds_alternative<import_request>(body))
    limit = std::max<duration>(limit, (so_far.deadline - now) / 2);
  return std::min(so_far.deadline, now + limit);
}

/// What the caller is told when all attempts have failed (consensus.md, 10).
caf::error client::failure(const client_request_body& body, progress& so_far) const {
  if (so_far.last == errc::answer_too_large)
    return so_far.last; // more than "unknown": it has happened
  if (so_far.last == errc::outcome_unknown)
    return so_far.last; // has the sentence already
  if (may_change(body) && so_far.may_have_happened)
    return make_error(errc::outcome_unknown, text_of(so_far.last));
  // Nobody was waited for: better the plain reason.
  const auto at_once = !options_.keep_trying && !may_change(body);
  if (so_far.last != errc::connection_lost || at_once)
    return so_far.last;
  return caf::error{errc::request_timeout,
                    caf::make_message("nothing has happened, no member has answered in time: "
                                      + text_of(so_far.last))};
}

/// Waits a little, longer each time, so that a cluster without a leader is not flooded.
void client::pause(progress& so_far) const {
  so_far.pause = std::clamp(2 * so_far.pause, std::chrono::microseconds{first_pause},
                            std::chrono::microseconds{longest_pause});
  const auto left =
      std::chrono::duration_cast<std::chrono::nanoseconds>(so_far.deadline - steady_clock::now());
  const auto length =
      std::clamp(left, std::chrono::nanoseconds{0}, std::chrono::nanoseconds{so_far.pause});
  const timespec span{0, static_cast<long>(length.count())};
  ppoll(nullptr, 0, &span, nullptr);
}

// -- events ---------------------------------------------------------------------------------------

caf::error client::watch(const subscribe_request& what, const event_handler& on_event,
                         const std::function<bool()>& go_on) {
  const auto accepted = call(what);
  if (!accepted)
    return accepted.error();
  auto heard = steady_clock::now();
  auto pinged = heard;
  for (auto wanted = true; wanted && go_on();) {
    auto got = connection_.next_frame(steady_clock::now() + std::chrono::milliseconds{100});
    const auto now = steady_clock::now();
    if (got) {
      heard = now;
      if (auto failed = deliver(*got, accepted->id, on_event, wanted))
        return failed;
      continue;
    }
    if (got.error() != errc::request_timeout)
      return got.error();
    if (now - heard > lost_after) {
      connection_.close();
      return make_error(errc::connection_lost, "the member gives no sign of life");
    }
    if (now - std::max(heard, pinged) > ping_after) {
      pinged = now;
      if (auto failed = connection_.ping(now + ping_after))
        return failed;
    }
  }
  connection_.close(); // ends the subscription
  return {};
}

caf::error client::deliver(const frame& got, std::uint64_t subscription,
                           const event_handler& on_event, bool& wanted) const {
  if (got.type != frame_type::client_event)
    return {};
  const auto event = decode_client_event(got.payload);
  if (!event)
    return make_error(errc::refused_malformed, "an event that cannot be understood");
  if (event->id == subscription)
    wanted = on_event(*event);
  return {};
}

} // namespace hamok
