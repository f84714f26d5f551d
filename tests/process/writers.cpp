#include "hamok/tests/process/writers.hpp"

#include "hamok/actors/interfaces/type_ids.hpp"

#include <algorithm>

namespace hamok::process_test {

namespace {

std::string counter_key(std::size_t writer) {
  return "counter-" + std::to_string(writer);
}

/// Inserts a new key; the answer has to be that there was none. False: no answer.
bool insert(cli::map_client& map, const std::string& key, const std::string& value,
            writer_record& record) {
  const auto existing = map.insert(key, value);
  if (!existing) {
    if (cannot_have_happened(existing.error()))
      ++record.refused;
    else
      record.unknown[key] = value;
    return false;
  }
  if (*existing)
    record.violations.push_back("insert of " + key + " found it there already: " + **existing);
  record.acknowledged[key] = value;
  return true;
}

/// Counts up by one; nobody else touches this counter, so it has to succeed exactly once. False: no
/// answer.
bool count_up(cli::map_client& map, const std::string& key, writer_record& record) {
  const auto before = std::to_string(record.counter);
  const auto after = std::to_string(record.counter + 1);
  auto changed = map.update_if(key, after, before);
  const auto unknown = !changed && !cannot_have_happened(changed.error());
  if (unknown) // a second one finds out: it changes the counter if the first one did not
    changed = map.update_if(key, after, before);
  if (!changed) {
    if (unknown)
      record.violations.push_back("the outcome of counting " + key + " stays unknown");
    ++record.refused;
    return false;
  }
  if (!*changed && !unknown)
    record.violations.push_back(key + " was not " + before + " any more");
  ++record.counter;
  return true;
}

} // namespace

writers::writers(const process_cluster& cluster, std::size_t count)
    : records_(count),
      progress_(count) {
  for (std::size_t i = 0; i < count; ++i)
    threads_.emplace_back([this, i, via = cluster.patient_client(i % cluster.size())]() mutable {
      run(i, std::move(via));
    });
}

writers::~writers() {
  finish();
}

void writers::run(std::size_t number, client via) {
  auto& record = records_[number];
  cli::map_client map{via, map_name};
  const auto counter = counter_key(number);
  if (!map.open() || !map.insert(counter, "0")) {
    record.violations.push_back("writer " + std::to_string(number) + " could not begin");
    return;
  }
  auto last = std::chrono::steady_clock::now();
  const auto heard = [&](const std::string& key) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last > record.longest_gap) {
      record.longest_gap = now - last;
      record.gap_before = key;
    }
    last = now;
  };
  for (std::uint64_t i = 0; !stopping_; ++i) {
    const auto text = std::to_string(number) + "-" + std::to_string(i);
    if (insert(map, "key-" + text, "value-" + text, record)) {
      heard(text);
      ++progress_[number];
    }
    if (count_up(map, counter, record))
      heard(text);
  }
}

bool writers::await_progress(std::uint64_t count, std::chrono::milliseconds limit) const {
  std::vector<std::uint64_t> wanted;
  for (const auto& each : progress_)
    wanted.push_back(each + count);
  return eventually(
      [&] {
        for (std::size_t i = 0; i < wanted.size(); ++i)
          if (progress_[i] < wanted[i])
            return false;
        return true;
      },
      limit);
}

std::vector<writer_record> writers::finish() {
  stopping_ = true;
  for (auto& each : threads_)
    if (each.joinable())
      each.join();
  return records_;
}

std::vector<std::string> long_gaps(const std::vector<writer_record>& records,
                                   std::chrono::milliseconds limit) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto gap = std::chrono::duration_cast<std::chrono::milliseconds>(records[i].longest_gap);
    if (gap > limit)
      result.push_back("writer " + std::to_string(i) + " had no answer for "
                       + std::to_string(gap.count()) + " ms before " + records[i].gap_before);
  }
  return result;
}

std::vector<std::string> discrepancies(const process_cluster& cluster, std::size_t member,
                                       const std::vector<writer_record>& records) {
  std::vector<std::string> wrong;
  const auto who = process_cluster::name(member) + ": ";
  auto via = cluster.client_of(member);
  const auto entries = cli::map_client{via, writers::map_name}.entries();
  if (!entries)
    return {who + "cannot be read: " + to_string(entries.error())};
  std::map<std::string, std::string> there{entries->begin(), entries->end()};
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& record = records[i];
    for (const auto& violation : record.violations)
      wrong.push_back("writer " + std::to_string(i) + ": " + violation);
    for (const auto& [key, value] : record.acknowledged) {
      const auto found = there.find(key);
      if (found == there.end())
        wrong.push_back(who + "acknowledged " + key + " is lost");
      else if (found->second != value)
        wrong.push_back(who + key + " is " + found->second);
      there.erase(key);
    }
    for (const auto& [key, value] : record.unknown)
      there.erase(key);
    const auto counter = counter_key(i);
    if (there[counter] != std::to_string(record.counter))
      wrong.push_back(who + counter + " is '" + there[counter] + "' instead of "
                      + std::to_string(record.counter));
    there.erase(counter);
  }
  for (const auto& [key, value] : there)
    wrong.push_back(who + key + " was never written");
  return wrong;
}

} // namespace hamok::process_test
