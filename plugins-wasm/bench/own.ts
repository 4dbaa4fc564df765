import { inputBytes, kv, outputBytes } from 'autoweave';
import { toUpper } from './upper';

/** The plugin as its author writes it, with AutoWeave's SDK. */
export function upper(): void {
  const bytes = inputBytes();
  toUpper(bytes);
  outputBytes(bytes);
}

export function upper_after_get(): void {
  kv.get('bench/key');
  upper();
}

export function spin(): void {
  while (true) {}
}
