// What a client has subscribed to, and what it is told.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/io/client_session.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

/// Events that wait until the client has been told that its subscription is there.
constexpr std::size_t max_held = 1024;

} // namespace

// -- the way to a subscription --------------------------------------------------------------------

/// First all collections are found, then all are subscribed to: a request that cannot be met as a
/// whole leaves nothing behind.
struct client_session::subscribing {
  ticket request;
  bool node = false;
  std::vector<std::pair<std::string, collection_actor>> found;
  std::size_t missing = 0; ///< answers of this step
  caf::error failure;      ///< the first one
};

void client_session::handle(ticket t, const subscribe_request& request) {
  if (followed_.size() + request.collections.size() > max_known_collections
      || feeds_.size() >= max_known_collections)
    return fail(t, make_error(errc::overloaded, "too many subscriptions"));
  if (feeds_.count(t.id) > 0)
    return fail(t, make_error(errc::bad_command, "the id belongs to another subscription"));
  feeds_.emplace(t.id, feed{});
  auto job = std::make_shared<subscribing>();
  job->request = t;
  job->node = request.node;
  job->missing = request.collections.size();
  if (job->missing == 0)
    return subscribe_to_all(job);
  const auto one_less = [this, job] {
    if (--job->missing == 0)
      subscribe_to_all(job);
  };
  for (const auto& name : request.collections)
    compat::request(self_, config_.node, timeout_of({}), find_collection{}, name)
        .then(
            [job, name, one_less](const collection_actor& whom) {
              job->found.emplace_back(name, whom);
              one_less();
            },
            [job, one_less](const caf::error& reason) {
              if (!job->failure)
                job->failure = reason;
              one_less();
            });
}

void client_session::subscribe_to_all(const std::shared_ptr<subscribing>& job) {
  job->missing = job->found.size() + (job->node ? 1 : 0);
  if (job->failure || job->missing == 0)
    return finish_subscribing(*job);
  const auto me = caf::actor_cast<caf::actor>(self_);
  const auto subscribe_to = [this, job, me](const auto& whom) {
    const auto one_less = [this, job] {
      if (--job->missing == 0)
        finish_subscribing(*job);
    };
    compat::request(self_, whom, timeout_of({}), subscribe{}, me)
        .then(one_less, [job, one_less](const caf::error& reason) {
          if (!job->failure)
            job->failure = reason;
          one_less();
        });
  };
  if (job->node) {
    node_feeds_.push_back(job->request.id);
    subscribe_to(config_.node);
  }
  for (const auto& [name, whom] : job->found) {
    auto& feeds = followed_[name].feeds;
    if (std::find(feeds.begin(), feeds.end(), job->request.id) == feeds.end())
      feeds.push_back(job->request.id);
    subscribe_to(whom); // whoever subscribes twice is told once
  }
}

void client_session::finish_subscribing(const subscribing& job) {
  if (job.failure) {
    undo_subscribing(job);
    return fail(job.request, job.failure);
  }
  respond(job.request, std::monostate{});
  auto& ready = feeds_[job.request.id];
  ready.accepted = true;
  const auto missed = std::exchange(ready.missed, 0);
  for (auto& event : std::exchange(ready.held, {}))
    send_event(std::move(event));
  ready.missed += missed;
  tell_missed();
}

void client_session::undo_subscribing(const subscribing& job) {
  const auto me = caf::actor_cast<caf::actor>(self_);
  for (const auto& [name, whom] : job.found) {
    const auto followed = followed_.find(name);
    if (followed == followed_.end() || std::erase(followed->second.feeds, job.request.id) == 0
        || !followed->second.feeds.empty())
      continue;
    compat::send(self_, whom, unsubscribe{}, me);
    followed_.erase(followed);
  }
  if (std::erase(node_feeds_, job.request.id) > 0 && node_feeds_.empty())
    compat::send(self_, config_.node, unsubscribe{}, me);
  feeds_.erase(job.request.id);
}

// -- events ---------------------------------------------------------------------------------------

void client_session::on_event(const any_event& value) {
  if (const auto* gap = std::get_if<event::lagged>(&value))
    return on_lagged(gap->count);
  for (const auto id : node_feeds_)
    send_event({id, describe(value)});
}

void client_session::on_collection_event(const collection_event& value) {
  const auto found = followed_.find(value.collection);
  if (found == followed_.end())
    return;
  found->second.relay = caf::actor_cast<caf::actor_addr>(self_->current_sender());
  for (const auto id : found->second.feeds)
    send_event({id, value});
}

/// The node's events have a gap, or those of the collection whose events have this sender.
void client_session::on_lagged(std::uint64_t count) {
  const auto from = caf::actor_cast<caf::actor_addr>(self_->current_sender());
  auto feeds = node_feeds_;
  for (const auto& [name, followed] : followed_)
    if (from && followed.relay == from)
      feeds = followed.feeds;
  for (const auto id : feeds)
    if (const auto found = feeds_.find(id); found != feeds_.end())
      found->second.missed += count;
  tell_missed();
}

/// Answers come first: events get half of the window.
bool client_session::has_room_for_events() const noexcept {
  return connection_.unsent() <= config_.limits.window / 2;
}

void client_session::send_event(client_event event) {
  const auto found = feeds_.find(event.id);
  if (ending_ || found == feeds_.end())
    return;
  auto& to = found->second;
  if (!to.accepted && to.held.size() < max_held) {
    to.held.push_back(std::move(event));
    return;
  }
  if (!to.accepted || !has_room_for_events()) {
    ++to.missed;
    return;
  }
  tell_missed(event.id, to);
  if (!connection_.write_raw([&event](std::vector<std::byte>& out) { append_frame(out, event); }))
    ++to.missed;
}

void client_session::tell_missed(std::uint64_t id, feed& which) {
  if (which.missed == 0 || !which.accepted)
    return;
  const client_event gap{id, event::lagged{which.missed}};
  if (connection_.write_raw([&gap](std::vector<std::byte>& out) { append_frame(out, gap); }))
    which.missed = 0;
}

/// The client has caught up, maybe: then it hears now what it has missed, not with the next event.
void client_session::tell_missed() {
  if (!has_room_for_events())
    return;
  for (auto& [id, which] : feeds_)
    tell_missed(id, which);
}

} // namespace hamok
