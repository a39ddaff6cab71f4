/** How our own program is started as a process: the built one, by the Node that runs this. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessMeter } from './process-meter.js';

export const ownProgram = {
  node: process.execPath,
  /** From src/harness/io and dist/harness/io alike. */
  program: fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url)),
} as const;

/** What every process of ours costs before it does anything: `node -e 0`; 0 where not even that runs. `folder` takes what it prints. */
export async function emptyCpuSeconds(meter: ProcessMeter, folder: string): Promise<number> {
  const outcome = await meter.run({
    run: [ownProgram.node, '-e', '0'],
    folder,
    environment: {},
    stdoutPath: join(folder, 'printed'),
    codes: [0],
  });
  return outcome.kind === 'ended' ? outcome.usage.cpuSeconds : 0;
}
