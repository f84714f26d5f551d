#include "hamok/actors/status_collector.hpp"

#include "hamok/raft/quorum.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hamok {

namespace {

constexpr auto collection_patience = std::chrono::seconds{1};
constexpr auto part_patience = std::chrono::seconds{2};

/// Asks all collections at once.
class collections_gatherer : public caf::event_based_actor {
public:
  collections_gatherer(caf::actor_config& cfg, std::vector<collection_actor> collections)
      : caf::event_based_actor(cfg),
        collections_(std::move(collections)) {}

  caf::behavior make_behavior() override {
    collection_status_collector::behavior_type typed{[this](get_status) { return ask(); }};
    return std::move(typed.unbox());
  }

private:
  using promise_type = caf::typed_response_promise<std::vector<collection_status>>;

  promise_type ask() {
    auto promise = make_response_promise<std::vector<collection_status>>();
    answer_ = promise;
    missing_ = collections_.size();
    for (const auto& collection : collections_)
      compat::request(this, collection, collection_patience, get_status_v)
          .then(
              [this](collection_status& status) {
                statuses_.push_back(std::move(status));
                finish_one();
              },
              [this](const caf::error&) { finish_one(); });
    if (collections_.empty())
      finish();
    return promise;
  }

  void finish_one() {
    if (--missing_ == 0)
      finish();
  }

  void finish() {
    std::sort(statuses_.begin(), statuses_.end(),
              [](const auto& lhs, const auto& rhs) { return lhs.name < rhs.name; });
    answer_.deliver(std::move(statuses_));
    quit();
  }

  std::vector<collection_actor> collections_;
  std::vector<collection_status> statuses_;
  std::size_t missing_ = 0;
  promise_type answer_;
};

/// Asks role and applier.
class node_gatherer : public caf::event_based_actor {
public:
  node_gatherer(caf::actor_config& cfg, node_status known, role_actor role, applier_actor applier)
      : caf::event_based_actor(cfg),
        status_(std::move(known)),
        role_(std::move(role)),
        applier_(std::move(applier)) {}

  caf::behavior make_behavior() override {
    node_status_collector::behavior_type typed{[this](get_status) { return ask(); }};
    return std::move(typed.unbox());
  }

  void on_exit() override {
    role_ = nullptr;
    applier_ = nullptr;
    caf::event_based_actor::on_exit();
  }

private:
  using promise_type = caf::typed_response_promise<node_status>;

  promise_type ask() {
    auto promise = make_response_promise<node_status>();
    answer_ = promise;
    compat::request(this, applier_, part_patience, get_status_v)
        .then(
            [this](std::vector<collection_status>& collections) {
              status_.collections = std::move(collections);
              finish_one();
            },
            [this](const caf::error&) { finish_one(); });
    if (!role_) {
      finish_one();
      return promise;
    }
    compat::request(this, role_, part_patience, get_view_v)
        .then(
            [this](role_view& view) {
              status_.view = std::move(view);
              finish_one();
            },
            [this](const caf::error&) { finish_one(); });
    return promise;
  }

  void finish_one() {
    if (--missing_ > 0)
      return;
    for (auto& member : status_.members) {
      member.voter = raft::is_voter(status_.view.members, member.id);
      member.learner = raft::contains(status_.view.members.learners, member.id);
    }
    answer_.deliver(std::move(status_));
    quit();
  }

  node_status status_;
  role_actor role_;
  applier_actor applier_;
  int missing_ = 2;
  promise_type answer_;
};

/// Waits until each collection has answered `drain`.
class drain_watcher : public caf::event_based_actor {
public:
  drain_watcher(caf::actor_config& cfg, std::vector<collection_actor> collections,
                caf::timespan limit, node_actor node)
      : caf::event_based_actor(cfg),
        missing_(collections.size() + 1),
        node_(std::move(node)) {
    for (const auto& collection : collections)
      compat::request(this, collection, limit, drain_v)
          .then([this] { finish_one(); }, [this](const caf::error&) { finish_one(); });
    compat::anon_send(caf::actor_cast<caf::actor>(this), drained_v);
  }

  caf::behavior make_behavior() override {
    return {[this](drained) { finish_one(); }};
  }

  void on_exit() override {
    node_ = nullptr;
    caf::event_based_actor::on_exit();
  }

private:
  void finish_one() {
    if (--missing_ > 0)
      return;
    compat::send(this, node_, drained_v);
    quit();
  }

  std::size_t missing_; ///< answers, and the start
  node_actor node_;
};

} // namespace

void spawn_drain_watcher(caf::actor_system& system, std::vector<collection_actor> collections,
                         caf::timespan limit, node_actor node) {
  system.spawn<drain_watcher, caf::hidden>(std::move(collections), limit, std::move(node));
}

collection_status_collector spawn_status_collector(caf::actor_system& system,
                                                   std::vector<collection_actor> collections) {
  return caf::actor_cast<collection_status_collector>(
      system.spawn<collections_gatherer, caf::hidden>(std::move(collections)));
}

node_status_collector spawn_status_collector(caf::actor_system& system, node_status known,
                                             role_actor role, applier_actor applier) {
  return caf::actor_cast<node_status_collector>(system.spawn<node_gatherer, caf::hidden>(
      std::move(known), std::move(role), std::move(applier)));
}

} // namespace hamok
