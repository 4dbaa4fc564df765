import { open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';

/** Writes over the first page of a table, as a bad disk might. */
export async function overwriteTable(file: string, table: string): Promise<void> {
  using db = new DatabaseSync(file);
  const { page_size: size } = db.prepare('PRAGMA page_size').get() as { page_size: number };
  const { page } = db.prepare('SELECT rootpage AS page FROM sqlite_schema WHERE name = ?').get(table) as {
    page: number;
  };
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(size, 0xff), 0, size, (page - 1) * size);
  await handle.close();
}
