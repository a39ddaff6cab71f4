/** `snapdelta bench calibration`. */
import { benchCalibration } from '../../harness/bench-calibration.js';
import { replaceFile, requireWritable } from '../../harness/io/output-file.js';
import { calibrationTable } from '../../harness/report/calibration-table.js';
import { renderTable } from '../../harness/report/terminal.js';
import { tableStyle } from '../table-style.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';

const roundsMax = 10_000;

export async function runBenchCalibration(input: Input, { signal, terminal }: Context): Promise<Outcome> {
  const rounds = input.count('rounds', 1, roundsMax);
  const out = input.text('out');
  requireWritable(out);
  const file = await benchCalibration({
    signal,
    onProgress: ({ done, total }) => terminal.progress(`round ${done + 1} of ${total}`),
    ...(rounds === undefined ? {} : { rounds }),
  });
  if (out !== undefined) replaceFile(out, `${JSON.stringify(file, null, 2)}\n`);
  return {
    document: file,
    text: renderTable(calibrationTable(file.work), tableStyle(terminal)),
    kind: 'answer',
  };
}
