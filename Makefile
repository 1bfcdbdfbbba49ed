# SPDX-License-Identifier: GPL-3.0-or-later
# cairn: one Makefile, sources listed by folder, objects in build/. `make help` lists the targets.
#
#   MODE=release|debug|asan   how to compile; each has its own folder, so none disturbs another
#   CC=gcc|clang|…            any C17 compiler that takes gcc's options
#   B=build/x                 another folder for everything that is made
#   V=1                       show whole commands
#   T=eventq                  `make test`: only the test programs whose path holds this text

CC   := $(if $(filter default,$(origin CC)),gcc,$(CC))
MODE ?= release
B    ?= build$(filter-out /release,/$(MODE))
T    ?=
Q    := $(if $(V),,@)
SAY  := @$(if $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS)))),:,echo)
PREFIX ?= /usr/local
OBJCOPY ?= objcopy
VERSION := $(shell sed -n 's/.*CAIRN_VERSION "\(.*\)"/\1/p' sim/cli/cli.h)
# Warnings are errors where a machine watches (CI=true), and warnings where a person works.
WERROR ?= $(if $(CI),-Werror)

# ---- flags ---------------------------------------------------------------------------------------

TARGET := $(shell $(CC) -dumpmachine 2>/dev/null)
IS_GCC := $(if $(findstring clang,$(shell $(CC) --version 2>/dev/null)),,yes)

WARN = -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion -Wvla \
       -Wformat=2 -Wimplicit-fallthrough -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
       -Werror=implicit -Werror=incompatible-pointer-types -Werror=int-conversion \
       $(if $(IS_GCC),-Wtrampolines -Wbidi-chars=any,-Wno-string-conversion)
# Same bits everywhere: no fused multiply-add, no fast-math. errno of sqrt is nobody's business.
MATHS = -ffp-contract=off -fno-math-errno
# OpenSSF's list, as far as gcc 12 and clang 14 know it.
HARDEN = -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fno-delete-null-pointer-checks \
         $(if $(findstring x86_64,$(TARGET)),-fstack-clash-protection -fcf-protection=full) \
         $(if $(findstring aarch64,$(TARGET)),-mbranch-protection=standard) \
         $(if $(IS_GCC),-ftrivial-auto-var-init=zero) -fPIE
LINK_release = -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed
OPT_release = -O2 $(HARDEN)
OPT_debug = -O0 -g
OPT_asan = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LINK_asan = -fsanitize=address,undefined
OPT ?= $(OPT_$(MODE))
LINK ?= $(LINK_$(MODE))
CPPFLAGS = -I. -isystem $(B)/ext -D_GNU_SOURCE
CFLAGS = -std=c17 $(MATHS) -g1 $(WARN) $(WERROR) $(OPT)
# What decides here decides in production: policies, and the maths they call, are compiled once, fit
# for a shared library, and never rewritten by link-time optimisation.
LIBRARY_FLAGS = -fPIC -fvisibility=hidden -fno-lto
LIBS = -lyaml -lcsv -lz -lgsl -lgslcblas -lm -lpthread

# ---- sources: every .c of a room belongs to it ---------------------------------------------------

BASE      := $(wildcard sim/base/*.c)
KERNEL    := $(wildcard sim/kernel/*.c)
MODEL     := $(wildcard sim/model/*.c)
RUNTIME   := $(wildcard sim/runtime/*.c sim/runtime/*/*.c)
POLICIES  := $(filter-out policies/examples/%,$(wildcard policies/*.c policies/*/*.c))
WORKLOADS := $(wildcard workloads/*.c)
TRACES    := $(wildcard traces/*.c)
ANALYSIS  := $(wildcard analysis/*.c)
CAMPAIGN  := $(wildcard sim/campaign/*.c)
MAIN      := $(wildcard sim/cli/main.c)
CLI       := $(filter-out sim/cli/main.c,$(wildcard sim/cli/*.c))
CORE      := $(BASE) $(KERNEL) $(MODEL) $(RUNTIME) $(POLICIES)
LIBRARY   := $(CORE) $(WORKLOADS) $(TRACES) $(ANALYSIS) $(CAMPAIGN) $(CLI)
BUILTIN   := $(B)/workloads/builtin.o
SKELETON  := $(if $(MAIN),$(B)/sim/cli/skeleton.o)
OBJECTS   := $(LIBRARY:%.c=$(B)/%.o) $(BUILTIN) $(SKELETON)
CAIRN     := $(if $(MAIN),$(B)/cairn)
SUPPORT   := $(wildcard tests/support.c)
TESTS     := $(shell find tests -name 'test_*.c' 2>/dev/null | LC_ALL=C sort)
TESTS     := $(if $(T),$(foreach test,$(TESTS),$(if $(findstring $(T),$(test)),$(test))),$(TESTS))
PROGRAMS  := $(TESTS:%.c=$(B)/%)

# The production library: these very objects, in an archive, in a shared object, in build/cairn.
DECIDING  := $(POLICIES:%.c=$(B)/%.o) $(B)/sim/base/fmath.o
SONAME    := libcairn-policies.so.1
SHARED    := $(B)/$(SONAME)
ARCHIVE   := $(B)/libcairn-policies.a

.PHONY: all test tests rows demo deps deps-ci tidy symbols core golden legs live soak format study install
.PHONY: clean help
.DELETE_ON_ERROR:
all: $(if $(CAIRN),$(CAIRN),$(OBJECTS)) $(SHARED) $(ARCHIVE) ## build/cairn and the library of policies

# ---- objects and programs ------------------------------------------------------------------------

$(B)/cairn: $(B)/sim/cli/main.o $(OBJECTS)
	$(SAY) '  link    $@'
	$(Q)$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/libcairn.a: $(OBJECTS)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(DECIDING): OWN = $(LIBRARY_FLAGS)

$(SHARED): $(DECIDING) policies/exports.map
	$(SAY) '  link    $@'
	$(Q)$(CC) $(CFLAGS) $(LIBRARY_FLAGS) $(filter-out -pie,$(LINK)) $(LDFLAGS) -shared \
	  -Wl,-soname,$(SONAME) -Wl,--version-script=policies/exports.map -o $@ $(DECIDING)
	@ln -sfn $(SONAME) $(B)/libcairn-policies.so

# One object, in which only the exported names are seen: nobody's fmath_log meets another's.
$(ARCHIVE): $(DECIDING) policies/exports.map
	$(SAY) '  archive $@'
	@sed -n 's/^ *\(cairn_[a-z_]*\);/\1/p' policies/exports.map >$(B)/exports
	$(Q)$(LD) -r -o $(B)/policies.o $(DECIDING)
	$(Q)$(OBJCOPY) --keep-global-symbols=$(B)/exports $(B)/policies.o
	@rm -f $@
	$(Q)ar rcs $@ $(B)/policies.o

# Tests hold double against long double; clang wants each such step spelled out.
$(B)/tests/%.o: OWN = -Wno-double-promotion
$(B)/%.o: %.c $(B)/flags | $(B)/ext/ready
	@mkdir -p $(@D)
	$(SAY) '  compile $<'
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(OWN) -MMD -MP -c -o $@ $<

# Other flags, other objects: this file changes when they do.
$(B)/flags: always
	@mkdir -p $(B)
	@echo '$(CC) $(CPPFLAGS) $(CFLAGS)' | cmp -s - $@ || echo '$(CC) $(CPPFLAGS) $(CFLAGS)' >$@
.PHONY: always

# Header-only libraries by themselves, so that cross compilers see them and nothing else of the host.
$(B)/ext/ready:
	@mkdir -p $(B)/ext
	@ln -sfn /usr/include/Random123 $(B)/ext/Random123
	@ln -sfn /usr/include/xxhash.h $(B)/ext/xxhash.h
	@touch $@

# Built-in scenarios, and the files that new-policy writes, travel inside the program, so that it runs
# from any folder.
$(B)/workloads/builtin.c: sim/base/embed.sh $(wildcard workloads/builtin/*.yaml)
	@mkdir -p $(@D)
	sh $< workloads/builtin.h 'struct builtin builtin_list' $(filter-out $<,$^) >$@
$(B)/sim/cli/skeleton.c: sim/base/embed.sh policies/examples/myplugin.c \
                         policies/examples/test_myplugin.sh policies/controller.h
	@mkdir -p $(@D)
	sh $< sim/cli/skeleton.h 'struct skeleton skeletons' $(filter-out $<,$^) >$@
$(BUILTIN) $(SKELETON): %.o: %.c $(B)/flags | $(B)/ext/ready
	$(SAY) '  compile $<'
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# ---- tests ---------------------------------------------------------------------------------------

$(B)/libsupport.a: $(SUPPORT:%.c=$(B)/%.o)
	@rm -f $@
	$(Q)ar rcs $@ $^

# A static archive: each program takes what it needs, and may define its own malloc or write.
$(PROGRAMS): $(B)/%: $(B)/%.o $(B)/libsupport.a $(B)/libcairn.a
	$(SAY) '  link    $@'
	$(Q)$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) -o $@ $^ -lcmocka -ljansson $(LIBS)

$(B)/tidy: $(B)/tests/tidy.o
	$(SAY) '  link    $@'
	$(Q)$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) -o $@ $^

tests: $(CAIRN) $(SHARED) $(ARCHIVE) $(B)/tidy $(PROGRAMS) ## build everything that `make test` runs

test: ## the whole test suite; T=text runs part of it
	@$(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc)) tests
	@B=$(B) sh tests/symbols.sh && symbols=0 || symbols=1; \
	B=$(B) sh tests/run.sh $(PROGRAMS) && tests=0 || tests=1; \
	B=$(B) sh tests/rows.sh results && B=$(B) sh tests/rows.sh check && \
	exit $$((symbols + tests))

rows: ## write which rows of the mission table have which tests into tests/README.md
	@B=$(B) sh tests/rows.sh write

tidy: $(B)/tidy ## style, dependency law, bans: what CONVENTIONS can be checked for
	@$(B)/tidy .

symbols: $(CORE:%.c=$(B)/%.o) ## no foreign maths, sort, clock or memory between seed and event
	@B=$(B) sh tests/symbols.sh

golden: tests ## rewrite the expected outputs; review them with git diff
	@CAIRN_GOLDEN=write B=$(B) sh tests/run.sh $(PROGRAMS)
	@sh tests/legs.sh write

# The event path alone, needing libc and two header-only libraries: what other machines can run.
core: $(B)/core
$(B)/core: $(B)/tests/legs/core_main.o $(B)/tests/legs/core_programs.o $(CORE:%.c=$(B)/%.o)
	$(SAY) '  link    $@'
	$(Q)$(CC) $(CFLAGS) $(LINK) $(LDFLAGS) -o $@ $^ -lm

legs: ## the same bits from two compilers, four flag sets, an old CPU, aarch64 and s390x
	@sh tests/legs.sh

# A production driver against its simulation, on the wall clock: about four minutes.
live: all ## 60 live runs that are really killed, against cairn's prediction
	@$(MAKE) -s install B=$(B) DESTDIR=$(abspath $(B))/live PREFIX=
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O2 -o $(B)/live/live policies/examples/live/*.c \
	  -I$(B)/live/include $(B)/live/lib/libcairn-policies.a -lm
	@CAIRN=$(B)/cairn LIVE=$(B)/live/live sh policies/examples/live/measure.sh

SECONDS ?= 3600
format: ## lay every source out as .clang-format says
	@find sim policies workloads traces analysis tests -name '*.[ch]' -exec clang-format -i {} +

soak: tests ## every leg, theory, programs and crash points at full size, then ever new seeds for SECONDS (default 3600)
	@sh tests/legs.sh
	@CAIRN_SOAK=1 TEST_LIMIT=3600 B=$(B) sh tests/run.sh \
	  $(filter %/test_coverage %/test_simulated %/test_random_programs %/test_crash_points,$(PROGRAMS))
	@B=$(B) sh tests/run.sh --soak $(SECONDS) $(PROGRAMS)

-include $(wildcard tests/bench/bench.mk)

# ---- people --------------------------------------------------------------------------------------

DEPS = gcc make libc6-dev libgsl-dev libcsv-dev libcmocka-dev libjansson-dev libyaml-dev librandom123-dev \
       libxxhash-dev zlib1g-dev gnuplot-nox
DEPS_CI = clang lld libclang-rt-14-dev clang-format binutils gcc-aarch64-linux-gnu \
          gcc-s390x-linux-gnu libc6-dev-arm64-cross libc6-dev-s390x-cross qemu-user
# Installs what is missing and says so; without anything missing it touches neither apt nor network.
define install_missing
	@missing=; for package in $(1); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q ' installed$$' || \
	  missing="$$missing $$package"; done; \
	if [ -z "$$missing" ]; then echo '$@: everything is installed'; exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	  echo "$@: this is not Debian; please install:$$missing" >&2; exit 1; fi; \
	as=; [ "$$(id -u)" = 0 ] || as=sudo; \
	echo "$@: $$as apt-get install$$missing"; \
	$$as apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	  $$as apt-get install -y -qq --no-install-recommends $$missing </dev/null >/dev/null
endef

deps: ## install what cairn needs (Debian 12)
	$(call install_missing,$(DEPS))
deps-ci: ## install what only CI needs: second compiler, cross compilers, emulators
	$(call install_missing,$(DEPS_CI))

demo: deps ## install what is missing, build, run a real sweep, draw its figures
	@$(MAKE) --no-print-directory -j$(shell nproc) all
	@mkdir -p $(B)/demo
	cd $(B)/demo && $(abspath $(B))/cairn demo
	@echo "demo: its files are in $(B)/demo"

# Who wins where: every controller on every built-in scenario. Exit code 4 says that some runs did
# not finish, which is part of the answer (none, adaptive-compat).
study: $(CAIRN) ## all controllers on all built-in groups, into workloads/controllers.txt
	@$(CAIRN) sweep $$(grep -L '^  pipeline:' workloads/builtin/*.yaml | sed 's|.*/||;s|\.yaml$$||') --against adaptive-compat --set \
	  "controller=$$(sed '/^#/d' workloads/controllers.study | paste -sd,)" \
	  >workloads/controllers.txt.part || [ $$? = 4 ]
	@mv workloads/controllers.txt.part workloads/controllers.txt && cat workloads/controllers.txt

install: all ## into $(DESTDIR)$(PREFIX): program, library, headers, documents
	install -D -m 755 $(B)/cairn $(DESTDIR)$(PREFIX)/bin/cairn
	install -D -m 644 $(ARCHIVE) $(DESTDIR)$(PREFIX)/lib/libcairn-policies.a
	install -m 755 $(SHARED) $(DESTDIR)$(PREFIX)/lib/$(SONAME)
	ln -sfn $(SONAME) $(DESTDIR)$(PREFIX)/lib/libcairn-policies.so
	install -d $(DESTDIR)$(PREFIX)/include/cairn $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 644 policies/controller.h policies/scheduler.h policies/recovery.h policies/router.h policies/registry.h \
	  policies/scaling.h \
	  $(DESTDIR)$(PREFIX)/include/cairn
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' policies/cairn-policies.pc.in \
	  >$(DESTDIR)$(PREFIX)/lib/pkgconfig/cairn-policies.pc
	install -d $(DESTDIR)$(PREFIX)/share/doc/cairn $(DESTDIR)$(PREFIX)/share/doc/cairn-policies
	install -m 644 README.md LICENSE $(DESTDIR)$(PREFIX)/share/doc/cairn
	install -m 644 policies/README.md policies/LICENSE $(DESTDIR)$(PREFIX)/share/doc/cairn-policies

clean: ## remove build/
	rm -rf $(B)

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | \
	  awk -F'\t' '{printf "  make %-9s %s\n", $$1, $$2}'
	@sed -n 's/^#   \([A-Z]*=.*\)/  \1/p' Makefile

-include $(shell find $(B) -name '*.d' 2>/dev/null)
