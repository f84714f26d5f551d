#include "hamok/collections/emitter_state.hpp"
#include "hamok/collections/emitter_view_state.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace hamok {

namespace {

event_subscription to_subscription(const blob& event, const blob& key, const blob& metadata) {
  raft::reader in{key};
  return {std::string{event.text()}, detail::read_subscriber(in), metadata};
}

/// Bytes of a subscription in an answer, at the most.
std::size_t size_in_answer(const blob& event, const blob& key, const blob& metadata) {
  return event.size() + key.size() + metadata.size() + 30;
}

/// Subscriptions, as long as they have room in an answer.
class subscription_list {
public:
  bool add(const blob& event, const event_listeners& listeners) {
    for (const auto& [key, metadata] : listeners) {
      size_ += size_in_answer(event, key, metadata);
      if (size_ > map_limit::answer_bytes)
        return false;
      items_.push_back(to_subscription(event, key, metadata));
    }
    return true;
  }

  [[nodiscard]] blob finish() && {
    std::ranges::sort(items_, [](const event_subscription& a, const event_subscription& b) {
      return a.event == b.event ? a.subscriber < b.subscriber : a.event < b.event;
    });
    return emitter_answer::encode(items_);
  }

private:
  std::size_t size_ = 0;
  std::vector<event_subscription> items_;
};

template <class Content>
query_answer list_all(const Content& content) {
  subscription_list result;
  for (const auto& [event, listeners] : content)
    if (!result.add(event, listeners))
      return command_status::too_large;
  return std::move(result).finish();
}

template <class Content>
query_answer list_one(const Content& content, const blob& event) {
  subscription_list result;
  if (const auto* listeners = content.find(event))
    if (!result.add(event, *listeners))
      return command_status::too_large;
  return std::move(result).finish();
}

template <class Content>
query_answer answer(const Content& content, const blob& question) {
  using emitter_query::code;
  raft::reader in{question};
  const auto what = static_cast<code>(in.u8());
  if (what == code::all)
    return in.done() ? list_all(content) : query_answer{std::nullopt};
  const auto event = in.bytes();
  if (!in.done())
    return std::nullopt;
  switch (what) {
  case code::has_subscribers:
    return map_answer::encode(content.find(event) != nullptr);
  case code::subscriptions:
    return list_one(content, event);
  default:
    return std::nullopt;
  }
}

/// A root and what keeps it.
class root_view final : public emitter_view {
public:
  root_view(emitter_root root, std::uint64_t size) : root_(std::move(root)), size_(size) {}

  [[nodiscard]] query_answer query(const blob& question) const override {
    return answer(root_, question);
  }
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  void each(const std::function<void(const blob& event, const event_subscriber& who)>& visit)
      const override {
    for (const auto& [event, listeners] : root_)
      for (const auto& [key, metadata] : listeners) {
        raft::reader in{key};
        visit(event, detail::read_subscriber(in));
      }
  }

private:
  emitter_root root_;
  std::uint64_t size_;
};

} // namespace

query_answer emitter_state::query(const blob& question) const {
  return answer(content_, question);
}

std::shared_ptr<const state_view> emitter_state::view() {
  return std::make_shared<root_view>(content_.persistent(), size_);
}

} // namespace hamok
