import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

/** The system's Chromium with a profile of its own. */

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_BIN'];
  return [...(named ? [named] : []), ...PLACES].find((path) => existsSync(path));
}

/** Why this machine can't run browser tests, or undefined when it can. */
export function browserMissing(): string | undefined {
  return findChromium()
    ? undefined
    : `no Chromium at ${PLACES.join(', ')}; set CHROMIUM_BIN, or install the package "chromium"`;
}

export async function openBrowser(
  options: Parameters<typeof chromium.launchPersistentContext>[1] = {},
): Promise<BrowserContext & AsyncDisposable> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(browserMissing());
  const profile = await mkdtemp(join(tmpdir(), 'autoweave-browser-'));
  // What Chromium has started may write for a moment after it.
  const remove = () => rm(profile, { recursive: true, force: true, maxRetries: 10 });
  const launching = chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: FLAGS,
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  launching.catch(remove);
  const context = await launching;
  return Object.assign(context, {
    async [Symbol.asyncDispose]() {
      await context.close().finally(remove);
    },
  });
}
