/** `snapdelta bench kernels`. */
import { UsageError } from '../../base/errors.js';
import { suggestion } from '../../base/suggest.js';
import { textTable } from '../../base/text-table.js';
import { formatBytes, parseBytes } from '../../base/units.js';
import { benchKernels } from '../../harness/bench-kernels.js';
import { countKernels } from '../../harness/exact-kernels.js';
import { withCpuProfile } from '../../harness/io/cpu-profile.js';
import { requireWritable } from '../../harness/io/output-file.js';
import { writeResults } from '../../harness/io/result-file.js';
import { kernelCaseNames } from '../../harness/measurement/kernels/all.js';
import { builtKernelNames } from '../../harness/measurement/kernels/own.js';
import type { ExactKernelResults } from '../../harness/report/exact-kernel-results.js';
import type { KernelResults } from '../../harness/report/kernel-results.js';
import { kernelsTable, sizeNote, targetsSummary, targetsTable } from '../../harness/report/kernel-tables.js';
import { renderTable } from '../../harness/report/terminal.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { tableStyle } from '../table-style.js';
import type { Terminal } from '../terminal.js';

const blockBytesMin = 1024;
const blockBytesMax = 4 * 1024 * 1024;

export async function runBenchKernels(input: Input, context: Context): Promise<Outcome> {
  return input.flag('exact') ? runExact(input, context) : runTimed(input, context);
}

async function runTimed(input: Input, context: Context): Promise<Outcome> {
  if (input.text('workers') !== undefined) {
    throw new UsageError('--workers goes with --exact: speeds are measured on one thread');
  }
  const { signal, terminal } = context;
  const kernels = input.list('kernel').map(kernelNamed);
  const blockBytes = input.list('block').map(blockSize);
  const bytes = bufferSize(input);
  const rounds = input.count('rounds', 1, 1000);
  const profilePath = input.text('cpu-profile');
  const out = input.text('out');
  requireWritable(out, profilePath);
  const measure = (): Promise<KernelResults> =>
    benchKernels({
      signal,
      onProgress: ({ done, total, kernel }) => terminal.progress(`${kernel}: ${done} of ${total}`),
      ...(kernels.length === 0 ? {} : { kernels }),
      ...(blockBytes.length === 0 ? {} : { blockBytes }),
      ...(bytes === undefined ? {} : { bytes }),
      ...(rounds === undefined ? {} : { rounds }),
    });
  const results = await (profilePath === undefined ? measure() : withCpuProfile(profilePath, measure));
  if (out !== undefined) writeResults(out, results);
  return { document: results, text: kernelText(results, terminal), kind: 'answer' };
}

/** Counts instead of times: no rounds, and nothing of the machine in the document. */
async function runExact(input: Input, { signal, terminal }: Context): Promise<Outcome> {
  for (const name of ['rounds', 'cpu-profile']) {
    if (input.text(name) === undefined) continue;
    throw new UsageError(`--${name} does not go with --exact, which counts instructions and takes no time`);
  }
  const kernels = input.list('kernel').map(kernelNamed);
  const uncounted = kernels.find((name) => !builtKernelNames.includes(name));
  if (uncounted !== undefined) {
    throw new UsageError(`${uncounted} has no WebAssembly instructions to count`, {
      hint: 'leave out --exact, or name a kernel that is built here',
    });
  }
  const blockBytes = input.list('block').map(blockSize);
  const bytes = bufferSize(input);
  const workers = input.count('workers', 1, 256);
  const out = input.text('out');
  requireWritable(out);
  const results = await countKernels({
    signal,
    onProgress: ({ done, total }) => terminal.progress(`${done} of ${total}`),
    ...(kernels.length === 0 ? {} : { kernels }),
    ...(blockBytes.length === 0 ? {} : { blockBytes }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(workers === undefined ? {} : { workers }),
  });
  if (out !== undefined) writeResults(out, results);
  return { document: results, text: exactText(results), kind: 'answer' };
}

function exactText({ rows }: ExactKernelResults): string {
  const cells = rows.map(({ kernel, data, blockBytes, instructions, instructionsPerByte }) => [
    kernel,
    data,
    formatBytes(blockBytes),
    instructions.toLocaleString('en'),
    instructionsPerByte.toFixed(4),
  ]);
  return textTable(['kernel', 'data', 'block', 'instructions', 'per byte'], cells);
}

/** A name as it is listed, or with hyphens for its spaces. */
function kernelNamed(given: string): string {
  const name = kernelCaseNames.find((known) => known === given || hyphenated(known) === given);
  if (name !== undefined) return name;
  throw new UsageError(`unknown kernel '${given}'`, {
    hint: suggestion(given, kernelCaseNames.map(hyphenated)),
  });
}

function hyphenated(name: string): string {
  return name.replaceAll(' ', '-');
}

/** Undefined where the default is meant. */
function bufferSize(input: Input): number | undefined {
  const bytes = input.bytes('size');
  if (bytes === undefined || bytes >= blockBytesMin) return bytes;
  throw new UsageError(`--size: ${bytes} is less than ${formatBytes(blockBytesMin)}, the smallest block`);
}

function blockSize(text: string): number {
  const bytes = parseBytes(text, '--block');
  if (bytes >= blockBytesMin && bytes <= blockBytesMax && Number.isInteger(Math.log2(bytes))) return bytes;
  throw new UsageError(`--block: '${text}' is not a power of two from 1 KiB to 4 MiB`);
}

function kernelText({ rows, targets, absent }: KernelResults, terminal: Terminal): string {
  const style = tableStyle(terminal);
  const note = sizeNote(rows);
  return [
    renderTable(kernelsTable(rows), style),
    ...(note === undefined ? [] : ['', note]),
    ...(targets.length === 0
      ? []
      : ['', renderTable(targetsTable(targets), style), '', targetsSummary(targets)]),
    ...(absent.length === 0 ? [] : ['', `not installed: ${absent.join(', ')}`]),
  ].join('\n');
}
