/**
 * Who may import whom. A place is a folder; a file belongs to the longest place that contains it.
 *
 * Inside `runtime` the order is that of DESIGN.md's tree: a folder may import what stands above it.
 */
const FLOORS = ['telemetry', 'bus', 'membership', 'actor', 'supervisor', 'queue', 'plugins', 'gateway', 'testkit'];
const GROUND = ['errors', 'message', 'contracts', 'clock', 'async', 'schedule'];
const inRuntime = (names: readonly string[]) => names.map((name) => `runtime/${name}`);

const PLACES: Readonly<Record<string, readonly string[]>> = {
  proto: [],
  'runtime/errors': [],
  'runtime/message': ['proto', 'runtime/errors'],
  'runtime/contracts': ['proto', 'runtime/errors', 'runtime/message'],
  'runtime/clock': ['runtime/errors'],
  'runtime/async': ['runtime/errors'],
  'runtime/schedule': ['runtime/errors'],
  ...Object.fromEntries(
    FLOORS.map((name, index) => [`runtime/${name}`, ['proto', ...inRuntime([...GROUND, ...FLOORS.slice(0, index)])]]),
  ),
  runtime: ['proto', ...inRuntime([...GROUND, ...FLOORS])],
  'actors/*': ['proto', 'runtime'],
  actors: ['proto', 'runtime', 'actors/*'],
  cli: ['proto', 'runtime', 'actors', 'actors/*'],
  ui: ['proto'],
  scripts: ['*'],
  test: ['*'],
  deploy: ['*'],
};

/** The two files of `scripts` that a launcher needs before there is anything else. */
const OPEN_FILES = ['scripts/run.mjs', 'scripts/setup/facts.mjs'];

/** Whose names stay where. Elsewhere one goes through what that place offers. */
const CONFINED: ReadonlyArray<{ readonly name: RegExp; readonly to: readonly string[]; readonly inOneFile?: true }> = [
  { name: /^@nats-io\//, to: ['runtime/bus'] },
  { name: /^usb(\/|$)/, to: ['actors/device-watcher'], inOneFile: true },
  { name: /^croner$/, to: ['runtime/schedule'], inOneFile: true },
  { name: /^@extism\//, to: ['runtime/plugins'], inOneFile: true },
  { name: /^@opentelemetry\//, to: ['runtime/telemetry'] },
  { name: /^(@hono\/|hono(\/|$)|ws$)/, to: ['runtime/gateway'] },
  { name: /^graphql-ws(\/(?!client)|$)/, to: ['runtime/gateway'] },
  { name: /^graphql-ws\/client$/, to: ['cli', 'ui'] },
  { name: /^(graphql(\/|$)|graphql-http(\/|$)|@graphql-)/, to: ['runtime/gateway'] },
  { name: /^(solid-js|@solidjs|@kobalte|vite|vite-plugin-solid)(\/|$)/, to: ['ui'] },
  { name: /^(node:)?timers(\/promises)?$/, to: ['runtime/clock', 'cli', 'ui'] },
];

/** Places that drive everything from outside with clients of their own; the names of others are free there. */
const FREE_OF_CONFINEMENT = ['scripts', 'test', 'deploy'];

export function placeOf(file: string): string | undefined {
  const folders = file.split('/').slice(0, -1);
  if (folders[0] === 'actors' && folders.length > 1) return `actors/${folders[1]}`;
  for (let length = folders.length; length > 0; length--) {
    const place = folders.slice(0, length).join('/');
    if (place in PLACES && place !== 'actors/*') return place;
  }
  return undefined;
}

/** Why a file may not import another of the repository; nothing when it may. */
export function refuseFile(from: string, to: string): string | undefined {
  const [here, there] = [placeOf(from), placeOf(to)];
  if (here === undefined || there === undefined || here === there || OPEN_FILES.includes(to)) return undefined;
  if (there === 'test' && from.endsWith('.test.ts')) return undefined;
  const allowed = PLACES[here.startsWith('actors/') ? 'actors/*' : here] ?? [];
  const isAllowed = allowed.some(
    (place) =>
      place === '*' ||
      place === there ||
      (place === 'runtime' && there.startsWith('runtime/')) ||
      (place === 'actors/*' && there.startsWith('actors/')),
  );
  return isAllowed ? undefined : `${here} may not import ${there}`;
}

/** Why a file may not import a package; nothing when it may. */
export function refusePackage(from: string, name: string): string | undefined {
  const here = placeOf(from);
  const rule = CONFINED.find((each) => each.name.test(name));
  if (rule === undefined || here === undefined || FREE_OF_CONFINEMENT.includes(here) || rule.to.includes(here))
    return undefined;
  return `"${name}" stays in ${rule.to.join(', ')}`;
}

/** Packages that have one file to themselves, tests aside: the files beyond the first that import one. */
export function refuseSecondFile(
  importers: ReadonlyMap<string, readonly string[]>,
): Array<{ file: string; why: string }> {
  return CONFINED.filter((rule) => rule.inOneFile).flatMap((rule) => {
    const files = new Set([...importers].filter(([name]) => rule.name.test(name)).flatMap(([, each]) => each));
    const [first, ...others] = [...files].filter((file) => {
      return !file.endsWith('.test.ts') && rule.to.includes(placeOf(file) ?? '');
    });
    return others.sort().map((file) => ({ file, why: `what ${first} imports stays in that one file` }));
  });
}
