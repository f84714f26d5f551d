#include "hamok/io/local_network.hpp"

namespace hamok {

void local_network::cut(const std::string& from, const std::string& to) {
  const std::lock_guard guard{mutex_};
  cut_.emplace(from, to);
}

void local_network::cut_both(const std::string& a, const std::string& b) {
  cut(a, b);
  cut(b, a);
}

void local_network::heal(const std::string& from, const std::string& to) {
  const std::lock_guard guard{mutex_};
  cut_.erase({from, to});
}

void local_network::heal_both(const std::string& a, const std::string& b) {
  heal(a, b);
  heal(b, a);
}

void local_network::heal_all() {
  const std::lock_guard guard{mutex_};
  cut_.clear();
}

bool local_network::passes(const std::string& from, const std::string& to) const {
  const std::lock_guard guard{mutex_};
  return cut_.find({from, to}) == cut_.end();
}

} // namespace hamok
