#pragma once

// Goes through the entries of a map from any key on. What immer offers begins at the start, so this
// looks at its nodes; nothing else in the project does.

#include "hamok/collections/map_state.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace hamok {

using map_entry = std::pair<blob, stored_value>;

/// The order of the walk: hashes are compared digit by digit, the lowest first, as the tree
/// branches by them; equal hashes by the bytes of their keys. It depends on nothing but the keys.
template <class Hash, class Tree>
class map_walk {
  using node = std::remove_pointer_t<decltype(Tree::root)>;
  static constexpr auto digit_bits = Tree::bits;
  static constexpr auto branches = immer::detail::hamts::branches<digit_bits>;
  static constexpr auto max_depth = immer::detail::hamts::max_depth<digit_bits>;
  using bitmap = typename Tree::bitmap_t;

public:
  explicit map_walk(const Tree& tree) noexcept : tree_(tree) {}

  /// Calls `visit` for the entries behind `after` (null: all), until it answers false.
  template <class Visit>
  void from(const blob* after, Visit visit) {
    if (after != nullptr)
      hash_ = Hash{}(*after);
    step(*tree_.root, 0, after, visit);
  }

private:
  [[nodiscard]] static std::size_t digit(std::size_t hash, std::size_t depth) noexcept {
    return (hash >> (digit_bits * depth)) % branches;
  }

  /// Whether the entry comes behind the key where the walk begins.
  [[nodiscard]] bool behind(const map_entry& entry, const blob& after) const {
    const auto hash = Hash{}(entry.first);
    if (hash == hash_)
      return after < entry.first;
    const auto depth = static_cast<std::size_t>(std::countr_zero(hash ^ hash_)) / digit_bits;
    return digit(hash_, depth) < digit(hash, depth);
  }

  /// False: `visit` has enough.
  template <class Visit>
  bool step(const node& at, std::size_t depth, const blob* after, Visit& visit) {
    if (depth == max_depth)
      return step_equal(at, after, visit);
    const auto first = after != nullptr ? digit(hash_, depth) : 0;
    for (auto i = first; i < branches; ++i) {
      const auto bit = static_cast<bitmap>(bitmap{1} << i);
      const auto* bound = i == first ? after : nullptr;
      const auto offset = [bit](bitmap all) { return std::popcount(all & (bit - 1)); };
      if ((at.nodemap() & bit) != 0) {
        if (!step(*at.children()[offset(at.nodemap())], depth + 1, bound, visit))
          return false;
      } else if ((at.datamap() & bit) != 0) {
        const map_entry& entry = at.values()[offset(at.datamap())];
        if ((bound == nullptr || behind(entry, *bound)) && !visit(entry))
          return false;
      }
    }
    return true;
  }

  /// Entries whose keys have one hash are in no order of their own.
  template <class Visit>
  bool step_equal(const node& at, const blob* after, Visit& visit) {
    std::vector<const map_entry*> sorted;
    for (std::size_t i = 0; i < at.collision_count(); ++i)
      if (after == nullptr || *after < at.collisions()[i].first)
        sorted.push_back(&at.collisions()[i]);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return a->first < b->first; });
    return std::all_of(sorted.begin(), sorted.end(),
                       [&visit](const auto* entry) { return visit(*entry); });
  }

  const Tree& tree_;
  std::size_t hash_ = 0; ///< of the key where the walk begins
};

/// Calls `visit` for the entries of a map, transient or not, that come behind the key `after`
/// (null: for all), until it answers false.
template <class Hash = key_hash, class Content, class Visit>
void walk_map(const Content& content, const blob* after, Visit visit) {
  const auto& tree = content.impl();
  map_walk<Hash, std::remove_cvref_t<decltype(tree)>>{tree}.from(after, std::move(visit));
}

} // namespace hamok
