/* SPDX-License-Identifier: Apache-2.0 */
/* Every limit of cairn, by name. Each is tested at n-1, n and n+1 where a user can reach it. */
#ifndef CAIRN_BASE_LIMITS_H
#define CAIRN_BASE_LIMITS_H

#define LIMIT_NODES           ((1u << 24) - 4096) /* event slots: 24 bits, less 4,096 for others */
#define LIMIT_REPLICATIONS    10000000u   /* rows are kept in memory until they are written */
#define LIMIT_SCENARIO_BYTES  (1u << 20)  /* 1 MiB of YAML, imports counted one by one */
#define LIMIT_SCENARIO_DEPTH  32          /* nesting of maps and lists */
#define LIMIT_SCENARIO_VALUES 100000      /* nodes of the document tree, aliases expanded */
#define LIMIT_IMPORT_DEPTH    8           /* import: of an import: of … */
#define LIMIT_NAME            64          /* bytes of a scenario's or policy's name */
#define LIMIT_CSV_FIELD       4096        /* bytes of one field */
#define LIMIT_CSV_LINE        65536       /* bytes of one record */
#define LIMIT_CSV_ROWS        0x7fffffffu /* rows of one file */
#define LIMIT_CSV_BYTES       (1u << 31)  /* bytes of one file */
#define LIMIT_DIAG_ERRORS     20          /* errors shown before cairn stops reading */
#define LIMIT_CELLS           100000      /* combinations of a sweep's axes */
#define LIMIT_AXES            8           /* axes of a sweep */
#define LIMIT_THREADS         256
#define LIMIT_MIXTURE         8          /* branches of a hyperexponential law */
#define LIMIT_EMPIRICAL       4096       /* values of an empirical law */
#define LIMIT_PARAMS          16         /* parameters of one policy */
#define LIMIT_DECORATORS      4          /* controllers around a controller */
#define LIMIT_LIST            64         /* values of a list parameter of a policy */
#define LIMIT_TEXTS           2048       /* bytes of a list of texts for a policy */
#define LIMIT_DECISIONS       1000000u   /* written down of one replication: 250 MB */
#define LIMIT_MARKS           16000000u  /* drawn of one replication: a gigabyte */
#define LIMIT_STAGES          4096       /* stages of a job */
#define LIMIT_AMOUNTS         4096       /* values of a listed time or size */
#define LIMIT_FUNCTIONS       1000       /* tasks and methods of a pipeline */
#define LIMIT_CLASSES         1000       /* actors of a pipeline, as declared */
#define LIMIT_STATEMENTS      10000      /* of its drivers, all together */
#define LIMIT_VARIABLES       1000       /* of one driver */
#define LIMIT_JOBS            100        /* drivers of a pipeline */
#define LIMIT_NESTING         10         /* loops, branches and handlers, one in another */
#define LIMIT_MISHAPS         10000      /* failures at exact times */
#define LIMIT_CREW            100000     /* actors of a map's own */
#define LIMIT_AHEAD           1000000    /* calls that a map gives one actor at a time */
#define LIMIT_TIMES           1000000000 /* repetitions, or calls of one statement */
#define LIMIT_GENERATIONS     1000       /* checkpoints that an actor keeps */
#define LIMIT_EVENTS          UINT64_C(4000000000) /* default of --max-events, a replication */

#endif
