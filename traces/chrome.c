/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event a line, in the object form: {"traceEvents": [ … ]}. */
#include "traces/chrome.h"
#include "sim/base/text.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define EVENT_BYTES 4096 /* names of a few hundred bytes, escaped */
#define NS_A_US     1000

static void put(struct chrome *chrome, const char *bytes, size_t length)
{
    if (chrome->gzip)
        gzip_put(chrome->gzip, bytes, length);
    else
        io_put(chrome->sink, bytes, length);
}

static void put_text(struct chrome *chrome, const struct text *text)
{
    assert(!text->is_cut);
    put(chrome, text->bytes, text->length);
}

static void add_time(struct text *text, const char *key, simtime time)
{
    text_add(text, ",\"%s\":%" PRId64 ".%03" PRId64, key, time / NS_A_US, time % NS_A_US);
}

/* Up to where an event differs from others. */
static void begin(struct chrome *chrome, struct text *text, char phase, struct chrome_track track,
                  const char *name)
{
    text_add(text, "%s\n{\"ph\":\"%c\",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32 ",\"name\":",
             chrome->has_event ? "," : "", phase, track.process, track.thread);
    text_add_json(text, name, strlen(name));
    chrome->has_event = true;
}

static void end(struct chrome *chrome, struct text *text, const char *args)
{
    if (args)
        text_add(text, ",\"args\":%s", args);
    text_add(text, "}");
    put_text(chrome, text);
}

void chrome_begin(struct chrome *chrome, struct sink *sink, struct gzip *gzip, const char *about)
{
    static const char head[] = "{\"displayTimeUnit\":\"ms\",\"otherData\":",
                      list[] = ",\"traceEvents\":[";
    *chrome = (struct chrome){.sink = sink, .gzip = gzip};
    put(chrome, head, sizeof head - 1);
    put(chrome, about, strlen(about));
    put(chrome, list, sizeof list - 1);
}

void chrome_end(struct chrome *chrome)
{
    put(chrome, "\n]}\n", 4);
}

static void name_it(struct chrome *chrome, struct chrome_track track, const char *kind,
                    const char *name)
{
    char bytes[EVENT_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    begin(chrome, &text, 'M', track, kind);
    text_add(&text, ",\"args\":{\"name\":");
    text_add_json(&text, name, strlen(name));
    text_add(&text, "}");
    end(chrome, &text, NULL);
}

static void place_it(struct chrome *chrome, struct chrome_track track, const char *kind,
                     uint32_t index)
{
    char bytes[EVENT_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    begin(chrome, &text, 'M', track, kind);
    text_add(&text, ",\"args\":{\"sort_index\":%" PRIu32 "}", index);
    end(chrome, &text, NULL);
}

void chrome_process(struct chrome *chrome, uint32_t process, const char *name)
{
    struct chrome_track track = {process, 0};
    name_it(chrome, track, "process_name", name);
    place_it(chrome, track, "process_sort_index", process);
}

void chrome_thread(struct chrome *chrome, struct chrome_track track, const char *name)
{
    name_it(chrome, track, "thread_name", name);
    place_it(chrome, track, "thread_sort_index", track.thread);
}

void chrome_slice(struct chrome *chrome, struct chrome_track track, const char *category,
                  const char *name, simtime since, simtime until, const char *args)
{
    char bytes[EVENT_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    assert(0 <= since && since <= until);
    begin(chrome, &text, 'X', track, name);
    text_add(&text, ",\"cat\":\"%s\"", category);
    add_time(&text, "ts", since);
    add_time(&text, "dur", until - since);
    end(chrome, &text, args);
}

void chrome_instant(struct chrome *chrome, struct chrome_track track, bool is_of_process,
                    const char *name, simtime time, const char *args)
{
    char bytes[EVENT_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    begin(chrome, &text, 'i', track, name);
    text_add(&text, ",\"s\":\"%c\"", is_of_process ? 'p' : 't');
    add_time(&text, "ts", time);
    end(chrome, &text, args);
}

void chrome_counter(struct chrome *chrome, uint32_t process, const char *name, simtime time,
                    int64_t value)
{
    char bytes[EVENT_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    struct chrome_track track = {process, 0};
    begin(chrome, &text, 'C', track, name);
    add_time(&text, "ts", time);
    text_add(&text, ",\"args\":{\"value\":%" PRId64 "}", value);
    end(chrome, &text, NULL);
}

void chrome_flow(struct chrome *chrome, struct chrome_track track, bool is_end, const char *name,
                 uint32_t id, simtime time)
{
    char bytes[EVENT_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    begin(chrome, &text, is_end ? 'f' : 's', track, name);
    text_add(&text, ",\"cat\":\"flow\",\"id\":%" PRIu32 "%s", id, is_end ? ",\"bp\":\"e\"" : "");
    add_time(&text, "ts", time);
    end(chrome, &text, NULL);
}
