#pragma once

// What all records have in common on a member: calls from plain threads, and local reads.

#include "hamok/collections/instance_handle.hpp"
#include "hamok/collections/map_view_state.hpp"
#include "hamok/collections/member_facade.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

/// The content of a record on a member at one moment. It stays as it is, whatever is written
/// meanwhile. Thread safety: const functions from any thread.
template <class Fields>
class instance_snapshot {
public:
  using instance_type = typename Fields::instance_type;

  instance_snapshot() = default;
  explicit instance_snapshot(const published::snapshot& content, decode_failures failures = {})
      : view_(std::dynamic_pointer_cast<const map_view>(content.view)),
        index_(content.index),
        failures_(std::move(failures)) {}

  /// Index of the last entry of the log in it.
  [[nodiscard]] raft::index_t index() const noexcept { return index_; }
  /// How many fields are there.
  [[nodiscard]] std::size_t size() const {
    return view_ ? static_cast<std::size_t>(view_->size()) : 0;
  }
  [[nodiscard]] bool empty() const { return size() == 0; }

  /// The fields that are there as one instance, or `bad_value`, which is an `error` event of the
  /// member as well.
  [[nodiscard]] caf::expected<instance_type> instance() const {
    return checked(Fields::decode(entries()));
  }

  /// The names of the fields that are there, sorted.
  [[nodiscard]] std::vector<std::string> fields() const {
    std::vector<std::string> result;
    for (const auto& entry : entries())
      result.emplace_back(entry.key.text());
    std::sort(result.begin(), result.end());
    return result;
  }

protected:
  /// Tells the member when there is no value because its bytes fit no type.
  template <class T>
  [[nodiscard]] caf::expected<T> checked(caf::expected<T> value) const {
    return failures_.check(std::move(value), "a field");
  }

  [[nodiscard]] std::optional<blob> find(const std::string& field) const {
    return view_ ? view_->find(blob::from_string(field)) : std::nullopt;
  }

private:
  [[nodiscard]] std::vector<key_value> entries() const {
    std::vector<key_value> result;
    result.reserve(size());
    if (view_)
      for (auto all = view_->entries(); auto entry = all->next();)
        result.push_back(std::move(*entry));
    return result;
  }

  std::shared_ptr<const map_view> view_;
  raft::index_t index_ = 0;
  decode_failures failures_;
};

/// The base of `record`: see `member_facade` for what its operations have in common.
///
/// Thread safety: const functions from any thread.
template <class Handle, class Snapshot>
class instance_facade : public member_facade<Handle> {
public:
  using super = member_facade<Handle>;
  using snapshot_type = Snapshot;
  using typename Handle::instance_type;
  using typename Handle::options_type;
  using typename Handle::part_type;

  instance_facade() = default;
  instance_facade(std::string id, collection_actor actor, const local_access& access,
                  options_type options = {})
      : super(std::move(id), access,
              Handle{std::move(actor), super::with_timeout(std::move(options), access)}) {}

  // -- writes from plain threads ------------------------------------------------------------------

  using Handle::clear;
  using Handle::insert_instance;
  using Handle::set_instance;
  using Handle::update_instance_if;

  future<part_type> set_instance(const instance_type& value, caf::timespan timeout = {}) const {
    return this->template call<typename Handle::part>(Handle::commands::set(value), timeout);
  }
  future<part_type> insert_instance(const instance_type& value, caf::timespan timeout = {}) const {
    return this->template call<typename Handle::part>(Handle::commands::insert(value), timeout);
  }
  future<bool> update_instance_if(const instance_type& value, const instance_type& old,
                                  caf::timespan timeout = {}) const {
    return this->template call<typename Handle::flag>(Handle::commands::update_if(value, old),
                                                      timeout);
  }
  future<std::uint64_t> clear(caf::timespan timeout = {}) const {
    return this->template call<typename Handle::count>(map_command::clear(), timeout);
  }

  // -- local reads --------------------------------------------------------------------------------

  using Handle::fields;
  using Handle::instance;
  using Handle::size;

  /// The content as it is now. It stays as it is, for as long as it is held.
  [[nodiscard]] snapshot_type snapshot() const {
    return snapshot_type{this->content(), this->failures()};
  }

  /// The fields that are there as one instance, or `bad_value`.
  [[nodiscard]] caf::expected<instance_type> instance() const { return snapshot().instance(); }
  /// The names of the fields that are there, sorted.
  [[nodiscard]] std::vector<std::string> fields() const { return snapshot().fields(); }
  [[nodiscard]] std::size_t size() const { return snapshot().size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
};

} // namespace hamok
