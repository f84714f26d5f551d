#include "hamok/collections/emitter_state.hpp"

#include "hamok/collections/state_bytes_state.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace hamok {

namespace {

constexpr std::uint8_t snapshot_version = 1;
constexpr std::size_t number_bytes = 8;

apply_result refuse(command_status reason) {
  apply_result result;
  result.status = reason;
  return result;
}

apply_result answer_with(blob result) {
  apply_result out;
  out.result = std::move(result);
  return out;
}

/// Equal bytes for equal subscribers; those of one member begin with the same ones.
blob to_key(const event_subscriber& who) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  detail::write_subscriber(who, out);
  return blob::from_vector(std::move(bytes));
}

blob to_key(const raft::member_id& member) {
  std::vector<std::byte> bytes;
  raft::writer out{bytes};
  raft::encode(member, out);
  return blob::from_vector(std::move(bytes));
}

/// The member in the key of a subscriber.
std::span<const std::byte> member_of(const blob& key) {
  return key.bytes().first(key.size() - number_bytes);
}

blob joined(const blob& event, const blob& key) {
  std::vector<std::byte> bytes;
  bytes.reserve(10 + event.size() + key.size());
  raft::writer out{bytes};
  out.bytes(event.bytes());
  out.raw(key.bytes());
  return blob::from_vector(std::move(bytes));
}

digest128 digest_of(const blob& event, const blob& key, const blob& metadata) {
  return hash_pair(joined(event, key).bytes(), metadata.bytes());
}

state_event make_event(emitter_event kind, const blob& event, const blob& key, blob old_value,
                       blob new_value) {
  return {static_cast<std::uint8_t>(kind), joined(event, key), std::move(old_value),
          std::move(new_value)};
}

} // namespace

struct emitter_state::target {
  blob event;
  blob key;

  friend bool operator<(const target& a, const target& b) {
    return a.event == b.event ? a.key < b.key : a.event < b.event;
  }
};

// -- reading commands -----------------------------------------------------------------------------

namespace {

/// The name that comes next. Nothing of a command is kept that would keep the frame it came in.
command_status read_event(raft::reader& in, blob& out) {
  const auto name = in.bytes();
  if (name.size() > emitter_limit::name_bytes)
    return command_status::too_large;
  out = blob{name.bytes()};
  return in.ok() ? command_status::ok : command_status::bad_command;
}

/// An event and a subscriber.
template <class Target>
command_status read_target(raft::reader& in, Target& out) {
  if (const auto status = read_event(in, out.event); status != command_status::ok)
    return status;
  out.key = to_key(detail::read_subscriber(in));
  return in.ok() ? command_status::ok : command_status::bad_command;
}

/// All that is left.
command_status read_metadata(raft::reader& in, blob& out) {
  const auto rest = in.rest();
  if (!in.ok())
    return command_status::bad_command;
  if (rest.size() > emitter_limit::metadata_bytes)
    return command_status::too_large;
  out = blob{rest.bytes()};
  return command_status::ok;
}

} // namespace

apply_result emitter_state::apply(const command_context& context, const blob& command) {
  using emitter_command::code;
  raft::reader in{command};
  switch (static_cast<code>(in.u8())) {
  case code::subscribe:
    return apply_subscribe(in, context.events);
  case code::unsubscribe:
    return apply_unsubscribe(in, context.events);
  case code::update:
    return apply_update(in, context.events);
  case code::remove_subscriber:
    return apply_remove_subscriber(in, context.events);
  case code::remove_member:
    return apply_remove_member(in, context.events);
  case code::publish:
    return apply_publish(in, context.events);
  }
  return refuse(command_status::bad_command);
}

// -- changing the content -------------------------------------------------------------------------

const blob* emitter_state::find(const target& which) const {
  const auto* listeners = content_.find(which.event);
  return listeners != nullptr ? listeners->find(which.key) : nullptr;
}

void emitter_state::put(const target& which, blob metadata) {
  if (const auto* before = find(which))
    digest_ -= digest_of(which.event, which.key, *before);
  else
    ++size_;
  digest_ += digest_of(which.event, which.key, metadata);
  const auto* known = content_.find(which.event);
  const auto listeners = known != nullptr ? *known : event_listeners{};
  content_.set(which.event, listeners.set(which.key, std::move(metadata)));
}

bool emitter_state::take(const target& which, bool events, apply_result& out) {
  const auto* found = find(which);
  if (found == nullptr)
    return false;
  if (events)
    out.events.push_back(
        make_event(emitter_event::removed, which.event, which.key, *found, blob{}));
  digest_ -= digest_of(which.event, which.key, *found);
  --size_;
  const auto left = content_.find(which.event)->erase(which.key);
  if (left.empty())
    content_.erase(which.event);
  else
    content_.set(which.event, left);
  return true;
}

template <class Predicate>
std::uint64_t emitter_state::take_all(Predicate matches, bool events, apply_result& out) {
  std::set<target> found; // sorted: the events have one order on all members
  for (const auto& [event, listeners] : content_)
    for (const auto& [key, metadata] : listeners)
      if (matches(key))
        found.insert({event, key});
  for (const auto& one : found)
    take(one, events, out);
  return found.size();
}

// -- one function for each command ----------------------------------------------------------------

apply_result emitter_state::apply_subscribe(raft::reader& in, bool events) {
  target which;
  blob metadata;
  auto status = read_target(in, which);
  if (status == command_status::ok)
    status = read_metadata(in, metadata);
  if (status != command_status::ok)
    return refuse(status);
  const auto* found = find(which);
  if (found == nullptr && size_ >= emitter_limit::subscriptions)
    return refuse(command_status::too_large);
  auto out = answer_with(map_answer::encode(found == nullptr));
  if (found != nullptr && *found == metadata)
    return out;
  if (events)
    out.events.push_back(
        make_event(found == nullptr ? emitter_event::added : emitter_event::updated, which.event,
                   which.key, found == nullptr ? blob{} : *found, metadata));
  put(which, std::move(metadata));
  return out;
}

apply_result emitter_state::apply_unsubscribe(raft::reader& in, bool events) {
  target which;
  if (const auto status = read_target(in, which); status != command_status::ok)
    return refuse(status);
  if (!in.done())
    return refuse(command_status::bad_command);
  apply_result out;
  out.result = map_answer::encode(take(which, events, out));
  return out;
}

apply_result emitter_state::apply_update(raft::reader& in, bool events) {
  target which;
  blob metadata;
  auto status = read_target(in, which);
  const auto expects = in.u8();
  const auto expected = expects == 1 ? in.bytes() : blob{};
  if (status == command_status::ok)
    status = expects > 1 ? command_status::bad_command : read_metadata(in, metadata);
  if (status != command_status::ok)
    return refuse(status);
  const auto* found = find(which);
  const auto matches = found != nullptr && (expects == 0 || *found == expected);
  auto out = answer_with(map_answer::encode(matches));
  if (!matches || *found == metadata)
    return out;
  if (events)
    out.events.push_back(
        make_event(emitter_event::updated, which.event, which.key, *found, metadata));
  put(which, std::move(metadata));
  return out;
}

apply_result emitter_state::apply_remove_subscriber(raft::reader& in, bool events) {
  const auto who = to_key(detail::read_subscriber(in));
  if (!in.done())
    return refuse(command_status::bad_command);
  apply_result out;
  out.result =
      map_answer::encode(take_all([&](const blob& key) { return key == who; }, events, out));
  return out;
}

apply_result emitter_state::apply_remove_member(raft::reader& in, bool events) {
  const auto member = to_key(raft::decode_member(in));
  if (!in.done())
    return refuse(command_status::bad_command);
  apply_result out;
  out.result = map_answer::encode(
      take_all([&](const blob& key) { return std::ranges::equal(member_of(key), member.bytes()); },
               events, out));
  return out;
}

apply_result emitter_state::apply_publish(raft::reader& in, bool events) const {
  blob event;
  if (const auto status = read_event(in, event); status != command_status::ok)
    return refuse(status);
  const auto origin = detail::read_origin(in);
  auto payload = in.rest();
  if (!in.ok())
    return refuse(command_status::bad_command);
  if (payload.size() > emitter_limit::payload_bytes)
    return refuse(command_status::too_large);
  std::set<raft::member_id> members;
  if (const auto* listeners = content_.find(event))
    for (const auto& [key, metadata] : *listeners) {
      raft::reader key_reader{key};
      members.insert(detail::read_subscriber(key_reader).member);
    }
  auto out = answer_with(
      emitter_answer::encode(std::vector<raft::member_id>{members.begin(), members.end()}));
  if (events)
    out.events.push_back({static_cast<std::uint8_t>(emitter_event::published), std::move(event),
                          emitter_answer::encode(origin), std::move(payload)});
  return out;
}

// -- snapshots ------------------------------------------------------------------------------------

namespace {

/// Equal content gives equal bytes, however the content came about: sorted.
template <class Content>
void write_content(const Content& content, std::uint64_t size, state_sink& sink) {
  struct item {
    const blob* event;
    const blob* key;
    const blob* metadata;
  };
  std::vector<item> sorted;
  sorted.reserve(size);
  for (const auto& [event, listeners] : content)
    for (const auto& [key, metadata] : listeners)
      sorted.push_back({&event, &key, &metadata});
  std::ranges::sort(sorted, [](const item& a, const item& b) {
    return *a.event == *b.event ? *a.key < *b.key : *a.event < *b.event;
  });
  state_writer out{sink};
  out.u8(snapshot_version);
  out.varint(sorted.size());
  for (const auto& one : sorted) {
    out.bytes(one.event->bytes());
    out.bytes(one.key->bytes());
    out.bytes(one.metadata->bytes());
  }
}

class emitter_cut final : public state_cut {
public:
  emitter_cut(emitter_root root, std::uint64_t size, const digest128& digest)
      : root_(std::move(root)),
        size_(size),
        digest_(digest) {}

  void write(state_sink& out) const override { write_content(root_, size_, out); }
  [[nodiscard]] digest128 digest() const override { return digest_; }

private:
  emitter_root root_;
  std::uint64_t size_;
  digest128 digest_;
};

/// What comes next, if it is no larger than this.
bool read_bounded(state_reader& in, std::size_t limit, blob& out) {
  std::vector<std::byte> bytes;
  const auto size = in.count(1);
  if (size > limit)
    return false;
  bytes.resize(size);
  in.raw(bytes);
  out = blob::from_vector(std::move(bytes));
  return in.ok();
}

/// Exactly the bytes that a subscriber has.
bool is_key(const blob& bytes) {
  raft::reader in{bytes};
  const auto who = detail::read_subscriber(in);
  return in.done() && to_key(who) == bytes;
}

} // namespace

blob emitter_state::snapshot() const {
  byte_sink out;
  write_content(content_, size_, out);
  return out.take();
}

std::shared_ptr<const state_cut> emitter_state::cut() {
  return std::make_shared<emitter_cut>(content_.persistent(), size_, digest_);
}

bool emitter_state::restore(const blob& snapshot) {
  chunk_source source{snapshot};
  return load(source);
}

bool emitter_state::load(state_source& source) {
  state_reader in{source};
  if (in.u8() != snapshot_version)
    return false;
  const auto count = in.count(3);
  if (count > emitter_limit::subscriptions)
    return false;
  emitter_state fresh;
  target last;
  for (std::size_t i = 0; i < count; ++i) {
    target next;
    blob metadata;
    // A key is smaller than this, or it is none.
    if (!read_bounded(in, emitter_limit::name_bytes, next.event)
        || !read_bounded(in, std::size_t{64} << 10, next.key)
        || !read_bounded(in, emitter_limit::metadata_bytes, metadata) || !is_key(next.key)
        || (i > 0 && !(last < next)))
      return false;
    fresh.put(next, std::move(metadata));
    last = std::move(next);
  }
  if (!in.done())
    return false;
  content_ = std::move(fresh.content_);
  size_ = fresh.size_;
  digest_ = fresh.digest_;
  return true;
}

} // namespace hamok
