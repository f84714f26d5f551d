#include "hamok/collections/fifo_state.hpp"
#include "hamok/tests/catch.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <vector>

namespace hamok::state_test {

TEST_CASE("a fifo does what a deque does") {
  std::mt19937 random{7};
  for (int round = 0; round < 50; ++round) {
    fifo<int> ours;
    std::deque<int> model;
    for (int step = 0; step < 2000; ++step) {
      const auto what = random() % 100;
      if (what < 52) {
        ours.push_back(step);
        model.push_back(step);
      } else if (what < 95) {
        if (!model.empty()) {
          ours.pop_front();
          model.pop_front();
        }
      } else if (what < 97) {
        const auto odd = [](int value) { return value % 2 != 0; };
        CHECK(erase_if(ours, odd) == std::erase_if(model, odd));
      } else if (what < 98 && !model.empty()) {
        const auto at = static_cast<std::ptrdiff_t>(random() % model.size());
        ours.erase(ours.begin() + at);
        model.erase(model.begin() + at);
      } else if (what == 99 && random() % 20 == 0) {
        ours.clear();
        model.clear();
      }
      REQUIRE(ours.size() == model.size());
      REQUIRE(ours.empty() == model.empty());
      REQUIRE(std::equal(ours.begin(), ours.end(), model.begin(), model.end()));
      REQUIRE(std::equal(ours.rbegin(), ours.rend(), model.rbegin(), model.rend()));
      if (!model.empty()) {
        REQUIRE(ours.front() == model.front());
        REQUIRE(ours.back() == model.back());
        REQUIRE(ours[model.size() / 2] == model[model.size() / 2]);
      }
    }
  }
}

TEST_CASE("a fifo lets go of what is taken out at once") {
  const auto item = std::make_shared<int>(1);
  fifo<std::shared_ptr<int>> items;
  for (int i = 0; i < 10; ++i)
    items.push_back(item);
  for (int i = 0; i < 10; ++i) {
    items.pop_front();
    CHECK(item.use_count() == 10 - i);
  }
  CHECK(items.empty());
}

} // namespace hamok::state_test
