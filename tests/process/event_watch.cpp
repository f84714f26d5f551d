#include "hamok/tests/process/event_watch.hpp"

#include "hamok/actors/interfaces/events.hpp"
#include "hamok/tests/catch.hpp"

#include <algorithm>
#include <utility>

namespace hamok::process_test {

event_watch::event_watch(client via)
    : thread_([this, own = std::move(via)]() mutable { run(std::move(own)); }) {
  std::unique_lock guard{mutex_};
  changed_.wait(guard, [this] { return subscribed_ || ended_; });
}

event_watch::~event_watch() {
  stopping_ = true;
  thread_.join();
}

bool event_watch::saw(const std::string& beginning, std::chrono::milliseconds limit) const {
  std::unique_lock guard{mutex_};
  return changed_.wait_for(guard, limit, [&] {
    return std::ranges::any_of(lines_,
                               [&](const auto& line) { return line.starts_with(beginning); });
  });
}

void event_watch::run(client via) {
  const auto take = [this](const client_event& got) {
    const auto* told = std::get_if<event_text>(&got.body);
    if (told == nullptr || told->name == "commit" || told->name == "heartbeat")
      return !stopping_.load();
    const std::lock_guard guard{mutex_};
    lines_.push_back(to_string(*told));
    changed_.notify_all();
    return !stopping_.load();
  };
  const auto go_on = [this] {
    const std::lock_guard guard{mutex_};
    subscribed_ = true; // it is asked as soon as there is something to wait for
    changed_.notify_all();
    return !stopping_.load();
  };
  const auto failed = via.watch({.node = true, .collections = {}}, take, go_on);
  const std::lock_guard guard{mutex_};
  ended_ = true;
  if (failed)
    lines_.push_back("watching has failed: " + to_string(failed));
  changed_.notify_all();
}

} // namespace hamok::process_test
