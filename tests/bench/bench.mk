# SPDX-License-Identifier: GPL-3.0-or-later
# Speed: `make bench` measures, prints one table of goals and rewrites tests/bench/results.csv.

BENCHES := $(patsubst %.c,$(B)/%,$(wildcard tests/bench/bench_*.c))

.PHONY: bench bench-quick bench-deps benches

$(BENCHES): $(B)/%: $(B)/%.o $(B)/libcairn.a
	$(SAY) '  link    $@'
	$(Q)$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)

benches: $(BENCHES)

bench: $(CAIRN) benches ## speed, as ratios and against its budgets, with peers where installed
	@B=$(B) CC='$(CC)' sh tests/bench/run.sh

bench-quick: $(CAIRN) benches ## a hundredth of the work: do the benchmarks run?
	@B=$(B) CC='$(CC)' sh tests/bench/run.sh --quick

bench-deps: ## what the peers need: SimGrid from Debian, SimPy from PyPI into build/bench-venv
	$(call install_missing,libsimgrid-dev g++ python3-venv)
	@test -x build/bench-venv/bin/python || python3 -m venv build/bench-venv
	@build/bench-venv/bin/python -c 'import simpy' 2>/dev/null || \
	  build/bench-venv/bin/pip install -q 'simpy>=4.1,<5'
	@echo 'bench-deps: SimGrid and SimPy are ready for make bench'
