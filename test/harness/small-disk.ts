import { spawnSync } from 'node:child_process';

/** A command that sees a small disk of its own at a path; whoever stands outside reaches it through `/proc/<pid>/root`. */
export function onSmallDisk(path: string, megabytes: number): readonly string[] {
  const mount = `mount -t tmpfs -o size=${megabytes}m small ${JSON.stringify(path)} && exec "$@"`;
  return ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', mount, 'sh'];
}

/** Why this machine can't have one, or undefined when it can. */
export function smallDiskMissing(): string | undefined {
  const [file, ...args] = onSmallDisk('/mnt', 1);
  const { status, error, stderr } = spawnSync(file!, [...args, 'true'], { encoding: 'utf8' });
  if (status === 0) return undefined;
  return `a disk to fill needs unshare and user namespaces: ${error?.message ?? stderr.trim()}`;
}
