// Records of JSON.

#include "hamok/collections/json_record.hpp"
#include "hamok/tests/manual/member/served.hpp"

namespace hamok::test {

namespace {

class served_json_record : public served<json_record> {
public:
  explicit served_json_record(json_record facade) : served(std::move(facade)) {
    watch();
    offer_writes();
    offer_instances();
    offer_reads();
  }

private:
  void watch() {
    const auto out = lines();
    note(facade().on_insert([out](const std::string& field, const json& now) {
      out->add("insert " + field + " " + now.dump());
    }));
    note(facade().on_update([out](const std::string& field, const json& old, const json& now) {
      out->add("update " + field + " " + old.dump() + " " + now.dump());
    }));
    note(facade().on_remove([out](const std::string& field, const json& old) {
      out->add("remove " + field + " " + old.dump());
    }));
    note(facade().on_clear([out] { out->add("clear"); }));
  }

  /// Null is a value here, so there is a list around it.
  static json maybe(const std::optional<json>& value) {
    return value ? json::array({*value}) : json::array();
  }

  void offer_writes() {
    offer("set", [this](const json& x) { return maybe(value_of(facade().set(x[0], x[1]))); });
    offer("insert", [this](const json& x) { return maybe(value_of(facade().insert(x[0], x[1]))); });
    offer("update_if",
          [this](const json& x) { return json(value_of(facade().update_if(x[0], x[1], x[2]))); });
    offer("erase", [this](const json& x) { return json(value_of(facade().erase(x[0]))); });
    offer("clear", [this](const json&) { return json(value_of(facade().clear())); });
  }

  void offer_instances() {
    offer("set_instance", [this](const json& x) { return value_of(facade().set_instance(x)); });
    offer("insert_instance",
          [this](const json& x) { return value_of(facade().insert_instance(x)); });
    offer("update_instance_if", [this](const json& x) {
      return json(value_of(facade().update_instance_if(x[0], x[1])));
    });
  }

  void offer_reads() {
    offer("get", [this](const json& x) { return maybe(value_of(facade().get(x[0]))); });
    offer("contains",
          [this](const json& x) { return json(facade().contains(x[0].get<std::string>())); });
    offer("instance", [this](const json&) { return value_of(facade().instance()); });
    offer("fields", [this](const json&) { return json(facade().fields()); });
    offer("content", [this](const json&) { return value_of(facade().instance()); });
  }
};

} // namespace

std::unique_ptr<served_collection> serve_json_record(node& member, const std::string& id,
                                                     const json& how, bool& existed) {
  std::optional<json> initial;
  if (how.contains("initial"))
    initial = how["initial"];
  const auto options = options_of<record_options>(how);
  return std::make_unique<served_json_record>(value_of(
      only_created(how) ? member.create_record<json>(id, initial, options)
                        : member.get_or_create_record<json>(id, &existed, initial, options)));
}

} // namespace hamok::test
