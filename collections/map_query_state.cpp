// The answers to `map_query`, from the state and from its views alike.

#include "hamok/collections/map_state.hpp"
#include "hamok/raft/codec.hpp"

#include <algorithm>
#include <memory>

namespace hamok {

namespace {

using entry_type = std::pair<blob, stored_value>;

/// The entries behind `after`, in the order of their keys, at most `count`.
template <class Content>
std::vector<const entry_type*> sorted_entries(const Content& content,
                                              const std::optional<blob>& after, std::size_t count) {
  std::vector<const entry_type*> result;
  for (const auto& entry : content)
    if (!after || *after < entry.first)
      result.push_back(&entry);
  const auto end = result.begin() + static_cast<std::ptrdiff_t>(std::min(count, result.size()));
  std::partial_sort(result.begin(), end, result.end(),
                    [](const auto* a, const auto* b) { return a->first < b->first; });
  result.erase(end, result.end());
  return result;
}

blob encode_entries(const std::vector<const entry_type*>& entries) {
  std::size_t size = 10;
  for (const auto* entry : entries)
    size += 20 + entry->first.size() + entry->second.framed().size();
  std::vector<std::byte> bytes;
  bytes.reserve(size);
  raft::writer out{bytes};
  out.varint(entries.size());
  for (const auto* entry : entries) {
    out.bytes(entry->first.bytes());
    out.bytes(entry->second.bytes());
  }
  return blob::from_vector(std::move(bytes));
}

enum class column { keys, values };

template <class Content>
blob all(const Content& content, column which) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  out.varint(content.size());
  for (const auto* entry : sorted_entries(content, std::nullopt, content.size()))
    out.bytes(which == column::keys ? entry->first.bytes() : entry->second.bytes());
  return blob::from_vector(std::move(bytes));
}

template <class Content>
std::optional<blob> get_all(const Content& content, raft::reader& in) {
  std::vector<key_value> found;
  const auto count = in.count(1);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    auto key = in.bytes();
    if (const auto* value = content.find(key))
      found.push_back({std::move(key), value->value()});
  }
  if (!in.done())
    return std::nullopt;
  return map_answer::encode(found);
}

template <class Content>
std::optional<blob> scan(const Content& content, raft::reader& in) {
  const auto count = in.varint();
  const auto bounded = in.u8();
  const auto rest = in.rest();
  if (!in.ok() || bounded > 1 || (bounded == 0 && !rest.empty()))
    return std::nullopt;
  const auto after = bounded == 1 ? std::optional{rest} : std::nullopt;
  return encode_entries(sorted_entries(content, after, count));
}

/// Questions that are nothing but their code.
template <class Content>
std::optional<blob> answer_plain(const Content& content, const digest128& digest,
                                 map_query::code code) {
  switch (code) {
  case map_query::code::keys:
    return all(content, column::keys);
  case map_query::code::values:
    return all(content, column::values);
  case map_query::code::entries:
    return encode_entries(sorted_entries(content, std::nullopt, content.size()));
  case map_query::code::size:
    return map_answer::encode(std::uint64_t{content.size()});
  case map_query::code::digest:
    return to_blob(digest);
  default:
    return std::nullopt;
  }
}

template <class Content>
std::optional<blob> answer(const Content& content, const digest128& digest, const blob& question) {
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
    return in.done() ? answer_plain(content, digest, code) : std::nullopt;
  }
}

/// A root and what keeps it.
class root_view final : public map_view {
public:
  root_view(map_root root, const digest128& digest) : root_(std::move(root)), digest_(digest) {}

  [[nodiscard]] std::optional<blob> query(const blob& question) const override {
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

std::optional<blob> map_state::query(const blob& question) const {
  return answer(content_, digest_, question);
}

} // namespace hamok
