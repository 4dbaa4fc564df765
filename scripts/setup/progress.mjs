/**
 * One line per step. On a terminal the line shows the seconds while the step runs and is replaced when it ends;
 * elsewhere (a log, CI) a line is printed when a slow step begins to show that something happens, and one at its end.
 * Nothing is printed while nothing is to be done.
 *
 * @typedef {object} Progress
 * @property {(name: string) => Line} begin
 * @property {(text: string) => void} note a line by itself
 *
 * @typedef {object} Line
 * @property {(detail: string) => void} update what the step does at the moment; shown on a terminal only
 * @property {(result: string) => void} done
 * @property {() => void} failed
 */

const TICK_MS = 100;
const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const CLEAR_LINE = '\r\u001b[2K';

/**
 * @param {NodeJS.WriteStream} stream
 * @returns {Progress}
 */
export function createProgress(stream) {
  return {
    begin: (name) => (stream.isTTY ? beginOnTerminal(stream, name) : beginPlain(stream, name)),
    note: (text) => void stream.write(`${text}\n`),
  };
}

/**
 * @param {NodeJS.WriteStream} stream
 * @param {string} name
 * @returns {Line}
 */
function beginOnTerminal(stream, name) {
  const startMs = performance.now();
  let detail = '';
  let frame = 0;
  const draw = () => {
    const text = `${FRAMES[frame++ % FRAMES.length]} ${name} ${seconds(startMs)}${detail && `  ${detail}`}`;
    stream.write(CLEAR_LINE + text.slice(0, (stream.columns || 80) - 1));
  };
  const timer = setInterval(draw, TICK_MS).unref();
  draw();
  const end = (/** @type {string} */ text) => {
    clearInterval(timer);
    stream.write(`${CLEAR_LINE}${text}\n`);
  };
  return {
    update: (text) => {
      detail = text;
      draw();
    },
    done: (result) => end(`✔ ${name}: ${result} (${seconds(startMs)})`),
    failed: () => end(`✖ ${name} (${seconds(startMs)})`),
  };
}

/**
 * @param {NodeJS.WriteStream} stream
 * @param {string} name
 * @returns {Line}
 */
function beginPlain(stream, name) {
  const startMs = performance.now();
  stream.write(`setup: ${name} …\n`);
  return {
    update: () => {},
    done: (result) => void stream.write(`setup: ${name}: ${result} (${seconds(startMs)})\n`),
    failed: () => void stream.write(`setup: ${name} failed (${seconds(startMs)})\n`),
  };
}

/** @param {number} startMs */
function seconds(startMs) {
  return `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
}
