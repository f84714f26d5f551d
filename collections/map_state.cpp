#include "hamok/collections/map_state.hpp"

#include "hamok/collections/state_bytes_state.hpp"
#include "hamok/raft/codec.hpp"

#include <algorithm>
#include <set>

namespace hamok {

namespace {

constexpr std::uint8_t map_snapshot_version = 1;

state_event make_event(map_event kind, blob key, blob old_value, blob new_value) {
  return {static_cast<std::uint8_t>(kind), std::move(key), std::move(old_value),
          std::move(new_value)};
}

/// Nothing was changed.
apply_result refuse(command_status reason) {
  apply_result result;
  result.status = reason;
  return result;
}

blob value_or_empty(const stored_value& value) {
  return value.framed().empty() ? blob{} : value.value();
}

bool has_bytes(const stored_value& value, const blob& expected) {
  return value.value() == expected;
}

command_status read_keys(raft::reader& in, std::vector<blob>& out) {
  const auto count = in.count(1);
  if (count > map_limit::command_items)
    return command_status::too_large;
  out.reserve(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    out.push_back(in.bytes());
  return in.done() ? command_status::ok : command_status::bad_command;
}

} // namespace

// -- reading commands -----------------------------------------------------------------------------

command_status map_state::read_pair(raft::reader& in, std::size_t key_size, blob piece,
                                    pair_piece& out) {
  if (!in.ok() || key_size >= piece.size() || piece.bytes()[key_size] != map_answer::present)
    return command_status::bad_command;
  if (piece.size() - 1 > map_limit::pair_bytes)
    return command_status::too_large;
  out.key_size = key_size;
  out.piece = std::move(piece);
  return command_status::ok;
}

command_status map_state::read_last_pair(raft::reader& in, pair_piece& out) {
  const auto key_size = in.varint();
  return read_pair(in, key_size, in.rest(), out);
}

command_status map_state::read_pairs(raft::reader& in, std::vector<pair_piece>& out) {
  const auto count = in.count(3);
  if (count > map_limit::command_items)
    return command_status::too_large;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto key_size = in.varint();
    const auto status = read_pair(in, key_size, in.bytes(), out.emplace_back());
    if (status != command_status::ok)
      return status;
  }
  return in.done() ? command_status::ok : command_status::bad_command;
}

apply_result map_state::apply(const command_context& context, const blob& command) {
  using map_command::code;
  raft::reader in{command};
  const auto events = context.events;
  switch (static_cast<code>(in.u8())) {
  case code::set:
    return apply_set(in, events);
  case code::set_all:
    return apply_set_all(in, events);
  case code::insert:
    return apply_insert(in, events);
  case code::insert_all:
    return apply_insert_all(in, events);
  case code::update_if:
    return apply_update_if(in, events);
  case code::remove:
    return apply_remove(in, events);
  case code::remove_all:
    return apply_remove_all(in, events);
  case code::remove_if:
    return apply_remove_if(in, events);
  case code::erase:
    return apply_erase(in, events);
  case code::erase_all:
    return apply_erase_all(in, events);
  case code::clear:
    return apply_clear(in, events);
  case code::update_all_if:
    return apply_update_all_if(in, events);
  }
  return refuse(command_status::bad_command);
}

// -- changing the content -------------------------------------------------------------------------

/// Sets the pair; gives the previous value, unframed empty when there was none.
stored_value map_state::put(const pair_piece& pair, bool events, apply_result& out) {
  // One copy for key and value together; it lets go of the frame that the command came in.
  const blob own{pair.piece.bytes()};
  auto key = own.slice(0, pair.key_size);
  stored_value value{own.slice(pair.key_size, own.size() - pair.key_size)};
  stored_value previous;
  if (const auto* found = content_.find(key)) {
    previous = *found;
    digest_ -= hash_pair(key.bytes(), previous.bytes());
  }
  digest_ += hash_pair(key.bytes(), value.bytes());
  if (events)
    out.events.push_back(
        make_event(previous.framed().empty() ? map_event::insert : map_event::update, key,
                   value_or_empty(previous), value.value()));
  content_.set(std::move(key), std::move(value));
  return previous;
}

/// Removes the key; gives its value, unframed empty when there was none.
stored_value map_state::take(const blob& key, bool events, apply_result& out) {
  const auto* found = content_.find(key);
  if (found == nullptr)
    return {};
  auto previous = *found;
  digest_ -= hash_pair(key.bytes(), previous.bytes());
  content_.erase(key);
  if (events)
    out.events.push_back(
        make_event(map_event::remove, blob{key.bytes()}, previous.value(), blob{}));
  return previous;
}

class map_state::batch {
public:
  explicit batch(map_state& map) : map_(map), digest_(map.digest_) {}

  /// The value of `key` was replaced or taken (unframed empty: there was none). False when the
  /// answer gets too large.
  bool changed(blob key, stored_value previous) {
    if (!previous.framed().empty())
      bytes_ += map_answer::size_in_list(key.size(), previous.bytes().size());
    changes_.push_back({std::move(key), std::move(previous)});
    return fits();
  }

  /// The answer gets a pair that was left alone. False as above.
  bool answered(std::size_t key_size, std::size_t value_size) {
    bytes_ += map_answer::size_in_list(key_size, value_size);
    return fits();
  }

  /// The pairs that there were, in the order of the changes.
  [[nodiscard]] std::vector<key_value> previous() const {
    std::vector<key_value> result;
    for (const auto& [key, value] : changes_)
      if (!value.framed().empty())
        result.push_back({key, value.value()});
    return result;
  }

  /// Makes it as if nothing had happened.
  apply_result take_back() {
    for (auto i = changes_.rbegin(); i != changes_.rend(); ++i) {
      if (i->previous.framed().empty())
        map_.content_.erase(i->key);
      else // the key may be a piece of the command, and would keep all of it
        map_.content_.set(blob{i->key.bytes()}, std::move(i->previous));
    }
    map_.digest_ = digest_;
    return refuse(command_status::too_large);
  }

private:
  struct change {
    blob key;
    stored_value previous;
  };

  [[nodiscard]] bool fits() const noexcept { return bytes_ <= map_limit::answer_bytes; }

  map_state& map_;
  digest128 digest_;
  std::size_t bytes_ = 10; ///< of the answer; the count of a list has 10 at the most
  std::vector<change> changes_;
};

// -- one function for each command ----------------------------------------------------------------

apply_result map_state::apply_set(raft::reader& in, bool events) {
  pair_piece pair;
  if (const auto status = read_last_pair(in, pair); status != command_status::ok)
    return refuse(status);
  apply_result out;
  out.result = put(pair, events, out).framed();
  return out;
}

apply_result map_state::apply_set_all(raft::reader& in, bool events) {
  std::vector<pair_piece> pairs;
  if (const auto status = read_pairs(in, pairs); status != command_status::ok)
    return refuse(status);
  apply_result out;
  batch done{*this};
  for (const auto& pair : pairs)
    if (!done.changed(pair.key(), put(pair, events, out)))
      return done.take_back();
  out.result = map_answer::encode(done.previous());
  return out;
}

apply_result map_state::apply_insert(raft::reader& in, bool events) {
  pair_piece pair;
  if (const auto status = read_last_pair(in, pair); status != command_status::ok)
    return refuse(status);
  apply_result out;
  if (const auto* found = content_.find(pair.key()))
    out.result = found->framed();
  else
    put(pair, events, out);
  return out;
}

apply_result map_state::apply_insert_all(raft::reader& in, bool events) {
  std::vector<pair_piece> pairs;
  if (const auto status = read_pairs(in, pairs); status != command_status::ok)
    return refuse(status);
  apply_result out;
  batch done{*this};
  std::vector<key_value> existing;
  std::set<blob> answered;
  for (const auto& pair : pairs) {
    auto key = pair.key();
    const auto* found = content_.find(key);
    if (found == nullptr) {
      done.changed(std::move(key), put(pair, events, out));
    } else if (answered.insert(key).second) {
      existing.push_back({std::move(key), found->value()});
      if (!done.answered(existing.back().key.size(), existing.back().value.size()))
        return done.take_back();
    }
  }
  out.result = map_answer::encode(existing);
  return out;
}

apply_result map_state::apply_update_if(raft::reader& in, bool events) {
  const auto expected = in.bytes();
  pair_piece pair;
  if (const auto status = read_last_pair(in, pair); status != command_status::ok)
    return refuse(status);
  apply_result out;
  const auto* found = content_.find(pair.key());
  const auto matches = found != nullptr && has_bytes(*found, expected);
  if (matches)
    put(pair, events, out);
  out.result = map_answer::encode(matches);
  return out;
}

apply_result map_state::apply_remove(raft::reader& in, bool events) {
  const auto key = in.rest();
  if (!in.ok())
    return refuse(command_status::bad_command);
  apply_result out;
  out.result = take(key, events, out).framed();
  return out;
}

apply_result map_state::apply_remove_all(raft::reader& in, bool events) {
  std::vector<blob> keys;
  if (const auto status = read_keys(in, keys); status != command_status::ok)
    return refuse(status);
  apply_result out;
  batch done{*this};
  for (const auto& key : keys)
    if (auto previous = take(key, events, out);
        !previous.framed().empty() && !done.changed(key, std::move(previous)))
      return done.take_back();
  out.result = map_answer::encode(done.previous());
  return out;
}

apply_result map_state::apply_remove_if(raft::reader& in, bool events) {
  const auto expected = in.bytes();
  const auto key = in.rest();
  if (!in.ok())
    return refuse(command_status::bad_command);
  apply_result out;
  const auto* found = content_.find(key);
  const auto matches = found != nullptr && has_bytes(*found, expected);
  if (matches)
    take(key, events, out);
  out.result = map_answer::encode(matches);
  return out;
}

apply_result map_state::apply_erase(raft::reader& in, bool events) {
  const auto key = in.rest();
  if (!in.ok())
    return refuse(command_status::bad_command);
  apply_result out;
  out.result = map_answer::encode(!take(key, events, out).framed().empty());
  return out;
}

apply_result map_state::apply_erase_all(raft::reader& in, bool events) {
  std::vector<blob> keys;
  if (in.remaining() > map_limit::answer_bytes) // the answer can be all of it
    return refuse(command_status::too_large);
  if (const auto status = read_keys(in, keys); status != command_status::ok)
    return refuse(status);
  apply_result out;
  std::vector<blob> erased;
  for (const auto& key : keys)
    if (!take(key, events, out).framed().empty())
      erased.push_back(key);
  out.result = map_answer::encode(erased);
  return out;
}

apply_result map_state::apply_clear(raft::reader& in, bool events) {
  if (!in.done())
    return refuse(command_status::bad_command);
  apply_result out;
  out.result = map_answer::encode(std::uint64_t{content_.size()});
  content_ = {};
  digest_ = {};
  if (events)
    out.events.push_back(make_event(map_event::clear, {}, {}, {}));
  return out;
}

// -- snapshots ------------------------------------------------------------------------------------

namespace {

/// Equal content gives equal bytes, however the content came about: sorted by key.
template <class Content>
void write_content(const Content& content, state_sink& sink) {
  std::vector<const std::pair<blob, stored_value>*> sorted;
  sorted.reserve(content.size());
  for (const auto& entry : content)
    sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  state_writer out{sink};
  out.u8(map_snapshot_version);
  out.varint(sorted.size());
  for (const auto* entry : sorted) {
    out.bytes(entry->first.bytes());
    out.bytes(entry->second.bytes());
  }
}

class map_cut final : public state_cut {
public:
  map_cut(map_root content, const digest128& digest)
      : content_(std::move(content)),
        digest_(digest) {}

  void write(state_sink& out) const override { write_content(content_, out); }
  [[nodiscard]] digest128 digest() const override { return digest_; }

private:
  map_root content_;
  digest128 digest_;
};

} // namespace

blob map_state::snapshot() const {
  byte_sink out;
  write_content(content_, out);
  return out.take();
}

std::shared_ptr<const state_cut> map_state::cut() {
  return std::make_shared<map_cut>(content_.persistent(), digest_);
}

bool map_state::restore(const blob& snapshot) {
  chunk_source source{snapshot};
  return load(source);
}

bool map_state::load(state_source& source) {
  state_reader in{source};
  if (in.u8() != map_snapshot_version)
    return false;
  const auto count = in.count(2);
  map_state fresh;
  apply_result ignored;
  std::vector<std::byte> piece; // key, marker and value, as in a command
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const auto key_size = in.count(1);
    if (key_size > map_limit::pair_bytes)
      return false;
    piece.resize(key_size + 1);
    in.raw(std::span{piece}.first(key_size));
    piece[key_size] = map_answer::present;
    const auto value_size = in.count(1);
    if (value_size > map_limit::pair_bytes - key_size)
      return false;
    piece.resize(key_size + 1 + value_size);
    in.raw(std::span{piece}.last(value_size));
    if (in.ok())
      fresh.put({blob{piece}, key_size}, false, ignored);
  }
  if (!in.done())
    return false;
  content_ = std::move(fresh.content_);
  digest_ = fresh.digest_;
  return true;
}

} // namespace hamok
