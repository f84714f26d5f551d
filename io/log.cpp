#include "hamok/io/log.hpp"

#include <spdlog/sinks/null_sink.h>

#include <mutex>
#include <utility>

namespace hamok {

namespace {

/// Not in spdlog's registry, so that the names and levels there stay the application's own.
std::shared_ptr<spdlog::logger> silent_logger() {
  auto result =
      std::make_shared<spdlog::logger>("hamok", std::make_shared<spdlog::sinks::null_sink_mt>());
  result->set_level(spdlog::level::off);
  return result;
}

struct chosen_logger {
  std::mutex mutex;
  std::shared_ptr<spdlog::logger> current = silent_logger();
};

chosen_logger& chosen() {
  static chosen_logger instance;
  return instance;
}

} // namespace

void set_logger(std::shared_ptr<spdlog::logger> value) {
  if (!value)
    value = silent_logger();
  const std::lock_guard guard{chosen().mutex};
  chosen().current = std::move(value);
}

std::shared_ptr<spdlog::logger> logger() {
  const std::lock_guard guard{chosen().mutex};
  return chosen().current;
}

std::string printable(std::string_view name) {
  constexpr std::size_t longest = 64;
  std::string result{name.substr(0, longest)};
  for (auto& c : result)
    if (c < ' ' || c > '~')
      c = '?';
  return result;
}

} // namespace hamok
