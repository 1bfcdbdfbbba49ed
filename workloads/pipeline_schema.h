/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of workload.pipeline for people and for editors: help, and parts of the JSON Schema.
 *
 * Made of the same tables that the reader uses, so that neither can know a key that it does not,
 * nor miss one. */
#ifndef CAIRN_WORKLOADS_PIPELINE_SCHEMA_H
#define CAIRN_WORKLOADS_PIPELINE_SCHEMA_H

#include "sim/base/io.h"

/* The section "Pipelines" of `cairn help scenario`. */
void pipeline_schema_print_help(struct sink *sink);
/* Definitions "pipeline" and those it refers to, each with a comma behind. Others that they need:
 * duration, size, law. */
void pipeline_schema_print_json(struct sink *sink);

#endif
