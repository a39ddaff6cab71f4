/** `snapdelta bench detection`. */
import { UsageError } from '../../base/errors.js';
import { benchDetection } from '../../harness/bench-detection.js';
import { requireWritable } from '../../harness/io/output-file.js';
import { writeResults } from '../../harness/io/result-file.js';
import { detectionTable } from '../../harness/report/detection-table.js';
import { renderTable } from '../../harness/report/terminal.js';
import { tableStyle } from '../table-style.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';

const blocksMax = 4 * 1024 * 1024;

export async function runBenchDetection(input: Input, { signal, terminal }: Context): Promise<Outcome> {
  const blocks = input.list('blocks').map((text) => whole('blocks', text, 1));
  const changed = input.list('changed').map((text) => whole('changed', text, 0));
  const tripBytes = input.bytes('trip-bytes');
  const seed = input.count('seed', 0, 0xffffffff);
  const out = input.text('out');
  requireWritable(out);
  const results = await benchDetection({
    signal,
    speed: !input.flag('no-speed'),
    onProgress: ({ done, total }) => terminal.progress(`walk ${done + 1} of ${total}`),
    ...(blocks.length === 0 ? {} : { blocks }),
    ...(changed.length === 0 ? {} : { changed }),
    ...(tripBytes === undefined ? {} : { tripBytes }),
    ...(seed === undefined ? {} : { seed }),
  });
  if (out !== undefined) writeResults(out, results);
  return {
    document: results,
    text: renderTable(detectionTable(results), tableStyle(terminal)),
    kind: 'answer',
  };
}

function whole(option: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= blocksMax) return value;
  throw new UsageError(`--${option}: '${text}' is not a whole number from ${least} to ${blocksMax}`);
}
