#pragma once

// How the content of all collections is replaced in one entry of the log. That entry creates a
// collection of a kind of its own, under a name that nobody else has: so it is proposed, repeated
// and awaited like every creation, and what comes twice does nothing. The collection that it leaves
// behind has no content and is a note that it has happened.

#include "hamok/collections/state_machine_state.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace hamok {

/// The kind of such a collection.
inline constexpr const char* restore_kind = "restore";

/// The new content of one collection, as its state machine's `load` takes it.
struct restore_item {
  std::uint64_t collection = 0;
  blob content;
};

/// The initial content of such a collection: what is to be replaced. Of the collections that are
/// not in the list, those that were created up to `as_of` are empty then, and later ones stay as
/// they are: whoever has made the list did not know of them.
struct restore_list {
  raft::index_t as_of = 0;
  std::vector<restore_item> items;
};

[[nodiscard]] blob encode(const restore_list& value);
[[nodiscard]] std::optional<restore_list> decode_restore_list(const blob& bytes);

/// Holds nothing, and understands nothing.
class restore_state final : public state_machine {
public:
  apply_result apply(const command_context&, const blob&) override {
    apply_result out;
    out.status = command_status::bad_command;
    return out;
  }
  [[nodiscard]] query_answer query(const blob&) const override { return std::nullopt; }
  [[nodiscard]] blob snapshot() const override { return {}; }
  bool restore(const blob& snapshot) override { return snapshot.empty(); }
  [[nodiscard]] std::shared_ptr<const state_cut> cut() override;
  bool load(state_source& source) override { return source.remaining() == 0; }
  [[nodiscard]] std::uint64_t size() const override { return 0; }
  [[nodiscard]] digest128 digest() const override { return {}; }
  [[nodiscard]] std::shared_ptr<const state_view> view() override { return nullptr; }
};

} // namespace hamok
