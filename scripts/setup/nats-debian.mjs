import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianMirrors, MIRROR_QUESTIONS } from './apt-mirrors.mjs';
import { stateFolder } from './facts.mjs';
import { reasonOf } from './failure.mjs';
import { keepBinary } from './provided-binary.mjs';

/** Suites whose nats-server is new enough; the surer one first. Their packages run on bookworm (glibc 2.34 needed). */
const SUITES = ['forky', 'sid'];

/** Which of them the installed keyring package has. */
const KEYRINGS = ['gpg', 'pgp'].map((ending) => `/usr/share/keyrings/debian-archive-keyring.${ending}`);

/** apt's own default is 30 s and three tries for each address of each mirror. */
const APT_TIMEOUT_S = 10;
const SUITE_TIMEOUT_MS = 120_000;

/**
 * The program out of the Debian package of a newer suite. apt works on lists, cache and sources of its own below
 * `.autoweave`, so this needs no rights and changes nothing on the machine; nothing is installed. The machine's
 * Debian keyring decides what is believed.
 *
 * @param {import('./steps.mjs').Scene} scene
 * @param {string} target
 * @returns {Promise<{ file: string, origin: string }>}
 */
export async function fromDebian({ root, run, report }, target) {
  const keyring = KEYRINGS.find((file) => existsSync(file));
  if (keyring === undefined) throw new Error(`There is no ${KEYRINGS[0]}: this is not a Debian machine`);
  const answers = await Promise.all(MIRROR_QUESTIONS.map((args) => run('apt-get', args)));
  const mirrors = debianMirrors(answers.join('\n'));
  if (mirrors.length === 0) throw new Error("apt's sources name no mirror of the Debian archive");

  const folder = join(stateFolder(root), 'debian');
  const failures = [];
  for (const suite of SUITES) {
    for (const mirror of mirrors) {
      report(`Debian package of ${suite}`);
      rmSync(folder, { recursive: true, force: true });
      try {
        const binary = await unpack({ folder, keyring, mirror, suite, run });
        keepBinary(binary, target, `Debian ${suite}`);
        return { file: target, origin: `Debian ${suite}` };
      } catch (error) {
        failures.push(`${suite} from ${mirror}: ${essence(reasonOf(error))}`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  }
  throw new Error(failures.join('\n'));
}

/**
 * apt's own errors out of what it printed, if there are any.
 *
 * @param {string} reason
 */
function essence(reason) {
  const errors = reason.split('\n').filter((line) => line.startsWith('E: '));
  return errors.length > 0 ? errors.map((line) => line.slice(3)).join('; ') : reason;
}

/**
 * @param {{ folder: string, keyring: string, mirror: string, suite: string, run: import('./command.mjs').Run }} job
 * @returns {Promise<string>} the program, in the folder
 */
async function unpack({ folder, keyring, mirror, suite, run }) {
  const config = join(folder, 'apt.conf');
  for (const part of ['sources', 'lists/partial', 'cache/archives/partial', 'log']) {
    mkdirSync(join(folder, part), { recursive: true });
  }
  writeFileSync(join(folder, 'status'), '');
  writeFileSync(join(folder, 'sources', 'debian.sources'), sources({ mirror, suite, keyring }));
  writeFileSync(config, aptConfiguration(folder, suite, await run('apt-config', ['dump'])));

  const options = {
    cwd: folder,
    env: { ...process.env, APT_CONFIG: config, LC_ALL: 'C' },
    timeoutMs: SUITE_TIMEOUT_MS,
  };
  await run('apt-get', ['update', '--error-on=any'], options);
  await run('apt-get', ['download', 'nats-server'], options);
  const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new Error('apt-get ended well, but left no package');
  await run('dpkg-deb', ['-x', archive, 'files'], options);
  const binary = ['usr/bin', 'usr/sbin'].map((bin) => join(folder, 'files', bin, 'nats-server')).find(existsSync);
  if (binary === undefined) throw new Error(`"${archive}" holds no nats-server`);
  return binary;
}

/**
 * Only the list of packages is asked for: configurations such as appstream's add indices a hundred times its use.
 *
 * @param {{ mirror: string, suite: string, keyring: string }} source
 */
function sources({ mirror, suite, keyring }) {
  const fields = {
    Types: 'deb',
    URIs: mirror,
    Suites: suite,
    Components: 'main',
    Targets: 'Packages',
    'Signed-By': keyring,
  };
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

/**
 * A whole configuration instead of options over the machine's: of that it takes how to reach a mirror (proxies,
 * certificates, time-outs), and leaves hooks, pins, default release and sources. Later lines win.
 *
 * @param {string} folder
 * @param {string} suite
 * @param {string} machine what `apt-config dump` printed
 */
export function aptConfiguration(folder, suite, machine) {
  const own = {
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': '/dev/null',
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': join(folder, 'sources'),
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::Etc::trusted': '/dev/null',
    'Dir::Etc::trustedparts': '/dev/null',
    'Dir::State': folder,
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'Dir::Log': join(folder, 'log'),
    // Without rights there is nobody to become, and the folder belongs to the caller.
    'APT::Sandbox::User': 'root',
    'APT::Default-Release': suite,
    'Acquire::AllowInsecureRepositories': 'false',
    'Acquire::AllowDowngradeToInsecureRepositories': 'false',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '1',
    'Acquire::http::Timeout': String(APT_TIMEOUT_S),
    'Acquire::https::Timeout': String(APT_TIMEOUT_S),
  };
  const reach = machine.split('\n').filter((line) => /^Acquire::(?!IndexTargets)/.test(line));
  return [...reach, ...Object.entries(own).map(([name, value]) => `${name} "${value}";`), ''].join('\n');
}
