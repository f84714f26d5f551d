// A queue whose copies share what is in its middle, against one that is copied whole.

#include "hamok/collections/sharing_queue_state.hpp"
#include "hamok/tests/catch.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace hamok::state_test {

namespace {

using numbers = sharing_queue<int>;

std::vector<int> content(const numbers& queue) {
  std::vector<int> result;
  queue.for_each([&](int item) { result.push_back(item); });
  return result;
}

bool equal(const numbers& queue, const std::deque<int>& model) {
  if (queue.size() != model.size() || queue.empty() != model.empty())
    return false;
  for (std::size_t i = 0; i < model.size(); ++i)
    if (queue[i] != model[i])
      return false;
  return content(queue) == std::vector<int>(model.begin(), model.end());
}

/// Counts how often it is copied.
struct counted {
  std::shared_ptr<std::size_t> copies;

  explicit counted(std::shared_ptr<std::size_t> counter) : copies(std::move(counter)) {}
  counted(const counted& other) : copies(other.copies) { ++*copies; }
  counted(counted&&) noexcept = default;
  counted& operator=(const counted& other) {
    copies = other.copies;
    ++*copies;
    return *this;
  }
  counted& operator=(counted&&) noexcept = default;
  ~counted() = default;
};

} // namespace

TEST_CASE("a sharing queue is a queue, and its copies are queues of their own") {
  std::mt19937_64 dice{5};
  std::vector<std::pair<numbers, std::deque<int>>> queues(1);
  int next = 0;
  for (int step = 0; step < 60'000; ++step) {
    auto& [queue, model] = queues[dice() % queues.size()];
    const auto filling = step / 3000 % 2 == 0; // they grow and shrink
    if (dice() % 4 < (filling ? 3U : 1U)) {
      queue.push_back(++next);
      model.push_back(next);
    } else if (!model.empty()) {
      REQUIRE(queue.front() == model.front());
      queue.pop_front();
      model.pop_front();
    }
    if (dice() % 400 == 0) {
      auto copy = queues[dice() % queues.size()];
      queues.push_back(std::move(copy));
    }
    if (queues.size() > 8)
      queues.erase(queues.begin());
    if (dice() % 50 == 0)
      for (const auto& [one, other] : queues)
        REQUIRE(equal(one, other));
  }
}

TEST_CASE("a copy of a sharing queue copies less than two blocks of items, however many it has") {
  const auto copies = std::make_shared<std::size_t>(0);
  sharing_queue<counted> queue;
  for (std::size_t i = 0; i < 100'000; ++i)
    queue.push_back(counted{copies});
  queue.pop_front();
  *copies = 0;
  const auto copy = queue;
  CHECK(copy.size() == 99'999);
  CHECK(*copies < 2 * sharing_queue<counted>::block_size);
}

TEST_CASE("what is taken out of a sharing queue is let go of at once") {
  sharing_queue<std::shared_ptr<int>> queue;
  std::vector<std::weak_ptr<int>> items;
  for (int i = 0; i < 1000; ++i) {
    auto item = std::make_shared<int>(i);
    items.push_back(item);
    queue.push_back(std::move(item));
  }
  for (auto& item : items) {
    CHECK_FALSE(item.expired());
    queue.pop_front();
    CHECK(item.expired());
  }
  CHECK(queue.empty());
}

} // namespace hamok::state_test
