/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs to be struck at every event: each is a way of working that people rely on. */
#ifndef CAIRN_TESTS_RUNTIME_CRASHED_PROGRAMS_H
#define CAIRN_TESTS_RUNTIME_CRASHED_PROGRAMS_H

struct crashed_program {
    const char *name, *head, *pipeline;
};

static const struct crashed_program crashed_programs[] = {
    {"training",
     "cluster: {nodes: 3, node: {cpu: 2, gpu: 1}}\n"
     "detection: {delay: 2 s}\n"
     "runtime: {worker_start: 500 ms, reply: 1 ms, node_start: 1 s}",
     "    actors:\n"
     "      Trainer:\n"
     "        start: 3 s\n"
     "        gpu: 1\n"
     "        restarts: 3\n"
     "        retries: 3\n"
     "        checkpoint: {snapshot: 300 ms, persist: 2 s, restore: 200 ms}\n"
     "        methods: {train: 15 s}\n"
     "    driver:\n"
     "    - {start: Trainer, times: 2, as: trainers}\n"
     "    - until: {trainers: 6}\n"
     "      do:\n"
     "      - {run: trainers.train}\n"
     "      - {checkpoint: trainers, on_error: []}\n"},
    {"fan out and in",
     "cluster: {nodes: 3, node: {cpu: 2}}\n"
     "runtime: {latency: 1 ms, bandwidth: 50 MB/s, submit: 1 ms, lease: 1 ms}",
     "    tasks:\n"
     "      load: {time: [2 s, 3 s], size: 20 MB}\n"
     "      clean: {time: 4 s, size: 10 MB, retries: 1}\n"
     "      merge: {time: 5 s, size: 1 kB}\n"
     "    driver:\n"
     "    - {call: load, times: 8, as: parts}\n"
     "    - {call: clean, each: parts, as: cleaned}\n"
     "    - {call: merge, with: cleaned, as: all}\n"
     "    - {release: parts}\n"
     "    - {get: [cleaned, all]}\n"
     "    - {think: 2 s}\n"
     "    - {run: merge, times: 3, with: [cleaned, all]}\n"},
    {"chain",
     "cluster: {nodes: 2, node: {cpu: 1}}\n"
     "detection: {delay: 1 s}",
     "    tasks:\n"
     "      first: {time: 1 s, size: 1 MB}\n"
     "      step: {time: 2 s, size: 1 MB, retries: unlimited}\n"
     "      note: {time: 1 s, size: 100 KiB}\n"
     "    driver:\n"
     "    - {call: first, as: state}\n"
     "    - repeat: 8\n"
     "      do:\n"
     "      - {call: step, with: state, as: state}\n"
     "      - {call: note, with: state, as: last}\n"
     "    - {get: state}\n"
     "    - {think: 5 s}\n"
     "    - {get: [state]}\n"},
    {"service",
     "cluster: {nodes: 2, node: {cpu: 4}}\n"
     "runtime: {submit: 2 ms, reply: 2 ms, latency: 500 ms}",
     "    tasks: {ask: {time: 1 s, size: 1 MB}}\n"
     "    actors:\n"
     "      Server:\n"
     "        start: 1 s\n"
     "        async: true\n"
     "        concurrency: 4\n"
     "        restarts: unlimited\n"
     "        retries: 2\n"
     "        methods: {serve: {time: 500 ms, await: 2 s, size: 1 MB}, note: 1 s}\n"
     "    jobs:\n"
     "    - name: client\n"
     "      count: 3\n"
     "      every: 4 s\n"
     "      driver:\n"
     "      - {run: ask, times: 2, as: questions, on_error: []}\n"
     "      - {start: Server, times: 2, as: servers}\n"
     "      - {call: servers.serve, each: questions, as: answers}\n"
     "      - {wait: {for: answers, count: 1, timeout: 6 s}}\n"
     "      - {call: servers.note, times: 3, with: answers, as: notes}\n"
     "      - {release: servers}\n"
     "      - {get: [answers, notes], on_error: [{think: 1 s}]}\n"},
    {"checkpoints in memory",
     "cluster: {nodes: 3, node: {cpu: 2}}\n"
     "detection: {delay: 3 s}",
     "    actors:\n"
     "      Keeper:\n"
     "        start: 1 s\n"
     "        restarts: 2\n"
     "        checkpoint: {snapshot: 1 s, persist: 3 s, restore: 2 s, where: memory, "
     "restore_on_restart: false}\n"
     "        methods: {add: {time: 2 s, fails: {probability: 0.3, at: end}, retry_exceptions: "
     "true}}\n"
     "    driver:\n"
     "    - {start: Keeper, times: 3, as: keepers}\n"
     "    - repeat: 4\n"
     "      do:\n"
     "      - {run: keepers.add, times: 2, on_error: [{think: 1 s}]}\n"
     "      - {checkpoint: keepers, on_error: []}\n"
     "      - {run: keepers.add, on_error: []}\n"
     "      - {restore: keepers, on_error: []}\n"},
    {"branches",
     "cluster: {nodes: 3, spares: 1, node: {cpu: 3}}\n"
     "faults: {node: {uptime: {exponential: 1 y}, repair: {constant: 1 s}}}\n"
     "runtime: {worker_start: 1 s, worker_at_once: 1, node_start: 2 s}",
     "    tasks: {work: {time: 3 s, size: 5 MB}, lint: {time: 1 s, retries: 0}}\n"
     "    actors:\n"
     "      Store: {start: 2 s, restarts: 1, cpu: 1, detached: true, methods: {keep: 1 s}}\n"
     "    driver:\n"
     "    - {start: Store, as: store}\n"
     "    - parallel:\n"
     "      - times: 3\n"
     "        do:\n"
     "        - {run: work, times: 2, as: results}\n"
     "        - {run: store.keep, with: results}\n"
     "        - {call: lint, times: 2, with: results}\n"
     "      - times: 1\n"
     "        do:\n"
     "        - repeat: 3\n"
     "          do:\n"
     "          - {run: lint, times: 3}\n"
     "          on_error:\n"
     "          - {run: work}\n"
     "      on_error:\n"
     "      - {kill: store}\n"
     "      - {start: Store, as: other}\n"
     "      - {run: other.keep}\n"},
    {"serving",
     "cluster: {nodes: 4, rack: 2, node: {cpu: 2}}\n"
     "detection: {delay: 1 s}\n"
     "router: {name: power-of-two, max_ongoing: 2, cache: 2 s}\n"
     "runtime: {latency: 20 ms, reply: 5 ms, driver: first-node}",
     "    tasks: {ask: {time: 500 ms, size: 1 MB}}\n"
     "    actors:\n"
     "      Replica: {start: 1 s, restarts: 1, methods: {serve: {time: [1 s, 2 s], size: 1 MB}}}\n"
     "    driver:\n"
     "    - {start: Replica, times: 4, as: team, on_error: []}\n"
     "    - {call: ask, times: 6, as: questions}\n"
     "    - {call: team.serve, each: questions, to: one, as: answers}\n"
     "    - repeat: 6\n"
     "      do:\n"
     "      - {think: 400 ms}\n"
     "      - {call: team.serve, times: 2, to: one, as: more}\n"
     "    - {release: team}\n"
     "    - {get: [answers, more], on_error: []}\n"},
    {"a pool of actors, and what is left of it",
     "cluster: {nodes: 3, node: {cpu: 2}}\n"
     "detection: {delay: 2 s}\n"
     "runtime: {submit: 1 ms, reply: 1 ms, latency: 1 ms, bandwidth: 50 MB/s}",
     "    tasks: {load: {time: 1 s, size: 5 MB}, use: {time: 500 ms, size: 1 kB}}\n"
     "    actors:\n"
     "      Worker: {start: 1 s, methods: {work: {time: [3 s, 1 s, 2 s], size: 1 MB}}}\n"
     "      Keeper: {start: 1 s, restarts: 2, retries: 1, methods: {work: {time: 2 s, size: 1 "
     "MB}}}\n"
     "    driver:\n"
     "    - {call: load, times: 9, as: shards}\n"
     "    - {start: Worker, times: 3, as: workers}\n"
     "    - map: workers.work\n"
     "      each: shards\n"
     "      as: one\n"
     "      order: completed\n"
     "      failed: skip\n"
     "      do: [{run: use, with: one}]\n"
     "      on_error: [{think: 1 s}]\n"
     "    - {start: Keeper, times: 2, as: keepers}\n"
     "    - {map: keepers.work, each: shards, ahead: 2, as: all, on_error: []}\n"
     "    - {run: use, with: all, on_error: []}\n"},
    {"a pool that grows",
     "cluster: {nodes: 3, node: {cpu: 2}}\n"
     "detection: {delay: 2 s}\n"
     "runtime: {worker_start: 500 ms, submit: 1 ms}",
     "    tasks: {load: {time: 1 s, size: 1 MB}}\n"
     "    actors:\n"
     "      Worker: {start: 2 s, cpu: 1, restarts: 1, retries: 1, methods: {work: {time: 2 s, "
     "size: "
     "1 MB}}}\n"
     "    driver:\n"
     "    - map: Worker.work\n"
     "      times: 24\n"
     "      actors: {min: 1, max: 5, quiet: 1 s}\n"
     "      as: result\n"
     "      failed: skip\n"
     "      do: [{get: result, on_error: []}]\n"
     "    - {map: load, times: 6, at_most: 2, as: parts}\n"
     "    - {map: Worker.work, each: parts, actors: 2, order: completed, on_error: []}\n"},
    {"calls called off",
     "cluster: {nodes: 2, node: {cpu: 2}}\n"
     "detection: {delay: 1 s}\n"
     "runtime: {submit: 100 ms, lease: 100 ms, worker_start: 300 ms, latency: 1 ms, bandwidth: 5 "
     "MB/s}",
     "    tasks: {load: {time: 2 s, size: 5 MB}, use: {time: 3 s}}\n"
     "    actors:\n"
     "      Server: {start: 1 s, restarts: 2, retries: 2, methods: {serve: 2 s}}\n"
     "    driver:\n"
     "    - {call: load, times: 3, as: parts}\n"
     "    - {call: use, each: parts, as: first}\n"
     "    - {call: use, times: 4, with: parts, as: second}\n"
     "    - {start: Server, as: server}\n"
     "    - {call: server.serve, times: 3, as: a}\n"
     "    - {call: server.serve, times: 2, as: b}\n"
     "    - {call: server.serve, as: c}\n"
     "    - {think: 1 s}\n"
     "    - {cancel: b}\n"
     "    - {cancel: second}\n"
     "    - {think: 3 s}\n"
     "    - {cancel: first, force: true}\n"
     "    - {cancel: a}\n"
     "    - {get: [first, second], on_error: []}\n"
     "    - {get: c, on_error: []}\n"},
};

#endif
