import { backupStreams } from '../../runtime/bus/backup/backup.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { openSource } from '../backup/broker-access.ts';
import { interruptible } from '../backup/interruptible.ts';
import { showProgress } from '../backup/show-progress.ts';
import { describeBackup, showStreams } from '../backup/show-streams.ts';
import type { CommandContext } from '../command.ts';
import { loadCommandConfig } from '../config-options.ts';
import { OK } from '../exit-code.ts';
import { freezeRuntimes } from '../freeze.ts';
import { VERSION } from '../version.ts';

/** `backup DIRECTORY` */
export async function run(ctx: CommandContext): Promise<number> {
  const { config } = loadCommandConfig(ctx);
  const { directory, manifest } = await interruptible(async (signal) => {
    await using server = await openSource(config, signal);
    using progress = showProgress(process.stderr, systemClock);
    return await backupStreams({
      server,
      directory: ctx.arguments['DIRECTORY']!,
      autoweaveVersion: VERSION,
      freeze: () => freezeRuntimes(server, systemClock),
      clock: systemClock,
      onProgress: progress.show,
      signal,
    });
  });
  if (ctx.isJson) ctx.output.json(describeBackup(directory, manifest));
  else {
    showStreams(ctx, manifest);
    ctx.output.line();
    ctx.output.line(`Saved in ${directory}`);
  }
  return OK;
}
