#pragma once

// What a member does for the cases of the manual: operations by name, with JSON for what goes in
// and what comes out, so that the member may live in a process of its own. Knows nothing of the
// test framework.

#include "hamok/actors/node.hpp"
#include "hamok/collections/snapshot_json.hpp"
#include "hamok/tests/manual/member/failure.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok::test {

/// An error as a failure.
inline failure failure_of(const caf::error& reason) {
  const auto is_ours = reason.category() == caf::type_id_v<errc>;
  return {is_ours ? to_string(static_cast<errc>(reason.code())) : to_string(reason),
          text_of(reason)};
}

/// The value, or a `failure`.
template <class T>
T value_of(caf::expected<T> value) {
  if (!value)
    throw failure_of(value.error());
  return std::move(*value);
}
template <class T>
T value_of(future<T> value) {
  return value_of(value.get());
}
/// Null where it has worked, or a `failure`.
inline json worked(const caf::error& reason) {
  if (reason)
    throw failure_of(reason);
  return nullptr;
}

/// None is null.
template <class T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

/// What callbacks have heard. They may come late, so whoever gives them out shares it.
class heard_lines {
public:
  void add(std::string line) {
    const std::lock_guard guard{mutex_};
    lines_.push_back(std::move(line));
  }
  [[nodiscard]] std::vector<std::string> all() const {
    const std::lock_guard guard{mutex_};
    return lines_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// Operations by name. `with` is what a case gives: a list of arguments, or what the operation
/// says.
class operation_table {
public:
  using operation = std::function<json(const json& with)>;

  void offer(const std::string& name, operation what) { all_[name] = std::move(what); }

  /// The answer, or a `failure`.
  [[nodiscard]] json call(const std::string& name, const json& with) const {
    const auto found = all_.find(name);
    if (found == all_.end())
      throw failure{"no such operation", name};
    return found->second(with);
  }

private:
  std::map<std::string, operation> all_;
};

/// A collection that is open on a member.
class served_collection {
public:
  virtual ~served_collection() = default;
  served_collection(const served_collection&) = delete;
  served_collection& operator=(const served_collection&) = delete;

  [[nodiscard]] json call(const std::string& name, const json& with) const {
    return table_.call(name, with);
  }

protected:
  served_collection() {
    table_.offer("events", [lines = lines_](const json&) { return json(lines->all()); });
  }

  void offer(const std::string& name, operation_table::operation what) {
    table_.offer(name, std::move(what));
  }
  [[nodiscard]] const std::shared_ptr<heard_lines>& lines() const noexcept { return lines_; }

private:
  std::shared_ptr<heard_lines> lines_ = std::make_shared<heard_lines>();
  operation_table table_;
};

/// What all collections have in common.
template <class Facade>
class served : public served_collection {
public:
  ~served() override {
    for (auto& one : subscriptions_)
      one.cancel();
  }

protected:
  explicit served(Facade facade) : facade_(std::move(facade)) {
    note(facade_.on_close([out = lines()] { out->add("close"); }));
    note(facade_.on_resync([out = lines()] { out->add("resync"); }));
    offer("id", [this](const json&) { return json(facade_.id()); });
    offer("ready", [this](const json&) {
      return json(value_of(facade_.await_ready(patience_of_cases)).existed);
    });
    offer("status", [this](const json&) { return status(); });
    offer("closed", [this](const json&) { return json(facade_.closed()); });
    offer("close", [this](const json&) { return facade_.close(), json(); });
    offer("export_snapshot",
          [this](const json&) { return json(value_of(facade_.export_snapshot())); });
    offer("import_snapshot", [this](const json& x) {
      return worked(facade_.import_snapshot(value_of(collection_snapshot_from(x[0]))));
    });
  }

  [[nodiscard]] const Facade& facade() const noexcept { return facade_; }
  /// Cancels it at the end.
  void note(collection_subscription one) { subscriptions_.push_back(std::move(one)); }

private:
  [[nodiscard]] json status() const {
    const auto now = value_of(facade_.status());
    return {{"name", now.name}, {"kind", now.kind}, {"size", now.size}};
  }

  Facade facade_;
  std::vector<collection_subscription> subscriptions_;
};

/// How a case wants a collection to be opened: `create` for `create_...` instead of
/// `get_or_create_...`, `initial`, and so on.
template <class Options>
Options options_of(const json& how) {
  Options result;
  result.request_timeout = std::chrono::milliseconds{
      how.value("request_timeout", std::chrono::milliseconds{patience_of_cases}.count())};
  result.max_message_entries = how.value("max_message_entries", std::size_t{0});
  result.max_message_bytes = how.value("max_message_bytes", std::size_t{0});
  return result;
}
[[nodiscard]] inline bool only_created(const json& how) {
  return how.value("create", false);
}

/// Opens a collection; `existed` as of `get_or_create_...`.
using opener = std::unique_ptr<served_collection> (*)(node& member, const std::string& id,
                                                      const json& how, bool& existed);

std::unique_ptr<served_collection> serve_map(node&, const std::string&, const json&, bool&);
std::unique_ptr<served_collection> serve_queue(node&, const std::string&, const json&, bool&);
std::unique_ptr<served_collection> serve_record(node&, const std::string&, const json&, bool&);
std::unique_ptr<served_collection> serve_text_record(node&, const std::string&, const json&, bool&);
std::unique_ptr<served_collection> serve_json_record(node&, const std::string&, const json&, bool&);
std::unique_ptr<served_collection> serve_emitter(node&, const std::string&, const json&, bool&);

} // namespace hamok::test
