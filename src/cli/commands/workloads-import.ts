import { traceFormatNames } from '../../workload/trace/names.js';
import type { Command } from '../command.js';

/** Reads a recorded block trace: tells what it holds, and replays it into snapshots. */
export const workloadsImport: Command = {
  name: 'workloads import',
  summary: 'check a recorded block trace, and replay it into snapshots',
  positionals: [{ name: 'TRACE', describe: 'in one of the formats below, plain or gzip', completes: 'file' }],
  options: {
    format: {
      type: 'text',
      value: 'NAME',
      describe: `instead of telling it by content: ${traceFormatNames.join(', ')}`,
      completes: traceFormatNames,
    },
    volume: {
      type: 'text',
      value: 'NAME',
      describe: 'of a trace of several volumes; default: the one that is written most',
    },
    output: {
      type: 'text',
      alias: 'o',
      value: 'DIR',
      describe: 'where v0, v1 ... go; without it the trace is only checked',
      completes: 'directory',
    },
    report: {
      type: 'text',
      value: 'DIR',
      describe: 'where a page with charts goes: writes over time, and by address',
      completes: 'directory',
    },
    'cut-writes': {
      type: 'text',
      value: 'N',
      describe: 'a snapshot every N writes (default: a tenth of them)',
    },
    'cut-seconds': { type: 'text', value: 'N', describe: 'a snapshot every N seconds of the trace' },
    size: { type: 'text', value: 'BYTES', describe: 'size of the image; default 64MiB' },
    seed: { type: 'text', value: 'N', describe: 'the same seed gives the same content; default 1' },
    snapshots: { type: 'text', value: 'N', describe: 'how many snapshots at most; default 3' },
    compressibility: {
      type: 'text',
      value: 'SHARE',
      describe: 'of the content made for the writes, from 0 (random) to 1; default 0.4',
    },
  },
  examples: [
    'workloads import run.iolog --report /tmp/run-report',
    'workloads import web_0.csv.gz --volume web_0 --json',
    'workloads import run.iolog -o /tmp/run --cut-writes 1000 --size 1GiB',
  ],
  async run(input, context) {
    const { runImport } = await import('../actions/workloads.js');
    return runImport(input, context);
  },
};
