// Emitters: a plain set of subscriptions, each with its metadata.

#include "hamok/tests/sim/model.hpp"

#include <map>
#include <set>

namespace hamok::sim {

namespace {

class emitter_model final : public model {
public:
  std::uint64_t execute(const operation& op, raft::index_t) override {
    const auto which = subscription_of(op);
    switch (op.kind) {
    case operation_kind::subscribe:
      return metadata_.insert_or_assign(to_number(which), op.value).second ? 1 : 0;
    case operation_kind::unsubscribe:
      return metadata_.erase(to_number(which));
    case operation_kind::update:
      return update(op);
    case operation_kind::remove_subscriber:
      return remove([&](const subscription& each) {
        return each.member == which.member && each.number == which.number;
      });
    case operation_kind::remove_member:
      return remove([&](const subscription& each) { return each.member == which.member; });
    case operation_kind::publish:
      return publish(which.event);
    case operation_kind::import:
      metadata_.clear();
      for (const auto& [name, value] : subscriptions_of(op))
        metadata_[name] = value;
      return 0;
    default:
      return 0;
    }
  }

  content items() const override {
    content result;
    for (const auto& [which, metadata] : metadata_)
      result.push_back({which, metadata});
    return result;
  }

private:
  std::uint64_t update(const operation& op) {
    const auto found = metadata_.find(to_number(subscription_of(op)));
    if (found == metadata_.end() || (expects_metadata(op) && found->second != op.expected))
      return 0;
    found->second = op.value;
    return 1;
  }

  template <class Predicate>
  std::uint64_t remove(Predicate matches) {
    return std::erase_if(metadata_,
                         [&](const auto& each) { return matches(to_subscription(each.first)); });
  }

  /// The members that have a subscriber.
  [[nodiscard]] std::uint64_t publish(std::uint64_t event) const {
    std::set<std::uint64_t> reached;
    for (const auto& [number, metadata] : metadata_)
      if (to_subscription(number).event == event)
        reached.insert(to_subscription(number).member);
    content members;
    for (const auto member : reached)
      members.push_back({member, 0});
    return hash_of(members);
  }

  std::map<std::uint64_t, std::uint64_t> metadata_; ///< by subscription
};

} // namespace

std::unique_ptr<model> make_emitter_model() {
  return std::make_unique<emitter_model>();
}

} // namespace hamok::sim
