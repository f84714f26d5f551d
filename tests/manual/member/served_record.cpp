// Records of a struct, whose fields are written in binary, or as JSON.

#include "hamok/collections/json_codec.hpp"
#include "hamok/tests/manual/member/served.hpp"

#include <type_traits>

namespace hamok::test {

namespace {

struct lamp {
  std::string color = "white";
  int level = 0;
  std::vector<std::string> owners;
};

template <class Inspector>
bool inspect(Inspector& f, lamp& x) {
  return f.object(x).fields(f.field("color", x.color), f.field("level", x.level),
                            f.field("owners", x.owners));
}

lamp lamp_of(const json& object) {
  return {object.at("color"), object.at("level"), object.at("owners")};
}

/// Those fields that are among `fields`.
json object_of(const lamp& value, const std::vector<std::string>& fields) {
  const json all{{"color", value.color}, {"level", value.level}, {"owners", value.owners}};
  auto result = json::object();
  for (const auto& field : fields)
    result[field] = all.at(field);
  return result;
}

/// A member of `lamp`, as a type.
template <auto Member>
struct field_constant {};

/// `act(the member that is called so)`
template <class Act>
json with_member(const std::string& name, Act act) {
  if (name == "color")
    return act(field_constant<&lamp::color>{});
  if (name == "level")
    return act(field_constant<&lamp::level>{});
  if (name == "owners")
    return act(field_constant<&lamp::owners>{});
  throw failure{"no such field", name};
}

template <class Record>
class served_record : public served<Record> {
public:
  explicit served_record(Record facade) : served<Record>(std::move(facade)) {
    watch(field_constant<&lamp::color>{}, "color");
    watch(field_constant<&lamp::level>{}, "level");
    watch(field_constant<&lamp::owners>{}, "owners");
    this->note(rec().on_clear([out = this->lines()] { out->add("clear"); }));
    offer_fields();
    offer_instances();
    offer_reads();
  }

private:
  [[nodiscard]] const Record& rec() const { return this->facade(); }

  template <auto Member>
  void watch(field_constant<Member>, const std::string& name) {
    using value = detail::member_value<Member>;
    const auto out = this->lines();
    const auto text = [name](const value& x) { return " " + name + " " + json(x).dump(); };
    this->note(value_of(rec().template on_insert<Member>(
        [out, text](const value& now) { out->add("insert" + text(now)); })));
    this->note(
        value_of(rec().template on_update<Member>([out, text](const value& old, const value& now) {
          out->add("update" + text(old) + " " + json(now).dump());
        })));
    this->note(value_of(rec().template on_remove<Member>(
        [out, text](const value& old) { out->add("remove" + text(old)); })));
  }

  void offer_fields() {
    this->offer("set", [this](const json& x) {
      return with_member(
          x[0], [&]<auto M>(field_constant<M>) {
            return or_null(value_of(rec().template set<M>(x[1])));
          });
    });
    this->offer("insert", [this](const json& x) {
      return with_member(
          x[0], [&]<auto M>(field_constant<M>) {
            return or_null(value_of(rec().template insert<M>(x[1])));
          });
    });
    this->offer("update_if", [this](const json& x) {
      return with_member(
          x[0], [&]<auto M>(field_constant<M>) {
            return json(value_of(rec().template update_if<M>(x[1], x[2])));
          });
    });
    this->offer("erase", [this](const json& x) {
      return with_member(
          x[0], [&]<auto M>(field_constant<M>) {
            return json(value_of(rec().template erase<M>()));
          });
    });
  }

  void offer_instances() {
    this->offer("set_instance", [this](const json& x) {
      const auto before = value_of(rec().set_instance(lamp_of(x)));
      return object_of(before.values, before.fields);
    });
    this->offer("insert_instance", [this](const json& x) {
      const auto there = value_of(rec().insert_instance(lamp_of(x)));
      return object_of(there.values, there.fields);
    });
    this->offer("update_instance_if", [this](const json& x) {
      return json(value_of(rec().update_instance_if(lamp_of(x[0]), lamp_of(x[1]))));
    });
    this->offer("clear", [this](const json&) { return json(value_of(rec().clear())); });
  }

  void offer_reads() {
    this->offer("get", [this](const json& x) {
      return with_member(
          x[0], [&]<auto M>(field_constant<M>) {
            return or_null(value_of(rec().template get<M>()));
          });
    });
    this->offer("contains", [this](const json& x) {
      return with_member(
          x[0], [&]<auto M>(field_constant<M>) { return json(rec().template contains<M>()); });
    });
    this->offer("instance", [this](const json&) {
      return object_of(value_of(rec().instance()), {"color", "level", "owners"});
    });
    this->offer("fields", [this](const json&) { return json(rec().fields()); });
    this->offer("size", [this](const json&) { return json(rec().size()); });
    this->offer("content", [this](const json&) {
      const auto now = rec().snapshot();
      return object_of(value_of(now.instance()), now.fields());
    });
  }
};

template <class... Codecs>
std::unique_ptr<served_collection> serve(node& member, const std::string& id, const json& how,
                                         bool& existed) {
  std::optional<lamp> initial;
  if (how.contains("initial"))
    initial = lamp_of(how["initial"]);
  const auto options = options_of<record_options>(how);
  return std::make_unique<served_record<record<lamp, Codecs...>>>(
      value_of(only_created(how)
                   ? member.create_record<lamp, Codecs...>(id, initial, options)
                   : member.get_or_create_record<lamp, Codecs...>(id, &existed, initial, options)));
}

} // namespace

std::unique_ptr<served_collection> serve_record(node& member, const std::string& id,
                                                const json& how, bool& existed) {
  return serve<>(member, id, how, existed);
}

std::unique_ptr<served_collection> serve_text_record(node& member, const std::string& id,
                                                     const json& how, bool& existed) {
  return serve<field_codec<&lamp::level, codec<int>>, every_field<json_codec>>(member, id, how,
                                                                               existed);
}

} // namespace hamok::test
