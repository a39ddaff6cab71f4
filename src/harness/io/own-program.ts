/** How our own program is started as a process: the built one, by the Node that runs this. */
import { fileURLToPath } from 'node:url';

export const ownProgram = {
  node: process.execPath,
  /** From src/harness/io and dist/harness/io alike. */
  program: fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url)),
} as const;
