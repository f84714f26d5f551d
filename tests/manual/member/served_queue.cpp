// Queues of text.

#include "hamok/tests/manual/member/served.hpp"

namespace hamok::test {

namespace {

using text_queue = queue<std::string>;
using texts = std::vector<std::string>;

class served_queue : public served<text_queue> {
public:
  explicit served_queue(text_queue facade) : served(std::move(facade)) {
    watch();
    offer_writes();
    offer_reads();
  }

private:
  void watch() {
    const auto out = lines();
    note(facade().on_add([out](const std::string& item) { out->add("add " + item); }));
    note(facade().on_remove([out](const std::string& item) { out->add("remove " + item); }));
    note(facade().on_empty([out] { out->add("empty"); }));
    note(facade().on_not_empty([out] { out->add("not-empty"); }));
    note(facade().on_clear([out] { out->add("clear"); }));
  }

  /// As many as a case gives, by the call that takes so many.
  [[nodiscard]] std::uint64_t push(const texts& items) const {
    switch (items.size()) {
    case 1:
      return value_of(facade().push(items[0]));
    case 2:
      return value_of(facade().push(items[0], items[1]));
    default:
      return value_of(facade().push(items.at(0), items.at(1), items.at(2)));
    }
  }

  void offer_writes() {
    offer("push", [this](const json& x) { return json(push(x.get<texts>())); });
    offer("push_all",
          [this](const json& x) { return json(value_of(facade().push_all(x.get<texts>()))); });
    offer("pop", [this](const json&) { return or_null(value_of(facade().pop())); });
    offer("dequeue", [this](const json&) { return or_null(value_of(facade().dequeue())); });
    offer("pop_wait", [this](const json& x) {
      return or_null(value_of(facade().pop_wait(std::chrono::milliseconds{x[0].get<int>()})));
    });
    offer("clear", [this](const json&) { return json(value_of(facade().clear())); });
  }

  void offer_reads() {
    offer("peek", [this](const json&) { return or_null(value_of(facade().peek())); });
    offer("size", [this](const json&) { return json(facade().size()); });
    offer("empty", [this](const json&) { return json(facade().empty()); });
    offer("content", [this](const json&) { return json(value_of(facade().snapshot().items())); });
    // Pops each item that it comes to, and goes on with those that were there at its beginning.
    offer("iterate", [this](const json&) {
      texts result;
      for (const auto& item : facade()) {
        value_of(facade().pop());
        result.push_back(item);
      }
      return json(result);
    });
  }
};

} // namespace

std::unique_ptr<served_collection> serve_queue(node& member, const std::string& id, const json& how,
                                               bool& existed) {
  const auto initial = how.value("initial", texts{});
  const auto options = options_of<queue_options>(how);
  return std::make_unique<served_queue>(value_of(
      only_created(how) ? member.create_queue<std::string>(id, initial, options)
                        : member.get_or_create_queue<std::string>(id, &existed, initial, options)));
}

} // namespace hamok::test
