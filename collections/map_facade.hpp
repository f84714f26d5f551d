#pragma once

// What the facades of maps have in common on a member, wherever their entries are: writes from
// plain threads.

#include "hamok/collections/compare_loop.hpp"
#include "hamok/collections/member_facade.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

/// The base of `map` and `remote_map`; `Handle` is a `map_handle`.
///
/// Thread safety: const functions from any thread.
template <class Handle>
class map_facade : public member_facade<Handle> {
public:
  using super = member_facade<Handle>;
  using typename Handle::key_type;
  using typename Handle::mapped_type;
  using typename Handle::options_type;
  using typename Handle::pairs;

  map_facade() = default;
  map_facade(std::string id, const local_access& access, Handle handle)
      : super(std::move(id), access, std::move(handle)) {}

  // -- writes from plain threads ------------------------------------------------------------------

  using super::clear;
  using super::erase;
  using super::erase_all;
  using super::insert;
  using super::insert_all;
  using super::remove;
  using super::remove_all;
  using super::remove_if;
  using super::set;
  using super::set_all;
  using super::update_if;

  future<std::optional<mapped_type>> set(const key_type& key, const mapped_type& value,
                                         caf::timespan timeout = {}) const {
    return this->template call<typename super::previous>(super::commands::set(key, value), timeout);
  }
  future<pairs> set_all(const pairs& entries, caf::timespan timeout = {}) const {
    return this->template call<typename super::pair_list>(super::commands::set_all(entries),
                                                          timeout);
  }
  future<std::optional<mapped_type>> insert(const key_type& key, const mapped_type& value,
                                            caf::timespan timeout = {}) const {
    return this->template call<typename super::previous>(super::commands::insert(key, value),
                                                         timeout);
  }
  future<pairs> insert_all(const pairs& entries, caf::timespan timeout = {}) const {
    return this->template call<typename super::pair_list>(super::commands::insert_all(entries),
                                                          timeout);
  }
  future<bool> update_if(const key_type& key, const mapped_type& value, const mapped_type& expected,
                         caf::timespan timeout = {}) const {
    if (this->options_.equal)
      return compare(this->update_loop(key, value, expected), timeout);
    return this->template call<typename super::flag>(
        super::commands::update_if(key, value, expected), timeout);
  }
  future<std::optional<mapped_type>> remove(const key_type& key, caf::timespan timeout = {}) const {
    return this->template call<typename super::previous>(super::commands::remove(key), timeout);
  }
  future<pairs> remove_all(const std::vector<key_type>& keys, caf::timespan timeout = {}) const {
    return this->template call<typename super::pair_list>(super::commands::remove_all(keys),
                                                          timeout);
  }
  future<bool> remove_if(const key_type& key, const mapped_type& expected,
                         caf::timespan timeout = {}) const {
    if (this->options_.equal)
      return compare(this->remove_loop(key, expected), timeout);
    return this->template call<typename super::flag>(super::commands::remove_if(key, expected),
                                                     timeout);
  }
  future<bool> erase(const key_type& key, caf::timespan timeout = {}) const {
    return this->template call<typename super::flag>(super::commands::erase(key), timeout);
  }
  future<std::vector<key_type>> erase_all(const std::vector<key_type>& keys,
                                          caf::timespan timeout = {}) const {
    return this->template call<typename super::key_list>(super::commands::erase_all(keys), timeout);
  }
  future<std::uint64_t> clear(caf::timespan timeout = {}) const {
    return this->template call<typename super::count>(super::commands::clear(), timeout);
  }

private:
  future<bool> compare(caf::expected<compare_loop> loop, caf::timespan timeout) const {
    if (!loop)
      return future<bool>{std::move(loop.error())};
    const auto limit = this->time_for(timeout);
    return this->template begin_call<typename super::flag>(limit, [&](std::uint64_t id) {
      start_compare_loop(this->actor_.home_system(), std::move(*loop), limit,
                         [calls = this->calls(), id](caf::expected<blob> outcome) {
                           calls->complete(id, std::move(outcome));
                         });
    });
  }
};

} // namespace hamok
