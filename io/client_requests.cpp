#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/endpoint.hpp"
#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/io/client_session.hpp"

#include <utility>

// The requests of a client: each becomes a message to the node or to a collection.

namespace hamok {

caf::timespan client_session::timeout_of(caf::timespan wanted) const {
  return (wanted.count() > 0 ? wanted : config_.limits.request_timeout) + answer_margin;
}

template <class T, class Handle, class... Ts>
void client_session::ask(ticket t, const Handle& whom, caf::timespan timeout, Ts&&... xs) {
  compat::request(self_, whom, timeout, std::forward<Ts>(xs)...)
      .then([this, t](const T& result) { respond(t, result); },
            [this, t](const caf::error& reason) { fail(t, reason); });
}

void client_session::handle(ticket t, const status_request&) {
  ask<node_status>(t, config_.node, timeout_of({}), get_status{});
}

void client_session::handle(ticket t, const list_collections_request&) {
  ask<std::vector<collection_status>>(t, config_.node, timeout_of({}), list_collections{});
}

void client_session::handle(ticket t, const open_collection_request& request) {
  const auto timeout =
      request.timeout.count() > 0 ? request.timeout : config_.limits.request_timeout;
  compat::request(self_, config_.node, timeout_of(timeout), open_collection{}, request.spec)
      .then(
          [this, t, timeout](const collection_actor& handle) {
            ask<collection_status>(t, handle, timeout_of(timeout), await_created{}, timeout);
          },
          [this, t](const caf::error& reason) { fail(t, reason); });
}

void client_session::handle(ticket t, const execute_request& request) {
  const execute_in_session command{request.session, request.sequence, request.first_outstanding,
                                   request.command, request.timeout,  request.opened_after};
  with_collection(request.collection, t, [this, t, command](const collection_actor& whom) {
    ask<blob>(t, whom, timeout_of(command.timeout), command);
  });
}

void client_session::handle(ticket t, const read_request& request) {
  const read_state question{request.query};
  with_collection(request.collection, t, [this, t, question](const collection_actor& whom) {
    ask<blob>(t, whom, timeout_of({}), question);
  });
}

void client_session::handle(ticket t, const collection_status_request& request) {
  with_collection(request.collection, t, [this, t](const collection_actor& whom) {
    ask<collection_status>(t, whom, timeout_of({}), get_status{});
  });
}

void client_session::handle(ticket t, const await_leader_request& request) {
  const auto timeout =
      request.timeout.count() > 0 ? request.timeout : config_.limits.request_timeout;
  ask<std::string>(t, config_.node, timeout_of(timeout), await_leader{}, timeout);
}

void client_session::handle(ticket t, const await_commit_head_request& request) {
  const auto timeout =
      request.timeout.count() > 0 ? request.timeout : config_.limits.request_timeout;
  compat::request(self_, config_.node, timeout_of(timeout), await_commit_head{}, timeout)
      .then([this, t](raft::index_t) { respond(t, std::monostate{}); },
            [this, t](const caf::error& reason) { fail(t, reason); });
}

void client_session::handle(ticket t, const transfer_leadership_request& request) {
  compat::request(self_, config_.node, timeout_of(request.timeout), transfer_leadership{},
                  request.to)
      .then([this, t] { respond(t, std::monostate{}); },
            [this, t](const caf::error& reason) { fail(t, reason); });
}

void client_session::handle(ticket t, const member_change_request& request) {
  if (!request.endpoint.empty() && !parse_endpoint(request.endpoint))
    return fail(t, make_error(errc::membership_refused, endpoint_problem(request.endpoint)));
  const auto done = [this, t] { respond(t, std::monostate{}); };
  const auto failed = [this, t](const caf::error& reason) { fail(t, reason); };
  const auto timeout = timeout_of(request.timeout);
  if (request.remove)
    compat::request(self_, config_.node, timeout, remove_remote_peer{}, request.peer,
                    request.timeout)
        .then(done, failed);
  else
    compat::request(self_, config_.node, timeout, add_remote_peer{},
                    peer_endpoint{request.peer, request.endpoint}, request.timeout)
        .then(done, failed);
}

void client_session::handle(ticket t, const compact_request& request) {
  ask<raft::index_t>(t, config_.node, timeout_of({}), compact_log{}, request.up_to);
}

void client_session::handle(ticket t, const export_request& request) {
  ask<node_snapshot>(t, config_.node, timeout_of(request.timeout), export_content{});
}

void client_session::handle(ticket t, const import_request& request) {
  compat::request(self_, config_.node, timeout_of(request.timeout) + answer_margin,
                  import_content{}, request.snapshot, request.id, request.timeout)
      .then([this, t] { respond(t, std::monostate{}); },
            [this, t](const caf::error& reason) { fail(t, reason); });
}

// -- collections ----------------------------------------------------------------------------------

void client_session::with_collection(const std::string& name, ticket t,
                                     std::function<void(const collection_actor&)> use) {
  auto found = collections_.find(name);
  if (found != collections_.end() && found->second.handle)
    return use(found->second.handle);
  if (found == collections_.end()) {
    if (collections_.size() >= max_known_collections)
      return fail(t, make_error(errc::overloaded, "too many collections for one connection"));
    found = collections_.emplace(name, known_collection{}).first;
    compat::request(self_, config_.node, timeout_of({}), find_collection{}, name)
        .then([this, name](const collection_actor& handle) { found_collection(name, handle); },
              [this, name](const caf::error& reason) { found_collection(name, reason); });
  }
  found->second.waiting.emplace_back(
      [this, t, call = std::move(use)](const caf::expected<collection_actor>& result) {
        if (result)
          return call(*result);
        auto unsent = t;
        unsent.changes = false;
        fail(unsent, result.error());
      });
}

void client_session::found_collection(const std::string& name,
                                      const caf::expected<collection_actor>& result) {
  auto& known = collections_[name];
  if (result)
    known.handle = *result;
  const auto waiting = std::exchange(known.waiting, {});
  if (!result)
    collections_.erase(name); // it may be there the next time
  for (const auto& call : waiting)
    call(result);
}

} // namespace hamok
