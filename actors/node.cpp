#include "hamok/actors/node.hpp"

#include "hamok/actors/interfaces/endpoint.hpp"
#include "hamok/actors/interfaces/random_id.hpp"
#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/actors/plugin.hpp"
#include "hamok/io/log.hpp"

#include <caf/io/middleman.hpp>
#include <caf/io/network/multiplexer.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace hamok {

namespace {

/// The callbacks of one node, shared with the actor that calls them.
class callback_table {
public:
  using callback = std::function<void(const any_event&)>;

  std::uint64_t add(callback what) {
    const std::lock_guard guard{mutex_};
    callbacks_.emplace(++last_, std::make_shared<callback>(std::move(what)));
    return last_;
  }

  void remove(std::uint64_t id) {
    const std::lock_guard guard{mutex_};
    callbacks_.erase(id);
  }

  /// Calls all of them, none of them under the lock.
  void call(const any_event& value) {
    std::unique_lock guard{mutex_};
    caller_ = std::this_thread::get_id();
    for (std::uint64_t id = 0; auto next = behind(id);) {
      guard.unlock();
      call_one(*next, value);
      next.reset();
      guard.lock();
    }
    caller_ = std::thread::id{};
    finished_ = finished_ || std::holds_alternative<event::closed>(value);
    idle_.notify_all();
  }

  /// Waits for the last event, if somebody wants it, and for a call that is going on, were it of
  /// one that is cancelled; no longer than `patience`. Nothing is called any more then.
  void finish(caf::timespan patience) {
    std::unique_lock guard{mutex_};
    if (caller_ != std::this_thread::get_id())
      idle_.wait_for(guard, patience, [this] {
        return (finished_ || callbacks_.empty()) && caller_ == std::thread::id{};
      });
    callbacks_.clear();
  }

private:
  using entry = std::shared_ptr<callback>;

  /// Whoever throws does not keep the others from hearing of it.
  static void call_one(const callback& what, const any_event& value) {
    try {
      what(value);
    } catch (const std::exception& thrown) {
      logger()->error("a callback for '{}' has thrown: {}", to_string(value), thrown.what());
    } catch (...) {
      logger()->error("a callback for '{}' has thrown", to_string(value));
    }
  }

  /// The first callback behind number `id`, which becomes its number.
  entry behind(std::uint64_t& id) {
    const auto found = callbacks_.upper_bound(id);
    if (found == callbacks_.end())
      return nullptr;
    id = found->first;
    return found->second;
  }

  std::mutex mutex_;
  std::condition_variable idle_;
  std::map<std::uint64_t, entry> callbacks_;
  std::uint64_t last_ = 0;
  std::thread::id caller_;
  bool finished_ = false;
};

/// Whoever does not answer any more has stopped.
caf::error translated(caf::error reason) {
  if (reason == caf::sec::request_receiver_down)
    return make_error(errc::stopped);
  if (reason == caf::sec::request_timeout)
    return make_error(errc::outcome_unknown,
                      "the node actor does not answer"); // it may do so later
  return reason;
}

/// Returns when actors in the multiplexer that were told to end have ended, and those that they
/// have told in turn: a node tells its applier, which tells its collections. Left behind in a
/// system that ends they would hold each other for ever.
void let_end(caf::actor_system& system) {
  if (!system.has_middleman())
    return;
  auto& multiplexer = system.middleman().backend();
  if (std::this_thread::get_id() == multiplexer.thread_id())
    return;
  constexpr auto generations = 4; // one more than there are
  for (auto i = 0; i < generations; ++i) {
    auto turn = std::make_shared<std::promise<void>>();
    auto passed = turn->get_future();
    multiplexer.post([turn] { turn->set_value(); });
    if (passed.wait_for(std::chrono::seconds{1}) != std::future_status::ready)
      return;
  }
}

} // namespace

struct node::impl {
  impl(caf::actor_system& sys, node_config cfg, const node_parts& parts)
      : system(sys),
        config(std::move(cfg)),
        access(parts.access),
        board(parts.board),
        actor(spawn_node_actor(sys, config, parts)) {}
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  ~impl() {
    static_cast<void>(close());
    callbacks->finish(std::chrono::seconds{1});
    if (listener)
      caf::anon_send_exit(listener, caf::exit_reason::user_shutdown);
    let_end(system);
  }

  /// Asks the node actor; the answer is a `T`.
  template <class T, class... Ts>
  caf::expected<T> ask(caf::timespan timeout, Ts&&... xs) {
    caf::scoped_actor self{system};
    std::optional<T> value;
    caf::error problem;
    compat::request(self.ptr(), actor, timeout, std::forward<Ts>(xs)...)
        .receive([&value](T& answer) { value = std::move(answer); },
                 [&problem](caf::error& reason) { problem = std::move(reason); });
    if (!value)
      return translated(std::move(problem));
    return std::move(*value);
  }

  /// Asks the node actor to do something.
  template <class... Ts>
  caf::error tell(caf::timespan timeout, Ts&&... xs) {
    caf::scoped_actor self{system};
    caf::error problem;
    compat::request(self.ptr(), actor, timeout, std::forward<Ts>(xs)...)
        .receive([] {}, [&problem](caf::error& reason) { problem = std::move(reason); });
    return problem ? translated(std::move(problem)) : caf::error{};
  }

  caf::error close() {
    if (closed.exchange(true))
      return {};
    auto problem = tell(node::patience, close_node_v);
    if (problem == errc::stopped) // it has ended before
      problem = {};
    if (problem) // it does not answer: end it the hard way
      caf::anon_send_exit(actor, caf::exit_reason::kill);
    access.calls->close(); // the facades outlive the node
    return problem;
  }

  caf::actor_system& system;
  node_config config;
  local_access access;
  std::shared_ptr<node_board> board;
  node_actor actor;
  std::atomic<bool> closed{false};
  std::mutex listener_mutex;
  caf::actor listener;  ///< calls the callbacks, in a thread of its own
  bool listens = false; ///< the node actor knows the listener
  bool listens_to_messages = false;
  std::shared_ptr<callback_table> callbacks = std::make_shared<callback_table>();
};

node::node(std::shared_ptr<impl> self) : impl_(std::move(self)) {}
node::node(node&&) noexcept = default;
node& node::operator=(node&&) noexcept = default;
node::~node() = default;

caf::error node::start() {
  return impl_->tell(patience, start_node_v);
}

caf::error node::stop() {
  return impl_->tell(patience, stop_node_v);
}

caf::error node::remove_remote_peer(const std::string& id) {
  return impl_->tell(impl_->config.request_timeout + patience, remove_remote_peer_v, id,
                     caf::timespan{0});
}

caf::error node::join(caf::timespan timeout) {
  return impl_->tell(bounded(timeout) + patience, join_cluster_v, bounded(timeout));
}

caf::error node::leave() {
  return impl_->tell(2 * impl_->config.request_timeout + patience, leave_cluster_v);
}

caf::error node::transfer_leadership(const std::string& id) {
  return impl_->tell(impl_->config.request_timeout + patience, transfer_leadership_v, id);
}

caf::expected<raft::index_t> node::compact(raft::index_t up_to) {
  return impl_->ask<raft::index_t>(patience, compact_log_v, up_to);
}

caf::error node::close() {
  return impl_->close();
}

caf::error node::add_remote_peer(const std::string& id, const std::string& endpoint) {
  return impl_->tell(impl_->config.request_timeout + patience, add_remote_peer_v,
                     peer_endpoint{id, endpoint}, caf::timespan{0});
}

caf::expected<std::string> node::wait_until_leader(caf::timespan timeout) {
  return impl_->ask<std::string>(bounded(timeout) + patience, await_leader_v, bounded(timeout));
}

caf::expected<raft::index_t> node::wait_until_commit_head(caf::timespan timeout) {
  return impl_->ask<raft::index_t>(bounded(timeout) + patience, await_commit_head_v,
                                   bounded(timeout));
}

caf::error node::ready(caf::timespan timeout) {
  const auto index =
      impl_->ask<raft::index_t>(bounded(timeout) + patience, await_ready_v, bounded(timeout));
  return index ? caf::error{} : index.error();
}

caf::expected<blob> node::submit(const std::string& id, blob command, caf::timespan timeout) {
  const auto limit = bounded(timeout, impl_->config.request_timeout);
  return impl_->ask<blob>(limit + answer_margin, submit_command_v, id,
                          execute{std::move(command), limit});
}

caf::expected<node_snapshot> node::export_snapshot(caf::timespan timeout) {
  return impl_->ask<node_snapshot>(bounded(timeout), export_content_v);
}

caf::error node::import_snapshot(node_snapshot given, caf::timespan timeout) {
  return impl_->tell(bounded(timeout) + patience, import_content_v, std::move(given), random_id(),
                     bounded(timeout));
}

caf::expected<collection_actor> node::open_collection(collection_spec spec) {
  return impl_->ask<collection_actor>(patience, open_collection_v, std::move(spec));
}

caf::expected<collection_actor> node::find_collection(const std::string& id) {
  return impl_->ask<collection_actor>(patience, find_collection_v, id);
}

caf::expected<std::vector<collection_status>> node::storages() {
  return impl_->ask<std::vector<collection_status>>(patience, list_collections_v);
}

caf::expected<node_status> node::status() {
  return impl_->ask<node_status>(patience, get_status_v);
}

const std::string& node::local_peer_id() const {
  return impl_->config.peer_id;
}

std::vector<std::string> node::remote_peer_ids() const {
  return impl_->board->get().remote_peers;
}

bool node::leader() const {
  return state() == raft::role::leader;
}

std::string node::leader_id() const {
  const auto notes = impl_->board->get();
  return notes.view.leader ? notes.view.leader->peer : std::string{};
}

raft::role node::state() const {
  return impl_->board->get().view.role;
}

raft::term_t node::term() const {
  return impl_->board->get().view.term;
}

raft::index_t node::commit_index() const {
  return impl_->board->get().view.commit_index;
}

raft::index_t node::applied_index() const {
  return impl_->board->get().applied_index;
}

bool node::running() const {
  return impl_->board->get().running;
}

const std::string& node::app_data() const {
  return impl_->config.app_data;
}

const node_config& node::config() const {
  return impl_->config;
}

node_stats node::stats() const {
  return impl_->board->get().stats;
}

std::string node::listening() const {
  return impl_->board->get().listening;
}

std::uint16_t node::port() const {
  const auto at = parse_endpoint(listening());
  return at ? at->port : std::uint16_t{0};
}

subscription node::listen(bool with_messages, std::function<void(const any_event&)> callback) {
  const auto callbacks = impl_->callbacks;
  const auto id = callbacks->add(std::move(callback));
  const std::lock_guard guard{impl_->listener_mutex};
  auto& self = *impl_;
  if (!self.listener)
    self.listener = self.system.spawn<caf::detached + caf::hidden>([callbacks] {
      return event_listener([callbacks](const any_event& x) { callbacks->call(x); });
    });
  if (!self.listens || (with_messages && !self.listens_to_messages)) {
    const auto both = self.listens_to_messages || with_messages;
    if (auto failed = self.tell(patience, subscribe_v, self.listener, both)) {
      logger()->warn("{} has no events for its callbacks: {}", local_peer_id(), text_of(failed));
    } else {
      self.listens = true;
      self.listens_to_messages = both;
    }
  }
  return subscription{[callbacks, id] { callbacks->remove(id); }};
}

void node::accept(const std::string& peer, const blob& frame) {
  compat::anon_send(impl_->actor, accept_message_v, peer, frame);
}

void node::subscribe(const caf::actor& subscriber, bool with_messages) {
  static_cast<void>(impl_->tell(patience, subscribe_v, subscriber, with_messages));
}

void node::unsubscribe(const caf::actor& subscriber) {
  static_cast<void>(impl_->tell(patience, unsubscribe_v, subscriber));
}

const node_actor& node::actor() const {
  return impl_->actor;
}

const local_access& node::access() const {
  return impl_->access;
}

caf::actor_system& node::system() const {
  return impl_->system;
}

caf::expected<node> spawn_node(caf::actor_system& system, node_config config, node_parts parts) {
  auto problems = config.validate();
  if (config.link == link_kind::broker && !system.has_middleman()
      && (config.initial_members.size() > 1 || !config.effective_listen().empty()))
    problems.push_back({"link", "broker links need CAF's middleman; load caf::io::middleman"});
  if (!problems.empty())
    return make_error(errc::invalid_config, to_string(problems));
  const auto start = config.auto_start;
  parts.access.request_timeout = config.request_timeout;
  node result{std::make_shared<node::impl>(system, std::move(config), parts)};
  if (start)
    if (auto problem = result.start())
      return problem;
  return result;
}

} // namespace hamok
