/**
 * The terminal's two streams. Answers go to stdout; progress, logs and errors to stderr. Nothing animates where nobody watches: only
 * on a TTY, outside CI, without --quiet. Colours obey NO_COLOR (https://no-color.org) through picocolors.
 */
import { isatty } from 'node:tty';
import picocolors from 'picocolors';

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
    this.animates = process.stderr.isTTY && !isCi() && !options.quiet;
  }

  /** Whether text on stdout may be coloured. */
  get colours(): boolean {
    // isTTY is undefined where there is none, and picocolors takes undefined for its own guess, which in CI is yes.
    return picocolors.isColorSupported && isatty(1) && !this.json;
  }

  /** Characters in a line of stdout. */
  get columns(): number {
    return process.stdout.isTTY ? process.stdout.columns : 100;
  }

  /** To stdout. A reader that closes the pipe early (`head`) ends the output, not the command. */
  print(text: string): void {
    this.clearProgress();
    process.stdout.write(`${text}\n`);
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

  /** Replaces the progress line on stderr where it may animate; nothing elsewhere. */
  progress(line: string): void {
    if (!this.animates) return;
    const now = performance.now();
    if (now - this.#drawnAtMs < redrawMs) return;
    this.#drawnAtMs = now;
    this.#lineShown = true;
    process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
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
