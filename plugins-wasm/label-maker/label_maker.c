/* Jobs of the queue `labels` become labels: a title and lines in a box, numbered in the order in which they came. */
#include "autoweave.h"

/* Characters between the borders. */
#define COLUMNS 32

static aw_text take_row(aw_text *rest);
static void write_row(aw_writer *label, aw_text row);

static void write_border(aw_writer *label) {
  aw_append(label, AW_TEXT("+"));
  for (int32_t column = 0; column < COLUMNS + 2; column++) aw_append(label, AW_TEXT("-"));
  aw_append(label, AW_TEXT("+\n"));
}

/* A text in as many rows as it needs; an empty one is an empty row. */
static void write_paragraph(aw_writer *label, aw_text text) {
  do write_row(label, take_row(&text));
  while (text.length > 0);
}

/* Counts on from what is kept. A job that is tried again gets the same number, since a failed call keeps nothing. */
static int64_t next_number(void) {
  aw_text kept;
  int64_t number = aw_kv_get(AW_TEXT("labels/printed"), &kept) ? aw_integer(aw_parse(kept)) + 1 : 1;
  aw_writer count = {0};
  aw_write_integer(&count, number);
  aw_kv_set(AW_TEXT("labels/printed"), aw_written(&count));
  return number;
}

static aw_text make_label(aw_text title, aw_json lines, int64_t number) {
  aw_writer label = {0};
  write_border(&label);
  write_paragraph(&label, title);
  write_border(&label);
  for (aw_items each = aw_each(lines); aw_next(&each);) write_paragraph(&label, aw_string(each.value));
  aw_writer last = {0};
  aw_append(&last, AW_TEXT("No. "));
  aw_append_integer(&last, number);
  write_row(&label, aw_written(&last));
  write_border(&label);
  return aw_written(&label);
}

static void print_label(aw_text title, aw_json lines) {
  int64_t number = next_number();
  aw_writer printed = {0};
  aw_open_object(&printed);
  aw_key(&printed, "title"), aw_write_string(&printed, title);
  aw_key(&printed, "number"), aw_write_integer(&printed, number);
  aw_close_object(&printed);
  aw_event_emit("label.printed", AW_TEXT("labels"), aw_written(&printed));

  aw_writer result = {0};
  aw_open_object(&result);
  aw_key(&result, "label"), aw_write_string(&result, make_label(title, lines, number));
  aw_key(&result, "number"), aw_write_integer(&result, number);
  aw_close_object(&result);
  aw_output(aw_written(&result));
}

/* Input: { id, queue, type, data: { title, lines }, attempt }. Output: { label, number }. */
AW_EXPORT(on_job) {
  aw_json job = aw_input_json();
  aw_json title = aw_at(job, "data.title");
  aw_json lines = aw_at(job, "data.lines");
  if (!aw_equal(aw_string(aw_at(job, "type")), AW_TEXT("label.print"))) aw_fail(AW_TEXT("Job is no label.print"));
  else if (title.kind != AW_STRING) aw_fail(AW_TEXT("Field \"title\" is no text"));
  else if (lines.kind != AW_ARRAY) aw_fail(AW_TEXT("Field \"lines\" is no list"));
  else print_label(aw_string(title), lines);
}

/* Bytes of the character that begins here, those that continue it included. */
static size_t character_length(aw_text text) {
  size_t length = 1;
  while (length < text.length && ((unsigned char)text.bytes[length] & 0xc0) == 0x80) length++;
  return length;
}

/* The next row of a text, and takes it off: at the last blank that fits, else in the middle of the word. */
static aw_text take_row(aw_text *rest) {
  aw_text row = {rest->bytes, 0};
  size_t blank = 0;
  for (int32_t column = 0; row.length < rest->length && rest->bytes[row.length] != '\n'; column++) {
    aw_text here = {rest->bytes + row.length, rest->length - row.length};
    if (*here.bytes == ' ') blank = row.length;
    if (column == COLUMNS) {
      if (blank > 0) row.length = blank;
      break;
    }
    row.length += character_length(here);
  }
  size_t taken = row.length;
  if (taken < rest->length && (rest->bytes[taken] == '\n' || rest->bytes[taken] == ' ')) taken++;
  *rest = (aw_text){rest->bytes + taken, rest->length - taken};
  return row;
}

/* Between borders and filled up. A character that steers a printer becomes a blank. */
static void write_row(aw_writer *label, aw_text row) {
  int32_t column = 0;
  aw_append(label, AW_TEXT("| "));
  for (; row.length > 0; column++) {
    size_t length = character_length(row);
    bool is_control = (unsigned char)*row.bytes < 0x20 || *row.bytes == 0x7f;
    aw_append(label, is_control ? AW_TEXT(" ") : (aw_text){row.bytes, length});
    row = (aw_text){row.bytes + length, row.length - length};
  }
  for (; column < COLUMNS; column++) aw_append(label, AW_TEXT(" "));
  aw_append(label, AW_TEXT(" |\n"));
}
