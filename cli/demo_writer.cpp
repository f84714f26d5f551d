#include "hamok/cli/demo_writer.hpp"

#include "hamok/cli/map_client.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace hamok::cli {

namespace {

using std::chrono::steady_clock;

std::string key_of(std::uint64_t number) {
  return "key-" + std::to_string(number);
}

std::string value_of_number(std::uint64_t number) {
  return "value " + std::to_string(number);
}

} // namespace

demo_writer::demo_writer(const demo_cluster& cluster) : via_(cluster.client_of_all()) {
  if (const auto created = map_client{via_, map_name}.open(); !created)
    throw std::runtime_error("cannot create a map: " + text_of(created.error()));
  acknowledged_.reserve(100'000);
  thread_ = std::thread{[this] { run(); }};
}

demo_writer::~demo_writer() {
  stop();
}

void demo_writer::stop() {
  stopping_ = true;
  if (thread_.joinable())
    thread_.join();
}

void demo_writer::run() {
  map_client map{via_, map_name};
  for (; !stopping_; ++begun_) {
    while (paused_ && !stopping_) {
      rests_ = true;
      std::this_thread::sleep_for(std::chrono::microseconds{200});
    }
    rests_ = false;
    const auto begin = steady_clock::now();
    const auto done = map.set(key_of(begun_), value_of_number(begun_));
    if (done) {
      const std::lock_guard guard{mutex_};
      acknowledged_.push_back({begun_, begin, steady_clock::now()});
      ++count_;
    } else {
      errors_.push_back(text_of(done.error()));
    }
  }
}

void demo_writer::pause() {
  rests_ = false;
  paused_ = true;
  while (!rests_ && !stopping_)
    std::this_thread::sleep_for(std::chrono::microseconds{200});
}

bool demo_writer::await(std::uint64_t count) const {
  const auto wanted = count_ + count;
  const auto deadline = steady_clock::now() + std::chrono::seconds{30};
  while (count_ < wanted) {
    if (steady_clock::now() >= deadline)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

std::chrono::nanoseconds demo_writer::first_after(time_point since) const {
  for (const auto& each : acknowledged_)
    if (each.begun >= since)
      return each.acknowledged - since;
  return std::chrono::nanoseconds{-1};
}

std::chrono::nanoseconds demo_writer::longest_gap(time_point since) const {
  const std::lock_guard guard{mutex_};
  std::chrono::nanoseconds longest{0};
  auto before = since;
  for (const auto& each : acknowledged_) {
    if (each.acknowledged < since)
      continue;
    longest = std::max<std::chrono::nanoseconds>(longest, each.acknowledged - before);
    before = each.acknowledged;
  }
  return longest;
}

std::vector<std::string> demo_writer::mismatches(client& member) const {
  const auto entries = map_client{member, map_name}.entries();
  if (!entries)
    return {"cannot be read: " + text_of(entries.error())};
  std::vector<std::string> result;
  std::map<std::string, std::string> there{entries->begin(), entries->end()};
  for (const auto& each : acknowledged_) {
    const auto found = there.find(key_of(each.number));
    if (found == there.end())
      result.push_back("the acknowledged " + key_of(each.number) + " is lost");
    else if (found->second != value_of_number(each.number))
      result.push_back(key_of(each.number) + " is '" + found->second + "'");
  }
  for (std::uint64_t i = 0; i < begun_; ++i)
    there.erase(key_of(i));
  for (const auto& [key, value] : there)
    result.push_back(key + " was never written");
  return result;
}

} // namespace hamok::cli
