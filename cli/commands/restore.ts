import { resolve } from 'node:path';
import type { Manifest } from '../../runtime/bus/backup/manifest.ts';
import { type RestoreOptions, restoreStreams } from '../../runtime/bus/backup/restore.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { openExternalServer } from '../backup/broker-access.ts';
import { interruptible } from '../backup/interruptible.ts';
import { restoreEmbedded } from '../backup/restore-embedded.ts';
import { showProgress } from '../backup/show-progress.ts';
import { describeBackup, showStreams } from '../backup/show-streams.ts';
import type { CommandContext } from '../command.ts';
import type { Config } from '../config.ts';
import { loadCommandConfig } from '../config-options.ts';
import { OK } from '../exit-code.ts';
import { isRuntimeThere } from '../freeze.ts';

/** `restore DIRECTORY [--replace]` */
export async function run(ctx: CommandContext): Promise<number> {
  const { config } = loadCommandConfig(ctx);
  const directory = resolve(ctx.arguments['DIRECTORY']!);
  const isReplacing = ctx.options.flag('replace');
  const manifest = await interruptible(async (signal) => {
    using progress = showProgress(process.stderr, systemClock);
    const options = { directory, isReplacing, onProgress: progress.show, signal };
    return await (config.natsUrl === null ? restoreEmbedded(config, options) : restoreExternal(config, options));
  });
  if (ctx.isJson) ctx.output.json(describeBackup(directory, manifest));
  else {
    showStreams(ctx, manifest);
    ctx.output.line();
    ctx.output.line(`Restored to ${config.natsUrl === null ? config.data : 'the broker of AUTOWEAVE_NATS_URL'}`);
  }
  return OK;
}

/** @throws AW_RESTORE_IN_USE */
async function restoreExternal(config: Config, options: Omit<RestoreOptions, 'server'>): Promise<Manifest> {
  await using server = await openExternalServer(config);
  if (await isRuntimeThere(server)) {
    throw new AutoWeaveError('AW_RESTORE_IN_USE', `An AutoWeave runs on the broker at ${server.url}`, {
      hint: 'stop it first',
    });
  }
  return await restoreStreams({ server, ...options });
}
