import { ROOT } from './setup/facts.mjs';
import { setUp } from './setup/set-up.mjs';

// Called by `prestart` and `pretest`. Plain JavaScript, since the Node that runs it may be the old one.
process.exitCode = await setUp(ROOT, { env: process.env, terminal: process.stderr });
