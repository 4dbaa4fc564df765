/** A value that whoever gets it may change; the value itself where it can't be copied, which no store would take. */
export function copyOf<Value>(value: Value): Value {
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
}
