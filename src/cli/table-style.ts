/** How tables are drawn on stdout. Colours obey NO_COLOR (https://no-color.org) through picocolors. */
import { isatty } from 'node:tty';
import picocolors from 'picocolors';
import type { Terminal } from './terminal.js';

export function tableStyle({ json, columns }: Terminal): {
  readonly colours: boolean;
  readonly columns: number;
} {
  // isTTY is undefined where there is none, and picocolors takes undefined for its own guess, which in CI is yes.
  return { colours: picocolors.isColorSupported && isatty(1) && !json, columns };
}
