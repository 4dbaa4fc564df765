/* Says hello to each device that is attached, and to whoever calls it. */
#include "autoweave.h"

static void greet_by_name(aw_text name) {
  aw_writer greeting = {0};
  aw_append(&greeting, AW_TEXT("Hello, "));
  aw_append(&greeting, name);
  aw_append(&greeting, AW_TEXT("!"));

  aw_writer result = {0};
  aw_open_object(&result);
  aw_key(&result, "greeting"), aw_write_string(&result, aw_written(&greeting));
  aw_close_object(&result);
  aw_output(aw_written(&result));
}

/* A device was attached; the input is { device, reason }. */
AW_EXPORT(on_attach) {
  aw_text product = aw_string(aw_at(aw_input_json(), "device.product"));
  aw_log(AW_INFO, product);
  greet_by_name(product);
}

/* For agents, and for: npx autoweave plugin call my-plugin greet '{"name":"Ann"}' */
AW_EXPORT(greet) {
  greet_by_name(aw_string(aw_at(aw_input_json(), "name")));
}
