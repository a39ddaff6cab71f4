/**
 * Text content: prose, program code, and lines of an access log.
 *
 * Each is drawn in cells; a cell of prose or code may cut its last word short, a cell of log lines holds whole lines only.
 */
import { Draws } from './draws.js';
import { cellSource, type Source } from './source.js';
import { commonWords, writeAscii, writeWord } from './vocabulary.js';

const cellBytes = 4096;
const space = 0x20;
const newline = 0x0a;

/** Prose: sentences of 4 to 19 words, lines broken after sentences. */
export function proseSource(seed: number): Source {
  return cellSource(cellBytes, (cell, into) => {
    const draws = new Draws(seed, cell);
    const end = into.length;
    for (let at = 0; at < end;) {
      for (let left = draws.between(4, 19); left > 0 && at < end; left--) {
        at = writeWord(commonWords, draws.skewed(commonWords.count), into, at, end);
        if (at < end) into[at++] = left === 1 ? 0x2e : space;
      }
      if (at < end) into[at++] = draws.below(4) === 0 ? newline : space;
    }
  });
}

/** Line shapes of code: a capital W is a word of the vocabulary, N a number. */
const codeLines: readonly [string, ...string[]] = [
  'const W = W(W, W);',
  'const W = W.W(N);',
  'let W = N;',
  'if (W.W === W) {',
  'for (const W of W) {',
  'return W;',
  'return W.W(W);',
  '}',
  '}',
  '}',
  '// W W W W W W',
  '',
  'export function W(W: number, W: string): W {',
  "import { W, W } from './W.js';",
  'W.W = W ?? N;',
  "throw new Error('W W W');",
];
const codeWords = 1024;

/** Program text: indented lines of the shapes above. Deflate leaves 30 %. */
export function codeSource(seed: number): Source {
  return cellSource(cellBytes, (cell, into) => {
    const draws = new Draws(seed, cell);
    const end = into.length;
    let depth = 0;
    for (let at = 0; at < end;) {
      const line = codeLines[draws.below(codeLines.length)] ?? codeLines[0];
      if (line === '}' && depth > 0) depth--;
      for (let left = depth * 2; left > 0 && at < end; left--) into[at++] = space;
      for (let i = 0; i < line.length && at < end; i++) {
        const letter = line.charCodeAt(i);
        if (letter === 0x57) at = writeWord(commonWords, draws.skewed(codeWords), into, at, end);
        else if (letter === 0x4e) at = writeAscii(into, at, end, String(draws.skewed(1000)));
        else into[at++] = letter;
      }
      if (line.endsWith('{') && depth < 6) depth++;
      if (at < end) into[at++] = newline;
    }
  });
}

/**
 * Bytes in a cell of log lines. Every cell ends with a whole line, so a log can be cut at any multiple of it; a prime, so that such a
 * cut is no multiple of any block size.
 */
export const logCellBytes = 4999;

const logPaths = 'api shop static user admin cart search img'.split(' ');
const logPages = 'list view edit index.html app.js style.css item detail login logout history'.split(' ');
const logStatus = [200, 200, 200, 304, 404, 500];
const logAgents = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1',
  'curl/7.88.1',
  'Mozilla/5.0 (Windows NT 10.0; rv:121.0) Gecko/20100101 Firefox/121.0',
];
/** Longest line this file writes; the rest of a cell shorter than this becomes one padded line. */
const logLineBytesMax = 256;
const linesPerCell = 32;

/** Lines of a web server's access log, in time order. Deflate leaves 14 %. */
export function logSource(seed: number): Source {
  return cellSource(logCellBytes, (cell, into) => {
    const draws = new Draws(seed, cell);
    let at = 0;
    let second = cell * linesPerCell;
    while (into.length - at > 2 * logLineBytesMax) {
      second += draws.below(3);
      at = writeAscii(into, at, into.length, logLine(draws, second));
    }
    const line = logLine(draws, second).slice(0, -1);
    at = writeAscii(into, at, into.length, line);
    into.fill(space, at, into.length - 1);
    into[into.length - 1] = newline;
  });
}

function logLine(draws: Draws, second: number): string {
  const client = draws.skewed(4000) * 4099 + 0x0a010203;
  const ip = `${(client >>> 24) & 255}.${(client >>> 16) & 255}.${(client >>> 8) & 255}.${client & 255}`;
  const day = two((Math.floor(second / 86_400) % 28) + 1);
  const time = `${two(Math.floor(second / 3600) % 24)}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  const path = `/${choose(logPaths, draws)}/${choose(logPages, draws)}?id=${draws.below(100_000)}`;
  const status = choose(logStatus, draws);
  const size = draws.between(200, 60_000);
  const tail = `"-" "${choose(logAgents, draws)}" 0.${draws.between(100, 999)}`;
  return `${ip} - - [${day}/Nov/2026:${time} +0000] "GET ${path} HTTP/1.1" ${status} ${size} ${tail}\n`;
}

function choose<T>(items: readonly T[], draws: Draws): T {
  return items[draws.below(items.length)] as T;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
