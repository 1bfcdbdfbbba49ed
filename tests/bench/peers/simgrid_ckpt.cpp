// SPDX-License-Identifier: GPL-3.0-or-later
// The checkpoint scenario of bench_ckpt.c on SimGrid 3.32: an actor a host, restarted with it.
//
// Failures come from state profiles; the write is a sleep, which is the cheapest that SimGrid can
// do. SimGrid shares CPUs and links besides: the comparison is for runs that need none of that.
//
// usage: simgrid_ckpt HOSTS HOURS CSV   (appends two rows to CSV)
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <simgrid/kernel/ProfileBuilder.hpp>
#include <simgrid/s4u.hpp>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace s4u = simgrid::s4u;

namespace
{

struct Counts {
    long hosts, starts, computes, writes, failures;
} counts;

double seconds_used()
{
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

void work()
{
    long start = counts.starts++;
    if (start < counts.hosts) {
        s4u::this_actor::sleep_for(double(7919 * (start + 1) % 3660));
    }
    for (;;) {
        s4u::this_actor::execute(3600e9); // an hour at 1 Gflop/s
        counts.computes++;
        s4u::this_actor::sleep_for(60.0);
        counts.writes++;
    }
}

std::string outages(long host, double horizon)
{
    std::mt19937_64 generator(1000003UL * (unsigned long)host + 7);
    std::exponential_distribution<double> up(1 / 3.6e6), down(1 / 3600.0);
    std::string text;
    char line[64];
    for (double t = 0; t < horizon;) {
        t += up(generator);
        std::snprintf(line, sizeof line, "%.6f 0\n", t);
        text += line;
        t += down(generator);
        std::snprintf(line, sizeof line, "%.6f 1\n", t);
        text += line;
    }
    return text;
}

void build(double horizon)
{
    auto *zone = s4u::create_empty_zone("all");
    for (long i = 0; i < counts.hosts; i++) {
        auto *host = zone->create_host("host" + std::to_string(i), 1e9);
        host->set_state_profile(simgrid::kernel::profile::ProfileBuilder::from_string(
            "outages" + std::to_string(i), outages(i, horizon), -1));
        host->seal();
        auto actor = s4u::Actor::create("work", host, work);
        actor->set_auto_restart(true);
        actor->daemonize();
    }
    // daemons end with the last ordinary actor: one on a host that never fails
    auto *rock = zone->create_host("rock", 1e9);
    rock->seal();
    zone->seal();
    s4u::Actor::create("clock", rock, [horizon] { s4u::this_actor::sleep_for(horizon); });
}

} // namespace

int main(int argc, char **argv)
{
    s4u::Engine engine(&argc, argv);
    if (argc < 4) {
        std::fprintf(stderr, "usage: simgrid_ckpt HOSTS HOURS CSV\n");
        return 2;
    }
    counts.hosts = std::atol(argv[1]);
    double horizon = 3600 * std::atof(argv[2]);
    s4u::Host::on_state_change.connect(
        [](s4u::Host const &host) { counts.failures += !host.is_on(); });
    build(horizon);
    double start = seconds_used();
    engine.run_until(horizon);
    double seconds = seconds_used() - start;
    long events = counts.computes + counts.writes + counts.failures + counts.starts - counts.hosts;
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double each = seconds * 1e9 / double(events);
    double bytes = 1024.0 * double(usage.ru_maxrss) / double(counts.hosts);
    std::printf("%-18s %9ld %9.0f ns, %ld events, %.0f B/host\n", "simgrid ckpt", counts.hosts,
                each, events, bytes);
    std::FILE *csv = std::fopen(argv[3], "a");
    if (csv == nullptr) {
        return 1;
    }
    std::fprintf(csv, "simgrid.ckpt,%ld,%.0f,ns,,\n", counts.hosts, each);
    std::fprintf(csv, "simgrid.memory,%ld,%.0f,B/host,,\n", counts.hosts, bytes);
    std::fclose(csv);
    std::fflush(stdout);
    _exit(0); // its own end takes minutes at 1e5 hosts
}
