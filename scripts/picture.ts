import { join } from 'node:path';
import { startAutoweave } from '../test/harness/autoweave.ts';
import { openBrowser } from '../test/harness/browser.ts';
import { ROOT } from '../test/harness/root.ts';

/** Takes the picture in the README from a running system: the page after the guided loop. */

const FILE = join(ROOT, 'docs', 'images', 'live-page.png');

await using autoweave = await startAutoweave({ env: { AUTOWEAVE_USB: 'on', AUTOWEAVE_HOSTNAME: 'workshop' } });
await using browser = await openBrowser({ colorScheme: 'light' });
const page = await browser.newPage();
await page.goto(`${autoweave.url}/?token=${autoweave.token}`);
await page.locator('[data-testid=connection][data-state=live]').waitFor();
await page.locator('[data-testid=tour-start]').click();
await page.locator('[data-testid=tour][data-phase=done]').waitFor();
await page.screenshot({ path: FILE });
process.stdout.write(`${FILE}\n`);
