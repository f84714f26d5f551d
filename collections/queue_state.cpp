#include "hamok/collections/queue_state.hpp"

#include "hamok/collections/item_list_state.hpp"
#include "hamok/collections/state_bytes_state.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace hamok {

namespace {

constexpr std::uint8_t snapshot_version = 1;

state_event make_event(queue_event kind, blob old_value = {}, blob new_value = {}) {
  return {static_cast<std::uint8_t>(kind), {}, std::move(old_value), std::move(new_value)};
}

/// Nothing was changed.
apply_result refuse(command_status reason) {
  apply_result result;
  result.status = reason;
  return result;
}

/// Of an item as it comes in a command: a marker and its bytes.
command_status check_framed(const blob& framed) {
  if (framed.empty() || *framed.data() != map_answer::present)
    return command_status::bad_command;
  return framed.size() - 1 > queue_limit::item_bytes ? command_status::too_large
                                                     : command_status::ok;
}

bool is_pop(const blob& command) {
  return command.size() == 1
         && static_cast<queue_command::code>(*command.data()) == queue_command::code::pop;
}

} // namespace

// -- commands -------------------------------------------------------------------------------------

apply_result queue_state::apply(const command_context& context, const blob& command) {
  using queue_command::code;
  raft::reader in{command};
  switch (static_cast<code>(in.u8())) {
  case code::push:
    return apply_push(in, context.events);
  case code::push_all:
    return apply_push_all(in, context.events);
  case code::pop:
    return apply_pop(in, context.events);
  case code::clear:
    return apply_clear(in, context.events);
  }
  return refuse(command_status::bad_command);
}

command_turn queue_state::turn_of(const blob& command, std::uint64_t ahead) const {
  if (!is_pop(command))
    return command_turn::any;
  return content_.size() > ahead ? command_turn::now : command_turn::later;
}

void queue_state::put(blob framed) {
  stored_value item{std::move(framed)};
  digest_.push_back(item.bytes());
  content_.push_back(std::move(item));
}

/// Each item becomes a copy of its own, which lets go of the frame that the command came in.
apply_result queue_state::put(const std::vector<blob>& framed, bool events) {
  apply_result out;
  const auto was_empty = content_.size() == 0;
  for (const auto& item : framed) {
    blob own{item.bytes()};
    if (events)
      out.events.push_back(make_event(queue_event::add, {}, own.slice(1, own.size() - 1)));
    put(std::move(own));
  }
  if (events && was_empty && !framed.empty())
    out.events.push_back(make_event(queue_event::not_empty));
  out.result = map_answer::encode(std::uint64_t{content_.size()});
  return out;
}

apply_result queue_state::apply_push(raft::reader& in, bool events) {
  auto framed = in.rest();
  if (const auto status = check_framed(framed); status != command_status::ok)
    return refuse(status);
  return put({std::move(framed)}, events);
}

apply_result queue_state::apply_push_all(raft::reader& in, bool events) {
  const auto count = in.count(2);
  if (count > queue_limit::command_items)
    return refuse(command_status::too_large);
  std::vector<blob> items;
  items.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    items.push_back(in.bytes());
    if (const auto status = check_framed(items.back()); status != command_status::ok)
      return refuse(status);
  }
  if (!in.done())
    return refuse(command_status::bad_command);
  return put(items, events);
}

apply_result queue_state::apply_pop(raft::reader& in, bool events) {
  if (!in.done())
    return refuse(command_status::bad_command);
  apply_result out;
  if (content_.size() == 0)
    return out;
  const auto item = content_[0];
  digest_.pop_front(item.bytes());
  content_.drop(1);
  out.result = item.framed();
  if (!events)
    return out;
  out.events.push_back(make_event(queue_event::remove, item.value()));
  if (content_.size() == 0)
    out.events.push_back(make_event(queue_event::empty));
  return out;
}

apply_result queue_state::apply_clear(raft::reader& in, bool events) {
  if (!in.done())
    return refuse(command_status::bad_command);
  apply_result out;
  const auto count = std::uint64_t{content_.size()};
  out.result = map_answer::encode(count);
  content_ = {};
  digest_ = {};
  if (events)
    out.events.push_back(make_event(queue_event::clear));
  if (events && count != 0)
    out.events.push_back(make_event(queue_event::empty));
  return out;
}

// -- questions ------------------------------------------------------------------------------------

namespace {

template <class Content>
query_answer page(const Content& content, raft::reader& in) {
  const auto skip = in.varint();
  auto left = in.varint();
  if (!in.done())
    return std::nullopt;
  item_list result;
  for (std::uint64_t i = skip; i < content.size() && left > 0; ++i, --left) {
    const auto limit = result.empty() ? queue_limit::answer_bytes : queue_limit::page_bytes;
    if (!result.add(limit, content[static_cast<std::size_t>(i)].bytes()))
      break;
  }
  return std::move(result).finish();
}

template <class Content>
query_answer answer(const Content& content, const digest128& digest, const blob& question) {
  raft::reader in{question};
  const auto code = static_cast<queue_query::code>(in.u8());
  if (code == queue_query::code::page)
    return page(content, in);
  if (!in.done())
    return std::nullopt;
  switch (code) {
  case queue_query::code::peek:
    return content.size() != 0 ? content[0].framed() : blob{};
  case queue_query::code::size:
    return map_answer::encode(std::uint64_t{content.size()});
  case queue_query::code::digest:
    return to_blob(digest);
  default:
    return std::nullopt;
  }
}

/// A root and what keeps it.
class root_view final : public queue_view {
public:
  root_view(queue_root root, const digest128& digest) : root_(std::move(root)), digest_(digest) {}

  [[nodiscard]] query_answer query(const blob& question) const override {
    return answer(root_, digest_, question);
  }
  [[nodiscard]] std::uint64_t size() const override { return root_.size(); }
  [[nodiscard]] digest128 digest() const override { return digest_; }
  [[nodiscard]] std::optional<blob> front() const override {
    return root_.empty() ? std::nullopt : std::optional{root_[0].value()};
  }
  [[nodiscard]] std::unique_ptr<cursor> items() const override {
    return std::make_unique<root_cursor>(root_);
  }

private:
  class root_cursor final : public cursor {
  public:
    explicit root_cursor(queue_root root)
        : root_(std::move(root)),
          position_(root_.begin()),
          end_(root_.end()) {}

    [[nodiscard]] std::optional<blob> next() override {
      if (position_ == end_)
        return std::nullopt;
      auto result = position_->value();
      ++position_;
      return result;
    }

  private:
    queue_root root_;
    queue_root::iterator position_;
    queue_root::iterator end_;
  };

  queue_root root_;
  digest128 digest_;
};

} // namespace

std::shared_ptr<const state_view> queue_state::view() {
  return std::make_shared<root_view>(content_.persistent(), digest());
}

query_answer queue_state::query(const blob& question) const {
  return answer(content_, digest(), question);
}

// -- snapshots ------------------------------------------------------------------------------------

namespace {

template <class Content>
void write_content(const Content& content, state_sink& sink) {
  state_writer out{sink};
  out.u8(snapshot_version);
  out.varint(content.size());
  for (const auto& item : content)
    out.bytes(item.bytes());
}

class queue_cut final : public state_cut {
public:
  queue_cut(queue_root content, const digest128& digest)
      : content_(std::move(content)),
        digest_(digest) {}

  void write(state_sink& out) const override { write_content(content_, out); }
  [[nodiscard]] digest128 digest() const override { return digest_; }

private:
  queue_root content_;
  digest128 digest_;
};

} // namespace

blob queue_state::snapshot() const {
  byte_sink out;
  write_content(content_, out);
  return out.take();
}

std::shared_ptr<const state_cut> queue_state::cut() {
  return std::make_shared<queue_cut>(content_.persistent(), digest());
}

bool queue_state::restore(const blob& snapshot) {
  chunk_source source{snapshot};
  return load(source);
}

bool queue_state::load(state_source& source) {
  state_reader in{source};
  if (in.u8() != snapshot_version)
    return false;
  const auto count = in.count(1);
  queue_state fresh;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const auto size = in.count(1);
    if (size > queue_limit::item_bytes)
      return false;
    std::vector<std::byte> framed(size + 1);
    framed[0] = map_answer::present;
    in.raw(std::span{framed}.subspan(1));
    if (in.ok())
      fresh.put(blob::from_vector(std::move(framed)));
  }
  if (!in.done())
    return false;
  content_ = std::move(fresh.content_);
  digest_ = fresh.digest_;
  return true;
}

} // namespace hamok
