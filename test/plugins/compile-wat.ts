import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import binaryen from 'binaryen';

/** A module from its text; by the package that comes with the AssemblyScript compiler. */
export function compileWat(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(binaryen.Features.All);
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/** A module of `test/plugins/fixtures`. */
export function fixture(name: string): Uint8Array {
  return compileWat(readFileSync(join(import.meta.dirname, 'fixtures', `${name}.wat`), 'utf8'));
}
