/** Instructions of the whole engine, stage by stage: the same for any number of workers, and compared with a committed baseline. */
import { describe, expect, it } from 'vitest';
import { stoppedClock } from '../../../src/base/clock.js';
import { regionBytes } from '../../../src/base/limits.js';
import { Meter, type InstructionReading } from '../../../src/base/meter.js';
import { apply } from '../../../src/engine/apply/apply.js';
import { diff } from '../../../src/engine/diff.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { resolveStrategy } from '../../../src/engine/strategy/settings.js';
import { strategyNames, type StrategyName } from '../../../src/engine/strategy/strategy.js';
import { chunkedContents, Contents } from '../../../src/harness/measurement/kernels/content.js';
import { createWasmKernels, type KernelBuild } from '../../../src/kernels/load.js';
import { differencesFromGolden, type Counts } from '../../golden/instructions.js';
import { applyEdits, bytesOf, concat, content, image } from '../../support/pairs.js';

interface SnapshotPair {
  readonly base: Snapshot;
  readonly target: Snapshot;
}

function edited(bytes: Uint8Array): SnapshotPair {
  const after = applyEdits(bytes, [
    { kind: 'insert', at: 0.2, length: 3333, seed: 1 },
    { kind: 'overwrite', at: 0.5, length: 70_000, seed: 2 },
    { kind: 'delete', at: 0.7, length: 999 },
  ]);
  return { base: image(bytes, 'base'), target: image(after, 'target') };
}

async function packageOf(pair: SnapshotPair, name: StrategyName, workers: number, kernels: KernelBuild) {
  const run = diff(pair.base, pair.target, {
    strategy: resolveStrategy(name),
    workers,
    kernels,
    clock: stoppedClock,
  });
  const frames: Uint8Array[] = [];
  for await (const frame of run) frames.push(frame);
  return { bytes: concat(...frames), instructions: run.summary.reading.instructions };
}

async function applied(pair: SnapshotPair, bytes: Uint8Array): Promise<InstructionReading | undefined> {
  const target = memoryTarget();
  const kernels = createWasmKernels('metered');
  const meter = new Meter(stoppedClock, kernels.instructions);
  const { reading } = await apply(pair.base, [bytes], target, { kernels, meter });
  expect(Buffer.compare(bytesOf(target.snapshot()), bytesOf(pair.target))).toBe(0);
  return reading.instructions;
}

describe.each(strategyNames)('%s', (name) => {
  it('executes the same instructions with one, two and three workers', async () => {
    // Regions travel in fours: three workers have some each.
    const pair = edited(content(11, 9 * regionBytes + 12_345));
    const one = await packageOf(pair, name, 1, 'metered');
    expect(Object.keys(one.instructions?.stages ?? {}).length).toBeGreaterThan(2);
    for (const workers of [2, 3]) {
      const more = await packageOf(pair, name, workers, 'metered');
      expect(more.instructions).toEqual(one.instructions);
      expect(Buffer.compare(more.bytes, one.bytes)).toBe(0);
    }
  });
});

describe('the baseline', () => {
  it('holds every strategy, stage by stage, to the instruction', async () => {
    const contents = new Contents();
    const pair = edited(concat(...chunkedContents.map((kind) => contents.bytes(kind, 2 ** 21))));
    const counts: Record<string, Counts[string]> = {};
    for (const name of strategyNames) {
      const { bytes, instructions } = await packageOf(pair, name, 1, 'metered');
      counts[`diff, ${name}`] = named(instructions);
      counts[`apply, ${name}`] = named(await applied(pair, bytes));
      const plain = await packageOf(pair, name, 1, 'plain');
      expect(plain.instructions).toBeUndefined();
      expect(Buffer.compare(plain.bytes, bytes)).toBe(0);
    }
    expect(differencesFromGolden('pipeline-instructions.json', counts)).toEqual([]);
  });
});

function named(reading: InstructionReading | undefined): Counts[string] {
  expect(reading).toBeDefined();
  return {
    ...reading?.stages,
    'outside of stages': reading?.other ?? NaN,
    'once in each lane': reading?.eachLane ?? NaN,
  };
}
