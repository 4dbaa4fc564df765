#!/usr/bin/env node
import { runWithNode } from '../scripts/run.mjs';

/** The `autoweave` command: any Node that npm runs on finds the one that AutoWeave needs, and hands over to it. */
process.exitCode = await runWithNode('cli/main.ts', process.argv.slice(2));
