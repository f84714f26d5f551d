#include "hamok/actors/event_hub.hpp"

#include <algorithm>
#include <utility>

namespace hamok {

namespace {

/// Events that may be in a subscriber's mailbox at a time.
constexpr std::size_t window = 64;

/// How long a subscriber may take for them before one more event asks whether it still lives.
constexpr auto subscriber_patience = std::chrono::minutes{1};

/// Moves events from a queue to a subscriber. The last event of each batch is a request: its
/// answer, of whatever kind, says that the subscriber has got that far.
class event_forwarder : public caf::event_based_actor {
public:
  event_forwarder(caf::actor_config& cfg, caf::actor receiver, std::shared_ptr<event_queue> queue)
      : caf::event_based_actor(cfg),
        subscriber_(std::move(receiver)),
        queue_(std::move(queue)) {}

  caf::behavior make_behavior() override {
    watch_.watch(this, subscriber_, [this](const caf::error&) { quit(); });
    return {[this](deadline_reached) {
      if (!waiting_)
        forward(window);
    }};
  }

  void on_exit() override {
    queue_->abandon();
    subscriber_ = nullptr;
    caf::event_based_actor::on_exit();
  }

private:
  void forward(std::size_t count) {
    waiting_ = false;
    const auto events = queue_->take(count);
    if (events.empty()) {
      if (queue_->finished())
        quit();
      return;
    }
    // In nobody's name: a subscriber that does not understand an event would answer with an error,
    // which ends whoever gets it unasked.
    for (std::size_t i = 0; i + 1 < events.size(); ++i)
      std::visit([this](const auto& value) { compat::anon_send(subscriber_, value); }, events[i]);
    waiting_ = true;
    std::visit([this](const auto& value) { ask(value); }, events.back());
  }

  template <class Event>
  void ask(const Event& value) {
    compat::request(this, subscriber_, subscriber_patience, value)
        .then([this] { forward(window); },
              [this](const caf::error& reason) {
                forward(reason == caf::sec::request_timeout ? 1 : window);
              });
  }

  caf::actor subscriber_;
  std::shared_ptr<event_queue> queue_;
  compat::monitors watch_;
  bool waiting_ = false;
};

template <class... Events>
caf::behavior listener_of(std::variant<Events...>*,
                          const std::function<void(const any_event&)>& callback) {
  return {[callback](const Events& value) { callback(any_event{value}); }...};
}

} // namespace

event_hub::event_hub(caf::actor_system& system, std::size_t limit)
    : system_(system),
      limit_(limit),
      watch_(std::make_shared<std::atomic<bool>>(false)) {}

event_hub::~event_hub() {
  for (const auto& one : subscriptions_)
    end(one, true);
}

void event_hub::add(const caf::actor& subscriber, bool with_messages) {
  forget_the_dead();
  const auto address = caf::actor_cast<caf::actor_addr>(subscriber);
  for (auto& one : subscriptions_) {
    if (one.subscriber == address) {
      one.with_messages = with_messages;
      update_watch();
      return;
    }
  }
  auto queue = std::make_shared<event_queue>(limit_);
  auto forwarder = system_.spawn<event_forwarder, caf::hidden>(subscriber, queue);
  subscriptions_.push_back({address, std::move(forwarder), std::move(queue), with_messages});
  update_watch();
}

void event_hub::remove(const caf::actor_addr& subscriber) {
  const auto found =
      std::find_if(subscriptions_.begin(), subscriptions_.end(),
                   [&](const subscription& one) { return one.subscriber == subscriber; });
  if (found == subscriptions_.end())
    return;
  end(*found, false);
  subscriptions_.erase(found);
  update_watch();
}

std::size_t event_hub::size() {
  forget_the_dead();
  return subscriptions_.size();
}

/// The forwarder watches its subscriber, and gives its queue up when it ends.
void event_hub::forget_the_dead() {
  if (std::erase_if(subscriptions_, [](const subscription& one) { return one.queue->abandoned(); })
      > 0)
    update_watch();
}

void event_hub::publish(const any_event& value) {
  forget_the_dead();
  const auto is_message = std::holds_alternative<event::message>(value);
  for (const auto& one : subscriptions_)
    if ((one.with_messages || !is_message) && one.queue->push(value))
      compat::anon_send(one.forwarder, deadline_reached{});
}

void event_hub::end(const subscription& ended, bool give_out_rest) {
  if (ended.queue->close(give_out_rest))
    compat::anon_send(ended.forwarder, deadline_reached{});
}

void event_hub::update_watch() {
  *watch_ = std::any_of(subscriptions_.begin(), subscriptions_.end(),
                        [](const subscription& one) { return one.with_messages; });
}

caf::behavior event_listener(std::function<void(const any_event&)> callback) {
  return listener_of(static_cast<any_event*>(nullptr), callback);
}

} // namespace hamok
