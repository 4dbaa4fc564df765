import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A shell that outlives us by a moment: when we are gone, even by SIGKILL, it ends what we have started, by pid, also
 * what is stopped by SIGSTOP, and removes our directory. An ordered end goes the same way.
 */
export interface Keeper extends AsyncDisposable {
  /** Removed at the end. */
  readonly directory: string;
  add(pid: number): void;
  /** To be told at once: a pid is used again some day. */
  forget(pid: number): void;
}

const SCRIPT = `
pids=
while read -r verb pid; do
  if [ "$verb" = add ]; then pids="$pids $pid"; continue; fi
  left=
  for one in $pids; do [ "$one" = "$pid" ] || left="$left $one"; done
  pids=$left
done
[ -z "$pids" ] || kill -9 $pids 2>/dev/null
rm -rf -- "$1" 2>/dev/null || { sleep 1; rm -rf -- "$1"; }
`;

export async function startKeeper(): Promise<Keeper> {
  const directory = await mkdtemp(join(tmpdir(), 'autoweave-chaos-'));
  // A session of its own: the terminal's Ctrl-C is not for it.
  const shell = spawn('sh', ['-c', SCRIPT, 'keeper', directory], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  const exited = once(shell, 'exit');
  return {
    directory,
    add: (pid) => void shell.stdin.write(`add ${pid}\n`),
    forget: (pid) => void shell.stdin.write(`forget ${pid}\n`),
    async [Symbol.asyncDispose]() {
      shell.stdin.end();
      await exited;
    },
  };
}
