// Maps of text to text.

#include "hamok/tests/manual/member/served.hpp"

namespace hamok::test {

namespace {

using text_map = map<std::string, std::string>;
using texts = std::vector<std::string>;

text_map::pairs pairs_of(const json& object) {
  text_map::pairs result;
  for (const auto& [key, value] : object.items())
    result.emplace_back(key, value.get<std::string>());
  return result;
}

json object_of(const text_map::pairs& all) {
  auto result = json::object();
  for (const auto& [key, value] : all)
    result[key] = value;
  return result;
}

class served_map : public served<text_map> {
public:
  explicit served_map(text_map facade) : served(std::move(facade)) {
    watch();
    offer_writes();
    offer_removals();
    offer_reads();
  }

private:
  void watch() {
    const auto out = lines();
    note(facade().on_insert([out](const std::string& key, const std::string& value) {
      out->add("insert " + key + "=" + value);
    }));
    note(facade().on_update(
        [out](const std::string& key, const std::string& old, const std::string& now) {
          out->add("update " + key + "=" + old + "," + now);
        }));
    note(facade().on_remove([out](const std::string& key, const std::string& old) {
      out->add("remove " + key + "=" + old);
    }));
    note(facade().on_clear([out] { out->add("clear"); }));
  }

  void offer_writes() {
    offer("set", [this](const json& x) { return or_null(value_of(facade().set(x[0], x[1]))); });
    offer("insert",
          [this](const json& x) { return or_null(value_of(facade().insert(x[0], x[1]))); });
    offer("update_if",
          [this](const json& x) { return json(value_of(facade().update_if(x[0], x[1], x[2]))); });
    offer("set_all",
          [this](const json& x) { return object_of(value_of(facade().set_all(pairs_of(x)))); });
    offer("insert_all",
          [this](const json& x) { return object_of(value_of(facade().insert_all(pairs_of(x)))); });
  }

  void offer_removals() {
    offer("remove", [this](const json& x) { return or_null(value_of(facade().remove(x[0]))); });
    offer("remove_all", [this](const json& x) {
      return object_of(value_of(facade().remove_all(x.get<texts>())));
    });
    offer("remove_if",
          [this](const json& x) { return json(value_of(facade().remove_if(x[0], x[1]))); });
    offer("erase", [this](const json& x) { return json(value_of(facade().erase(x[0]))); });
    offer("erase_all",
          [this](const json& x) { return json(value_of(facade().erase_all(x.get<texts>()))); });
    offer("clear", [this](const json&) { return json(value_of(facade().clear())); });
  }

  void offer_reads() {
    offer("get", [this](const json& x) { return or_null(value_of(facade().get(x[0]))); });
    offer("get_all",
          [this](const json& x) { return object_of(value_of(facade().get_all(x.get<texts>()))); });
    offer("contains",
          [this](const json& x) { return json(facade().contains(x[0].get<std::string>())); });
    offer("keys", [this](const json&) { return json(value_of(facade().keys())); });
    offer("values", [this](const json&) { return json(value_of(facade().values())); });
    offer("entries", [this](const json&) { return object_of(value_of(facade().entries())); });
    offer("size", [this](const json&) { return json(facade().size()); });
    offer("empty", [this](const json&) { return json(facade().empty()); });
    offer("content", [this](const json&) { return object_of(value_of(facade().entries())); });
    // Removes each entry that it comes to, and says what it has come to all the same.
    offer("iterate", [this](const json&) {
      auto result = json::object();
      for (const auto& [key, value] : facade().snapshot()) {
        value_of(facade().remove(key));
        result[key] = value;
      }
      return result;
    });
  }
};

} // namespace

std::unique_ptr<served_collection> serve_map(node& member, const std::string& id, const json& how,
                                             bool& existed) {
  const auto initial = pairs_of(how.value("initial", json::object()));
  const auto options = options_of<map_options<std::string>>(how);
  return std::make_unique<served_map>(value_of(
      only_created(how)
          ? member.create_map<std::string, std::string>(id, initial, options)
          : member.get_or_create_map<std::string, std::string>(id, &existed, initial, options)));
}

} // namespace hamok::test
