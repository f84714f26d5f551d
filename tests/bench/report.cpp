#include "hamok/tests/bench/report.hpp"

#include <iomanip>
#include <ostream>

namespace hamok::bench {

namespace {

void print_row(std::ostream& out, const measurement& row) {
  out << std::left << std::setw(10) << row.through << std::right << std::setw(9) << row.in_flight
      << std::setprecision(0) << std::setw(10) << row.sets_per_second() << std::setprecision(1)
      << std::setw(10) << row.p50_us << std::setw(10) << row.p99_us << std::setw(9)
      << row.raw_tcp.p50_us << std::setw(9) << row.raw_tcp.p99_us << std::setprecision(2)
      << std::setw(10) << row.round_trips() << std::setw(10) << row.sets_per_round_trip();
  if (row.errors > 0)
    out << "  " << row.errors << " ERRORS";
  out << '\n';
}

void print_usage(std::ostream& out, const measurement& row) {
  out << std::left << std::setw(10) << row.through << std::right << std::setw(9) << row.in_flight
      << std::setprecision(1) << std::setw(9) << row.seconds;
  for (const auto& process : row.processes)
    out << std::setprecision(2) << std::setw(11) << process.cpu_seconds << std::setprecision(1)
        << std::setw(8) << process.resident_mib;
  out << '\n';
}

} // namespace

void print_table(std::ostream& out, const std::vector<measurement>& all) {
  out << std::fixed
      << "\nSets of 16-byte keys and 256-byte values, three processes, in memory, acknowledged by "
         "a "
         "quorum.\n\n"
      << "load            in                  set       set  raw TCP  raw TCP   set p50      sets\n"
      << "through     flight    sets/s    p50 us    p99 us   p50 us   p99 us   in RTTs   per RTT\n";
  for (const auto& row : all)
    print_row(out, row);
  out << "\nload            in            leader            follower           follower\n"
      << "through     flight  seconds     CPU s  RSS MiB    CPU s RSS MiB     CPU s RSS MiB\n";
  for (const auto& row : all)
    print_usage(out, row);
}

nlohmann::ordered_json to_json(const std::vector<measurement>& all) {
  auto result = nlohmann::ordered_json::array();
  for (const auto& row : all) {
    auto processes = nlohmann::ordered_json::array();
    for (const auto& process : row.processes)
      processes.push_back({{"member", process.member},
                           {"cpu_seconds", process.cpu_seconds},
                           {"resident_mib", process.resident_mib}});
    result.push_back({{"through", row.through},
                      {"in_flight", row.in_flight},
                      {"sets", row.sets},
                      {"errors", row.errors},
                      {"seconds", row.seconds},
                      {"sets_per_second", row.sets_per_second()},
                      {"p50_us", row.p50_us},
                      {"p99_us", row.p99_us},
                      {"raw_tcp_p50_us", row.raw_tcp.p50_us},
                      {"raw_tcp_p99_us", row.raw_tcp.p99_us},
                      {"p50_in_round_trips", row.round_trips()},
                      {"sets_per_round_trip", row.sets_per_round_trip()},
                      {"processes", std::move(processes)}});
  }
  return result;
}

} // namespace hamok::bench
