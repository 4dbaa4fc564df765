import "autoweave";
import { toUpper } from "./upper";

/** The same for Extism, with its classic interface: eight bytes for each call of the host, as Extism's SDKs do. */

@external("extism:host/env", "input_length")
declare function inputLength(): i64;

@external("extism:host/env", "input_load_u8")
declare function inputLoadU8(offset: i64): u8;

@external("extism:host/env", "input_load_u64")
declare function inputLoadU64(offset: i64): u64;

@external("extism:host/env", "alloc")
declare function alloc(size: i64): i64;

@external("extism:host/env", "store_u8")
declare function storeU8(offset: i64, value: u8): void;

@external("extism:host/env", "store_u64")
declare function storeU64(offset: i64, value: u64): void;

@external("extism:host/env", "output_set")
declare function outputSet(offset: i64, length: i64): void;

@external("extism:host/env", "var_get")
declare function varGet(key: i64): i64;

export function upper(): void {
  const bytes = readInput();
  toUpper(bytes);
  outputSet(give(bytes), bytes.length);
}

export function upper_after_get(): void {
  varGet(give(Uint8Array.wrap(String.UTF8.encode("bench/key"))));
  upper();
}

export function spin(): void {
  while (true) {}
}

function readInput(): Uint8Array {
  const length = <i32>inputLength();
  const bytes = new Uint8Array(length);
  const whole = length & ~7;
  let at = 0;
  for (; at < whole; at += 8) store<u64>(bytes.dataStart + at, inputLoadU64(at));
  for (; at < length; at++) store<u8>(bytes.dataStart + at, inputLoadU8(at));
  return bytes;
}

/** Where the host has them. */
function give(bytes: Uint8Array): i64 {
  const start = alloc(bytes.length);
  const whole = bytes.length & ~7;
  let at = 0;
  for (; at < whole; at += 8) storeU64(start + at, load<u64>(bytes.dataStart + at));
  for (; at < bytes.length; at++) storeU8(start + at, load<u8>(bytes.dataStart + at));
  return start;
}
