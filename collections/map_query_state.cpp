// The answers to `map_query`, from the state and from its views alike.

#include "hamok/collections/item_list_state.hpp"
#include "hamok/collections/map_state.hpp"
#include "hamok/collections/map_walk_state.hpp"
#include "hamok/raft/codec.hpp"

#include <algorithm>
#include <memory>

namespace hamok {

namespace {

enum class column { keys, values, both };

/// Whether an answer with all entries has room in a frame. Looks at no more of them than it needs.
template <class Content>
bool has_room(const Content& content, column which) {
  std::size_t size = 10;
  for (const auto& [key, value] : content) {
    if (which != column::values)
      size += map_answer::size_in_list(key.size());
    if (which != column::keys)
      size += map_answer::size_in_list(value.bytes().size());
    if (size > map_limit::answer_bytes)
      return false;
  }
  return true;
}

/// All entries, in the order of the keys' bytes.
template <class Content>
query_answer all(const Content& content, column which) {
  if (!has_room(content, which))
    return command_status::too_large;
  std::vector<const map_entry*> sorted;
  sorted.reserve(content.size());
  for (const auto& entry : content)
    sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  item_list result;
  for (const auto* entry : sorted) {
    if (which == column::both)
      result.add(map_limit::answer_bytes, entry->first.bytes(), entry->second.bytes());
    else
      result.add(map_limit::answer_bytes,
                 which == column::keys ? entry->first.bytes() : entry->second.bytes());
  }
  return std::move(result).finish();
}

template <class Content>
query_answer get_all(const Content& content, raft::reader& in) {
  item_list result;
  const auto count = in.count(1);
  if (count > map_limit::command_items)
    return command_status::too_large;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const auto key = in.bytes();
    const auto* value = content.find(key);
    if (value != nullptr && !result.add(map_limit::answer_bytes, key.bytes(), value->bytes()))
      return command_status::too_large;
  }
  if (!in.done())
    return std::nullopt;
  return std::move(result).finish();
}

template <class Content>
query_answer scan(const Content& content, raft::reader& in) {
  auto left = in.varint();
  const auto bounded = in.u8();
  const auto after = in.rest();
  if (!in.ok() || bounded > 1 || (bounded == 0 && !after.empty()))
    return std::nullopt;
  item_list page;
  if (left > 0)
    walk_map(content, bounded == 1 ? &after : nullptr, [&](const map_entry& entry) {
      const auto limit = page.empty() ? map_limit::answer_bytes : map_limit::page_bytes;
      return page.add(limit, entry.first.bytes(), entry.second.bytes()) && --left > 0;
    });
  return std::move(page).finish();
}

/// Questions that are nothing but their code.
template <class Content>
query_answer answer_plain(const Content& content, const digest128& digest, map_query::code code) {
  switch (code) {
  case map_query::code::keys:
    return all(content, column::keys);
  case map_query::code::values:
    return all(content, column::values);
  case map_query::code::entries:
    return all(content, column::both);
  case map_query::code::size:
    return map_answer::encode(std::uint64_t{content.size()});
  case map_query::code::digest:
    return to_blob(digest);
  default:
    return std::nullopt;
  }
}

template <class Content>
query_answer answer(const Content& content, const digest128& digest, const blob& question) {
  raft::reader in{question};
  const auto code = static_cast<map_query::code>(in.u8());
  if (!in.ok())
    return std::nullopt;
  switch (code) {
  case map_query::code::get: {
    const auto* found = content.find(in.rest());
    return found != nullptr ? found->framed() : blob{};
  }
  case map_query::code::contains:
    return map_answer::encode(content.find(in.rest()) != nullptr);
  case map_query::code::get_all:
    return get_all(content, in);
  case map_query::code::scan:
    return scan(content, in);
  default:
    return in.done() ? answer_plain(content, digest, code) : query_answer{std::nullopt};
  }
}

/// A root and what keeps it.
class root_view final : public map_view {
public:
  root_view(map_root root, const digest128& digest) : root_(std::move(root)), digest_(digest) {}

  [[nodiscard]] query_answer query(const blob& question) const override {
    return answer(root_, digest_, question);
  }
  [[nodiscard]] std::uint64_t size() const override { return root_.size(); }
  [[nodiscard]] digest128 digest() const override { return digest_; }
  [[nodiscard]] std::optional<blob> find(const blob& key) const override {
    const auto* found = root_.find(key);
    return found != nullptr ? std::optional{found->value()} : std::nullopt;
  }
  [[nodiscard]] std::unique_ptr<cursor> entries() const override {
    return std::make_unique<root_cursor>(root_);
  }

private:
  class root_cursor final : public cursor {
  public:
    explicit root_cursor(map_root root)
        : root_(std::move(root)),
          position_(root_.begin()),
          end_(root_.end()) {}

    [[nodiscard]] std::optional<key_value> next() override {
      if (position_ == end_)
        return std::nullopt;
      key_value result{position_->first, position_->second.value()};
      ++position_;
      return result;
    }

  private:
    map_root root_;
    map_root::iterator position_;
    map_root::iterator end_;
  };

  map_root root_;
  digest128 digest_;
};

} // namespace

std::shared_ptr<const state_view> map_state::view() {
  return std::make_shared<root_view>(content_.persistent(), digest_);
}

query_answer map_state::query(const blob& question) const {
  return answer(content_, digest_, question);
}

} // namespace hamok
