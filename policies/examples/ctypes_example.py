#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks the installed library from Python: daly's interval, and whether a checkpoint is due.

python3 ctypes_example.py [path/of/libcairn-policies.so]

The structs are those of <cairn/controller.h>, field by field; size and abi let the library check.
"""
import ctypes as c
import sys


def struct(name, fields):
    members = [(word, kind) for kind, words in fields for word in words.split()]
    return type(name, (c.Structure,), {"_fields_": members})


u32, i64, text, pointer = c.c_uint32, c.c_int64, c.c_char_p, c.c_void_p
Value = struct("Value", [(i64, "i"), (c.c_double, "x"), (pointer, "list")])
Shape = struct("Shape", [(u32, "size abi"), (i64, "checkpoint_cost restore_cost downtime work step"),
                         (u32, "workers final initial stages_count"), (pointer, "stages")])
Situation = struct("Situation", [
    (u32, "size abi"),
    (i64, "now work_done work_since wall_since step_index steps_since last_cost expected_cost"),
    (i64, "restore_cost"), (u32, "in_flight failures"), (c.c_uint64, "random0 random1"),
    (i64, "started failed"), (pointer, "born"), (u32, "nodes reserved")])
Verdict = struct("Verdict", [(u32, "size abi action ask"), (i64, "at"), (u32, "repeat reason"),
                             (c.c_double, "number0 number1 number2 number3")])
Class = struct("Class", [
    (u32, "size abi"), (text, "name summary"), (pointer, "params"),
    (u32, "hears scope plan_size state_size"),
    (c.CFUNCTYPE(text, c.POINTER(Value), c.POINTER(Shape), pointer), "plan"),
    (pointer, "init observe"),
    (c.CFUNCTYPE(None, pointer, pointer, c.POINTER(Situation), c.POINTER(Verdict)), "decide"),
    (c.CFUNCTYPE(i64, pointer, c.POINTER(text)), "interval"),
    (c.CFUNCTYPE(None, pointer, c.POINTER(Verdict), text, c.c_size_t), "describe")])

library = c.CDLL(sys.argv[1] if len(sys.argv) > 1 else "libcairn-policies.so.1")
library.cairn_controller_find.restype = c.POINTER(Class)
library.cairn_plan_size.restype = library.cairn_state_size.restype = c.c_uint64

ABI, SECOND = 1, 10**9
daly = library.cairn_controller_find(b"daly")
values = (Value * 2)(Value(x=3600.0), Value(i=0))  # mtbf 1 h, min_interval: as class->params
shape = Shape(size=c.sizeof(Shape), abi=ABI, checkpoint_cost=60 * SECOND)
plan = c.create_string_buffer(library.cairn_plan_size(daly, values, c.byref(shape)) + 16)
refusal = daly.contents.plan(values, c.byref(shape), c.addressof(plan))
if refusal:
    sys.exit(refusal.decode())
bound = text()
interval = daly.contents.interval(c.addressof(plan), c.byref(bound))
print(f"daly: a checkpoint after every {interval / SECOND:.3f} s of work")
state = c.create_string_buffer(library.cairn_state_size(daly, plan) + 16)
library.cairn_state_init(daly, plan, state)
for work in (600, 618):
    now = Situation(size=c.sizeof(Situation), abi=ABI, work_since=work * SECOND)
    verdict, words = Verdict(size=c.sizeof(Verdict), abi=ABI), c.create_string_buffer(200)
    daly.contents.decide(c.addressof(plan), c.addressof(state), c.byref(now), c.byref(verdict))
    daly.contents.describe(c.addressof(plan), c.byref(verdict), words, 200)
    print(f"after {work} s: {'a checkpoint' if verdict.action == 1 else 'none'}: {words.value.decode()}")
