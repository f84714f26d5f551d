#pragma once

// Who listens to which event, on all members alike. Only the library itself includes this, as with
// map_state.hpp.

#include "hamok/collections/emitter_command_state.hpp"
#include "hamok/collections/map_state.hpp"
#include "hamok/collections/state_machine_state.hpp"

#include <immer/map.hpp>
#include <immer/map_transient.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace hamok {

/// The subscribers of one event, as bytes, with their metadata.
using event_listeners = immer::map<blob, blob, key_hash, std::equal_to<>>;

/// All subscriptions, by the name of the event.
using emitter_root = immer::map<blob, event_listeners, key_hash, std::equal_to<>>;

/// Understands `emitter_command` and `emitter_query`. Events that are published change nothing
/// here.
class emitter_state final : public state_machine {
public:
  apply_result apply(const command_context& context, const blob& command) override;
  [[nodiscard]] query_answer query(const blob& question) const override;
  [[nodiscard]] blob snapshot() const override;
  bool restore(const blob& snapshot) override;
  [[nodiscard]] std::shared_ptr<const state_cut> cut() override;
  bool load(state_source& source) override;
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] digest128 digest() const override { return digest_; }
  [[nodiscard]] std::shared_ptr<const state_view> view() override;

private:
  struct target; ///< an event and one of its subscribers, as a command names them

  apply_result apply_subscribe(raft::reader& in, bool events);
  apply_result apply_unsubscribe(raft::reader& in, bool events);
  apply_result apply_update(raft::reader& in, bool events);
  apply_result apply_remove_subscriber(raft::reader& in, bool events);
  apply_result apply_remove_member(raft::reader& in, bool events);
  apply_result apply_publish(raft::reader& in, bool events) const;

  [[nodiscard]] const blob* find(const target& which) const;
  void put(const target& which, blob metadata);
  bool take(const target& which, bool events, apply_result& out);
  /// Ends all whose subscriber `matches`; gives their number.
  template <class Predicate>
  std::uint64_t take_all(Predicate matches, bool events, apply_result& out);

  emitter_root::transient_type content_;
  std::uint64_t size_ = 0;
  digest128 digest_;
};

} // namespace hamok
