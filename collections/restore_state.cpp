#include "hamok/collections/restore_state.hpp"

#include "hamok/raft/codec.hpp"

#include <utility>

namespace hamok {

namespace {

/// A number and a length have at least so many bytes.
constexpr std::size_t min_item_size = 2;

class empty_cut final : public state_cut {
public:
  void write(state_sink&) const override {}
  [[nodiscard]] digest128 digest() const override { return {}; }
};

} // namespace

blob encode(const restore_list& value) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.u64(value.as_of);
  out.varint(value.items.size());
  for (const auto& item : value.items) {
    out.varint(item.collection);
    out.bytes(item.content.bytes());
  }
  return blob::from_vector(std::move(bytes));
}

std::optional<restore_list> decode_restore_list(const blob& bytes) {
  raft::reader in{bytes};
  restore_list result;
  result.as_of = in.u64();
  const auto count = in.count(min_item_size);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const auto number = in.varint();
    result.items.push_back({number, in.bytes()});
  }
  if (!in.done())
    return std::nullopt;
  return result;
}

std::shared_ptr<const state_cut> restore_state::cut() {
  return std::make_shared<empty_cut>();
}

} // namespace hamok
