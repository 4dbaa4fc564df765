/*
 * The AutoWeave SDK for plugins in C. Nothing else is needed: no libc, no WASI. See README.md.
 *
 * One file, although long, so that a plugin takes its SDK along by copying it. Its parts, in order: texts and memory,
 * calls, JSON that is read, JSON that is written, what a plugin may ask of its host.
 *
 * Texts are UTF-8 with a length. Memory lives until the call ends; nothing is freed. Static variables live as long as
 * the instance, which is replaced after a trap or a time-out: what matters goes into the key-value store.
 */
#ifndef AUTOWEAVE_H
#define AUTOWEAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the host provides; lengths are bytes. Only what is used is imported, and needs its permission. */
#define AW_IMPORT(name) __attribute__((import_module("autoweave"), import_name(#name))) extern

AW_IMPORT(input_length) int32_t aw_host_input_length(void);
AW_IMPORT(input_read) void aw_host_input_read(void *target);
AW_IMPORT(output_write) void aw_host_output_write(const void *source, size_t length);
AW_IMPORT(error_write) void aw_host_error_write(const void *source, size_t length);
AW_IMPORT(log) void aw_host_log(int32_t level, const void *source, size_t length);
AW_IMPORT(kv_get) int32_t aw_host_kv_get(const void *key, size_t key_length);
AW_IMPORT(kv_set) int32_t aw_host_kv_set(const void *key, size_t key_length, const void *value, size_t length);
AW_IMPORT(kv_delete) int32_t aw_host_kv_delete(const void *key, size_t key_length);
AW_IMPORT(queue_add) int32_t aw_host_queue_add(const void *source, size_t length);
AW_IMPORT(event_emit) int32_t aw_host_event_emit(const void *source, size_t length);
AW_IMPORT(reply_read) void aw_host_reply_read(void *target);

/* ---- Texts and memory ---- */

typedef struct {
  const char *bytes;
  size_t length;
} aw_text;

/* A literal as a text. */
#define AW_TEXT(literal) ((aw_text){(literal), sizeof(literal) - 1})

/* A text of C, up to its zero. */
static inline aw_text aw_text_of(const char *bytes) {
  size_t length = 0;
  while (bytes[length] != 0) length++;
  return (aw_text){bytes, length};
}

static inline bool aw_equal(aw_text left, aw_text right) {
  if (left.length != right.length) return false;
  for (size_t at = 0; at < left.length; at++)
    if (left.bytes[at] != right.bytes[at]) return false;
  return true;
}

static inline void aw_copy(char *target, const char *source, size_t length) {
  __builtin_memcpy(target, source, length);
}

extern char __heap_base;

struct aw_state {
  uintptr_t heap_end;
  bool has_input;
  bool has_failed;
  aw_text input;
};

/* Weak: the files of a plugin share one. */
__attribute__((weak)) struct aw_state aw_state;

/* Memory until the end of the call, not cleared. Traps when the instance may have no more. */
static inline void *aw_allocate(size_t length) {
  if (aw_state.heap_end == 0) aw_state.heap_end = (uintptr_t)&__heap_base;
  uintptr_t start = (aw_state.heap_end + 7) & ~(uintptr_t)7;
  uintptr_t end;
  if (__builtin_add_overflow(start, length, &end)) __builtin_trap();
  size_t has = __builtin_wasm_memory_size(0) << 16;
  if (end > has && __builtin_wasm_memory_grow(0, (end - has + 65535) >> 16) == (size_t)-1) __builtin_trap();
  aw_state.heap_end = end;
  return (void *)start;
}

/* More room for what was allocated; it moves unless it was the last. */
static inline char *aw_resize(char *bytes, size_t had, size_t wanted) {
  if (bytes != NULL && (uintptr_t)bytes + had == aw_state.heap_end) {
    aw_state.heap_end = (uintptr_t)bytes;
    return aw_allocate(wanted);
  }
  char *moved = aw_allocate(wanted);
  if (had > 0) aw_copy(moved, bytes, had);
  return moved;
}

/* ---- Calls ---- */

/*
 * An exported function:
 *
 *   AW_EXPORT(onJobReceived) { aw_output(AW_TEXT("{}")); }
 */
#define AW_EXPORT(name)                                             \
  static void aw_body_##name(void);                                 \
  __attribute__((export_name(#name))) int32_t aw_run_##name(void) { \
    aw_begin_call();                                                \
    aw_body_##name();                                               \
    return aw_state.has_failed;                                     \
  }                                                                 \
  static void aw_body_##name(void)

static inline void aw_begin_call(void) {
  aw_state.heap_end = (uintptr_t)&__heap_base;
  aw_state.has_input = false;
  aw_state.has_failed = false;
}

/* The input as it came. */
static inline aw_text aw_input(void) {
  if (!aw_state.has_input) {
    size_t length = (size_t)aw_host_input_length();
    char *bytes = aw_allocate(length);
    aw_host_input_read(bytes);
    aw_state.input = (aw_text){bytes, length};
    aw_state.has_input = true;
  }
  return aw_state.input;
}

/* The result of the call; the last one counts. JSON by custom. */
static inline void aw_output(aw_text output) { aw_host_output_write(output.bytes, output.length); }

/* Fails the call with this message, whatever happens afterwards: none of its effects takes place. The first one counts. */
static inline void aw_fail(aw_text message) {
  if (aw_state.has_failed) return;
  aw_state.has_failed = true;
  aw_host_error_write(message.bytes, message.length);
}

/* ---- JSON that is read ---- */

typedef enum { AW_ABSENT, AW_NULL, AW_BOOLEAN, AW_NUMBER, AW_STRING, AW_ARRAY, AW_OBJECT } aw_kind;

/* A value inside a text that aw_parse found sound, as it stands there. */
typedef struct {
  aw_kind kind;
  aw_text source;
} aw_json;

/* Deeper than this is refused, so that no input exhausts the stack. */
#define AW_JSON_DEPTH 64

static inline const char *aw_skip_blanks(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
  return at;
}

static inline bool aw_is_digit(char byte) { return byte >= '0' && byte <= '9'; }

static inline int32_t aw_hex_digit(char byte) {
  if (aw_is_digit(byte)) return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

/* Behind the four digits at a place, or NULL. */
static inline const char *aw_skip_hex(const char *at, const char *end) {
  if (end - at < 4) return NULL;
  for (int32_t digit = 0; digit < 4; digit++)
    if (aw_hex_digit(at[digit]) < 0) return NULL;
  return at + 4;
}

static inline const char *aw_skip_string(const char *at, const char *end) {
  for (at++; at < end; at++) {
    if (*at == '"') return at + 1;
    if ((unsigned char)*at < 0x20) return NULL;
    if (*at != '\\') continue;
    if (++at == end) return NULL;
    switch (*at) {
      case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': break;
      case 'u':
        at = aw_skip_hex(at + 1, end);
        if (at == NULL) return NULL;
        at--;
        break;
      default: return NULL;
    }
  }
  return NULL;
}

static inline const char *aw_skip_digits(const char *at, const char *end) {
  if (at == end || !aw_is_digit(*at)) return NULL;
  while (at < end && aw_is_digit(*at)) at++;
  return at;
}

static inline const char *aw_skip_number(const char *at, const char *end) {
  if (*at == '-') at++;
  at = at < end && *at == '0' ? at + 1 : aw_skip_digits(at, end);
  if (at != NULL && at < end && *at == '.') at = aw_skip_digits(at + 1, end);
  if (at != NULL && at < end && (*at == 'e' || *at == 'E')) {
    at++;
    if (at < end && (*at == '+' || *at == '-')) at++;
    at = aw_skip_digits(at, end);
  }
  return at;
}

static inline const char *aw_skip_word(const char *at, const char *end, aw_text word) {
  if ((size_t)(end - at) < word.length || !aw_equal((aw_text){at, word.length}, word)) return NULL;
  return at + word.length;
}

static inline const char *aw_skip_value(const char *at, const char *end, int32_t depth);

/* Behind an array or an object, blanks and nesting included. */
static inline const char *aw_skip_items(const char *at, const char *end, int32_t depth) {
  bool is_object = *at == '{';
  char closing = is_object ? '}' : ']';
  if (depth == 0) return NULL;
  at = aw_skip_blanks(at + 1, end);
  if (at < end && *at == closing) return at + 1;
  while (at < end) {
    if (is_object) {
      if (*at != '"' || (at = aw_skip_string(at, end)) == NULL) return NULL;
      at = aw_skip_blanks(at, end);
      if (at == end || *at != ':') return NULL;
      at = aw_skip_blanks(at + 1, end);
    }
    at = aw_skip_value(at, end, depth - 1);
    if (at == NULL) return NULL;
    at = aw_skip_blanks(at, end);
    if (at == end) return NULL;
    if (*at == closing) return at + 1;
    if (*at != ',') return NULL;
    at = aw_skip_blanks(at + 1, end);
  }
  return NULL;
}

/* Behind the value that begins at a place, or NULL when it is no JSON. */
static inline const char *aw_skip_value(const char *at, const char *end, int32_t depth) {
  if (at == end) return NULL;
  switch (*at) {
    case '{': case '[': return aw_skip_items(at, end, depth);
    case '"': return aw_skip_string(at, end);
    case 't': return aw_skip_word(at, end, AW_TEXT("true"));
    case 'f': return aw_skip_word(at, end, AW_TEXT("false"));
    case 'n': return aw_skip_word(at, end, AW_TEXT("null"));
    default: return *at == '-' || aw_is_digit(*at) ? aw_skip_number(at, end) : NULL;
  }
}

static inline aw_json aw_json_between(const char *start, const char *end) {
  aw_kind kind = AW_NUMBER;
  switch (*start) {
    case '{': kind = AW_OBJECT; break;
    case '[': kind = AW_ARRAY; break;
    case '"': kind = AW_STRING; break;
    case 't': case 'f': kind = AW_BOOLEAN; break;
    case 'n': kind = AW_NULL; break;
  }
  return (aw_json){kind, {start, (size_t)(end - start)}};
}

/* A text as JSON; AW_ABSENT when it is none. */
static inline aw_json aw_parse(aw_text text) {
  const char *end = text.bytes + text.length;
  const char *start = aw_skip_blanks(text.bytes, end);
  const char *behind = aw_skip_value(start, end, AW_JSON_DEPTH);
  if (behind == NULL || aw_skip_blanks(behind, end) != end) return (aw_json){AW_ABSENT, {NULL, 0}};
  return aw_json_between(start, behind);
}

/* The input as JSON. One that is none fails the call, and everything in it is absent. */
static inline aw_json aw_input_json(void) {
  aw_json input = aw_parse(aw_input());
  if (input.kind == AW_ABSENT) aw_fail(AW_TEXT("Input is no JSON, or nests too deep"));
  return input;
}

/*
 * What is in an array or an object, in its order:
 *
 *   for (aw_items each = aw_each(lines); aw_next(&each);) use(each.value);
 */
typedef struct {
  const char *at;
  const char *end;
  bool is_object;
  /* Of an object: AW_STRING. */
  aw_json key;
  aw_json value;
} aw_items;

static inline aw_items aw_each(aw_json container) {
  bool is_container = container.kind == AW_ARRAY || container.kind == AW_OBJECT;
  const char *end = container.source.bytes + container.source.length;
  return (aw_items){
    .at = is_container ? container.source.bytes + 1 : end,
    .end = is_container ? end - 1 : end,
    .is_object = container.kind == AW_OBJECT,
  };
}

static inline bool aw_next(aw_items *items) {
  const char *at = aw_skip_blanks(items->at, items->end);
  if (at < items->end && *at == ',') at = aw_skip_blanks(at + 1, items->end);
  if (at >= items->end) return false;
  if (items->is_object) {
    const char *behind = aw_skip_string(at, items->end);
    items->key = aw_json_between(at, behind);
    at = aw_skip_blanks(aw_skip_blanks(behind, items->end) + 1, items->end);
  }
  items->at = aw_skip_value(at, items->end, AW_JSON_DEPTH);
  items->value = aw_json_between(at, items->at);
  return true;
}

/* How many values are in an array or an object. */
static inline size_t aw_count(aw_json container) {
  size_t count = 0;
  for (aw_items items = aw_each(container); aw_next(&items);) count++;
  return count;
}

/* The code point of an escape's four digits. */
static inline uint32_t aw_hex_value(const char *at) {
  uint32_t value = 0;
  for (int32_t digit = 0; digit < 4; digit++) value = value << 4 | (uint32_t)aw_hex_digit(at[digit]);
  return value;
}

/* Bytes of a code point in UTF-8; at most four. */
static inline size_t aw_encode(uint32_t point, char *target) {
  if (point < 0x80) {
    target[0] = (char)point;
    return 1;
  }
  size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  for (size_t at = length - 1; at > 0; at--, point >>= 6) target[at] = (char)(0x80 | (point & 0x3f));
  target[0] = (char)((0xf00 >> length & 0xff) | point);
  return length;
}

/* A string without its quotes and escapes; empty for anything else. Half a surrogate pair becomes U+FFFD. */
static inline aw_text aw_string(aw_json value) {
  if (value.kind != AW_STRING) return AW_TEXT("");
  const char *at = value.source.bytes + 1;
  const char *end = value.source.bytes + value.source.length - 1;
  const char *plain = at;
  while (plain < end && *plain != '\\') plain++;
  if (plain == end) return (aw_text){at, (size_t)(end - at)};
  /* No escape is shorter than what it stands for. */
  char *bytes = aw_allocate((size_t)(end - at));
  size_t length = 0;
  while (at < end) {
    if (*at != '\\') {
      bytes[length++] = *at++;
      continue;
    }
    char escape = at[1];
    at += 2;
    if (escape != 'u') {
      bytes[length++] = escape == 'b' ? '\b' : escape == 'f' ? '\f' : escape == 'n' ? '\n'
                      : escape == 'r' ? '\r' : escape == 't' ? '\t' : escape;
      continue;
    }
    uint32_t point = aw_hex_value(at);
    at += 4;
    if (point >= 0xd800 && point < 0xe000) {
      bool is_pair = point < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u';
      uint32_t low = is_pair ? aw_hex_value(at + 2) : 0;
      is_pair = low >= 0xdc00 && low < 0xe000;
      point = is_pair ? 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
      if (is_pair) at += 6;
    }
    length += aw_encode(point, bytes + length);
  }
  return (aw_text){bytes, length};
}

/* A member of an object; of two with one name the last, as everywhere. */
static inline aw_json aw_member(aw_json object, aw_text name) {
  aw_json found = {AW_ABSENT, {NULL, 0}};
  if (object.kind != AW_OBJECT) return found;
  for (aw_items items = aw_each(object); aw_next(&items);)
    if (aw_equal(aw_string(items.key), name)) found = items.value;
  return found;
}

/* An item of an array, counted from zero. */
static inline aw_json aw_item(aw_json array, size_t index) {
  if (array.kind == AW_ARRAY)
    for (aw_items items = aw_each(array); aw_next(&items);)
      if (index-- == 0) return items.value;
  return (aw_json){AW_ABSENT, {NULL, 0}};
}

/* What stands at a path of names and numbers: `data.lines.0`. A name with a dot in it is for aw_member. */
static inline aw_json aw_at(aw_json value, const char *path) {
  while (*path != 0 && value.kind != AW_ABSENT) {
    aw_text step = {path, 0};
    size_t index = 0;
    for (; *path != 0 && *path != '.'; path++, step.length++) index = index * 10 + (size_t)(*path - '0');
    if (*path == '.') path++;
    bool is_number = step.length > 0 && step.length < 10;
    for (size_t at = 0; at < step.length; at++) is_number &= aw_is_digit(step.bytes[at]);
    value = value.kind != AW_ARRAY ? aw_member(value, step)
          : is_number              ? aw_item(value, index)
                                   : (aw_json){AW_ABSENT, {NULL, 0}};
  }
  return value;
}

/* True for true; false for everything else. */
static inline bool aw_boolean(aw_json value) { return value.kind == AW_BOOLEAN && *value.source.bytes == 't'; }

/* A number, to within its last digit; 0 for anything else. */
static inline double aw_number(aw_json value) {
  if (value.kind != AW_NUMBER) return 0;
  const char *at = value.source.bytes;
  const char *end = at + value.source.length;
  bool is_negative = *at == '-';
  if (is_negative) at++;
  double number = 0;
  int32_t scale = 0;
  for (; at < end && aw_is_digit(*at); at++) number = number * 10 + (*at - '0');
  if (at < end && *at == '.')
    for (at++; at < end && aw_is_digit(*at); at++, scale--) number = number * 10 + (*at - '0');
  if (at < end) {
    at++;
    bool is_small = *at == '-';
    if (*at == '-' || *at == '+') at++;
    int32_t exponent = 0;
    for (; at < end; at++)
      if (exponent < 10000) exponent = exponent * 10 + (*at - '0');
    scale += is_small ? -exponent : exponent;
  }
  /* A power of ten up to the 22nd is exact, so that one step rounds once. */
  while (scale != 0) {
    int32_t step = scale > 22 ? 22 : scale < -22 ? -22 : scale;
    double power = 1;
    for (int32_t count = step < 0 ? -step : step; count > 0; count--) power *= 10;
    number = step > 0 ? number * power : number / power;
    scale -= step;
  }
  return is_negative ? -number : number;
}

/* A number without its fraction; the nearest there is when it is beyond 64 bits. */
static inline int64_t aw_integer(aw_json value) {
  double number = aw_number(value);
  if (number >= 9223372036854775808.0) return INT64_MAX;
  if (number <= -9223372036854775808.0) return INT64_MIN;
  return (int64_t)number;
}

/* ---- JSON that is written ---- */

/*
 * A text that grows. Commas come by themselves:
 *
 *   aw_writer out = {0};
 *   aw_open_object(&out);
 *   aw_key(&out, "count"), aw_write_integer(&out, 3);
 *   aw_close_object(&out);
 *   aw_output(aw_written(&out));
 */
typedef struct {
  char *bytes;
  size_t length;
  size_t room;
  bool needs_comma;
} aw_writer;

static inline aw_text aw_written(const aw_writer *out) { return (aw_text){out->bytes, out->length}; }

/* Bytes as they are; also for texts that are no JSON. */
static inline void aw_append(aw_writer *out, aw_text text) {
  if (text.length > out->room - out->length) {
    size_t room = (out->length + text.length) * 2 + 64;
    out->bytes = aw_resize(out->bytes, out->room, room);
    out->room = room;
  }
  if (text.length > 0) aw_copy(out->bytes + out->length, text.bytes, text.length);
  out->length += text.length;
}

static inline void aw_append_byte(aw_writer *out, char byte) { aw_append(out, (aw_text){&byte, 1}); }

static inline void aw_append_integer(aw_writer *out, int64_t number) {
  char digits[20];
  size_t at = sizeof digits;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do digits[--at] = (char)('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (number < 0) digits[--at] = '-';
  aw_append(out, (aw_text){digits + at, sizeof digits - at});
}

static inline void aw_append_quoted(aw_writer *out, aw_text text) {
  static const char hex[] = "0123456789abcdef";
  aw_append_byte(out, '"');
  size_t plain = 0;
  for (size_t at = 0; at < text.length; at++) {
    unsigned char byte = (unsigned char)text.bytes[at];
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    aw_append(out, (aw_text){text.bytes + plain, at - plain});
    plain = at + 1;
    char escape = byte == '\n' ? 'n' : byte == '\t' ? 't' : byte == '\r' ? 'r' : byte < 0x20 ? 0 : (char)byte;
    if (escape != 0) aw_append(out, (aw_text){(char[]){'\\', escape}, 2});
    else aw_append(out, (aw_text){(char[]){'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]}, 6});
  }
  aw_append(out, (aw_text){text.bytes + plain, text.length - plain});
  aw_append_byte(out, '"');
}

static inline void aw_begin_value(aw_writer *out) {
  if (out->needs_comma) aw_append_byte(out, ',');
  out->needs_comma = true;
}

static inline void aw_open(aw_writer *out, char bracket) {
  aw_begin_value(out);
  aw_append_byte(out, bracket);
  out->needs_comma = false;
}

static inline void aw_close(aw_writer *out, char bracket) {
  aw_append_byte(out, bracket);
  out->needs_comma = true;
}

static inline void aw_open_object(aw_writer *out) { aw_open(out, '{'); }
static inline void aw_close_object(aw_writer *out) { aw_close(out, '}'); }
static inline void aw_open_array(aw_writer *out) { aw_open(out, '['); }
static inline void aw_close_array(aw_writer *out) { aw_close(out, ']'); }

/* The name of the value that is written next. */
static inline void aw_key(aw_writer *out, const char *name) {
  aw_begin_value(out);
  aw_append_quoted(out, aw_text_of(name));
  aw_append_byte(out, ':');
  out->needs_comma = false;
}

static inline void aw_write_string(aw_writer *out, aw_text text) {
  aw_begin_value(out);
  aw_append_quoted(out, text);
}

static inline void aw_write_integer(aw_writer *out, int64_t number) {
  aw_begin_value(out);
  aw_append_integer(out, number);
}

/* Rounded to so many places, at most nine. Null when it is no number, or too large for that to be exact. */
static inline void aw_write_decimal(aw_writer *out, double number, int32_t places) {
  double scaled = number < 0 ? -number : number;
  uint64_t unit = 1;
  for (int32_t place = 0; place < places && place < 9; place++) unit *= 10;
  scaled = scaled * (double)unit + 0.5;
  aw_begin_value(out);
  if (!(scaled < 9007199254740992.0)) {
    aw_append(out, AW_TEXT("null"));
    return;
  }
  uint64_t units = (uint64_t)scaled;
  if (number < 0 && units > 0) aw_append_byte(out, '-');
  aw_append_integer(out, (int64_t)(units / unit));
  if (unit == 1) return;
  aw_append_byte(out, '.');
  for (uint64_t rest = units % unit, place = unit / 10; place > 0; place /= 10)
    aw_append_byte(out, (char)('0' + rest / place % 10));
}

static inline void aw_write_boolean(aw_writer *out, bool value) {
  aw_begin_value(out);
  aw_append(out, value ? AW_TEXT("true") : AW_TEXT("false"));
}

static inline void aw_write_null(aw_writer *out) {
  aw_begin_value(out);
  aw_append(out, AW_TEXT("null"));
}

/* A value as it was read; null when it is absent. */
static inline void aw_write_json(aw_writer *out, aw_json value) {
  aw_begin_value(out);
  aw_append(out, value.kind == AW_ABSENT ? AW_TEXT("null") : value.source);
}

/* ---- What a plugin may ask of its host ---- */

typedef enum { AW_DONE, AW_NOT_THERE, AW_REFUSED } aw_outcome;

/* With AW_REFUSED the reply says why: `AW_PLUGIN_DENIED: …` for what is not granted. */
typedef struct {
  aw_outcome outcome;
  aw_text reply;
} aw_result;

static inline aw_result aw_result_of(int32_t answer) {
  if (answer == -1) return (aw_result){AW_NOT_THERE, {NULL, 0}};
  size_t length = (size_t)(answer >= 0 ? answer : -2 - answer);
  char *bytes = aw_allocate(length);
  aw_host_reply_read(bytes);
  return (aw_result){answer >= 0 ? AW_DONE : AW_REFUSED, {bytes, length}};
}

/* With `aw_try_…` a refusal is a result; without `try` it fails the call. */
static inline bool aw_demand(aw_result result) {
  if (result.outcome == AW_REFUSED) aw_fail(result.reply);
  return result.outcome == AW_DONE;
}

typedef enum { AW_DEBUG, AW_INFO, AW_WARN, AW_ERROR } aw_level;

static inline void aw_log(aw_level level, aw_text text) { aw_host_log(level, text.bytes, text.length); }

static inline aw_result aw_try_kv_get(aw_text key) { return aw_result_of(aw_host_kv_get(key.bytes, key.length)); }

/* False when nothing is there, and when the call has failed. */
static inline bool aw_kv_get(aw_text key, aw_text *value) {
  aw_result result = aw_try_kv_get(key);
  bool is_there = aw_demand(result);
  if (is_there) *value = result.reply;
  return is_there;
}

static inline aw_result aw_try_kv_set(aw_text key, aw_text value) {
  return aw_result_of(aw_host_kv_set(key.bytes, key.length, value.bytes, value.length));
}

static inline bool aw_kv_set(aw_text key, aw_text value) { return aw_demand(aw_try_kv_set(key, value)); }

static inline aw_result aw_try_kv_delete(aw_text key) {
  return aw_result_of(aw_host_kv_delete(key.bytes, key.length));
}

static inline bool aw_kv_delete(aw_text key) { return aw_demand(aw_try_kv_delete(key)); }

typedef struct {
  const char *queue;
  const char *type;
  /* JSON; null when empty. */
  aw_text data;
  /* Two jobs with one id are one job; the host chooses when empty. */
  aw_text id;
  int64_t delay_ms;
} aw_job;

/* Its reply is the job's id when one was given. */
static inline aw_result aw_try_queue_add(aw_job job) {
  aw_writer out = {0};
  aw_open_object(&out);
  aw_key(&out, "queue"), aw_write_string(&out, aw_text_of(job.queue));
  aw_key(&out, "type"), aw_write_string(&out, aw_text_of(job.type));
  aw_key(&out, "data"), aw_append(&out, job.data.length > 0 ? job.data : AW_TEXT("null"));
  out.needs_comma = true;
  if (job.id.length > 0) aw_key(&out, "id"), aw_write_string(&out, job.id);
  if (job.delay_ms > 0) aw_key(&out, "delayMs"), aw_write_integer(&out, job.delay_ms);
  aw_close_object(&out);
  return aw_result_of(aw_host_queue_add(out.bytes, out.length));
}

static inline bool aw_queue_add(aw_job job) { return aw_demand(aw_try_queue_add(job)); }

/* The data is JSON. Events of one key keep their order. */
static inline aw_result aw_try_event_emit(const char *type, aw_text key, aw_text data) {
  aw_writer out = {0};
  aw_open_object(&out);
  aw_key(&out, "type"), aw_write_string(&out, aw_text_of(type));
  aw_key(&out, "key"), aw_write_string(&out, key);
  aw_key(&out, "data"), aw_append(&out, data);
  aw_close_object(&out);
  return aw_result_of(aw_host_event_emit(out.bytes, out.length));
}

static inline bool aw_event_emit(const char *type, aw_text key, aw_text data) {
  return aw_demand(aw_try_event_emit(type, key, data));
}

#endif
