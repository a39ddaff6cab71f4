/**
 * The terminal's two streams. Answers go to stdout; progress, logs and errors to stderr. Nothing animates where nobody watches: only
 * on a TTY, outside CI, without --quiet. A stream that is not written to is not opened either: Node takes 5 ms for each.
 */
import { stdout } from './stdout.js';

export interface TerminalOptions {
  readonly quiet: boolean;
  readonly json: boolean;
}

/** Redraws at most this often: a progress display must not cost what it measures. */
const redrawMs = 100;

export class Terminal {
  readonly quiet: boolean;
  readonly json: boolean;
  /** Whether a display on stderr may redraw itself. */
  readonly animates: boolean;
  #lineShown = false;
  #drawnAtMs = -Infinity;

  constructor(options: TerminalOptions) {
    this.quiet = options.quiet;
    this.json = options.json;
    this.animates = !options.quiet && !isCi() && process.stderr.isTTY;
  }

  /** Characters in a line of stdout. */
  get columns(): number {
    return stdout().isTTY ? stdout().columns : 100;
  }

  /** To stdout. A reader that closes the pipe early (`head`) ends the output, not the command. */
  print(text: string): void {
    this.clearProgress();
    stdout().write(`${text}\n`);
  }

  /** A line to stderr, unless --quiet. */
  log(line: string): void {
    if (this.quiet) return;
    this.clearProgress();
    process.stderr.write(`${line}\n`);
  }

  /** Errors are never quiet. */
  error(lines: string): void {
    this.clearProgress();
    process.stderr.write(`${lines}\n`);
  }

  /** Replaces the progress line on stderr where it may animate; nothing elsewhere. A line that takes work to write is given as a function. */
  progress(line: string | (() => string)): void {
    if (!this.animates) return;
    const now = performance.now();
    if (now - this.#drawnAtMs < redrawMs) return;
    this.#drawnAtMs = now;
    this.#lineShown = true;
    const text = typeof line === 'string' ? line : line();
    process.stderr.write(`\r\u001b[2K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
  }

  clearProgress(): void {
    if (!this.#lineShown) return;
    this.#lineShown = false;
    process.stderr.write('\r\u001b[2K');
  }
}

/** As most tools have it: any CI variable that is set and not switched off. */
function isCi(): boolean {
  const { CI } = process.env;
  return CI !== undefined && CI !== '' && CI !== '0' && CI !== 'false';
}
