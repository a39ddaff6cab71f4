/**
 * Compares two sides on steps from one snapshot to the next: packages made and applied as processes of each side, taken in turn round by round, so that what the machine does meanwhile meets both.
 *
 * Law: of each side and step every package is the same, in every round and with two workers, and applied gives the target to the last byte and attribute; whatever breaks this on the
 * candidate's side is a finding, on the stable one an error. The least of the rounds counts: other work makes processes slower, never faster.
 */
import { createHash } from 'node:crypto';
import { createReadStream, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UsageError, present } from '../../base/errors.js';
import type { Random } from '../../base/prng.js';
import { stepSyncMs, type DirectoryUnit, type SnapshotStep } from '../canary/directories.js';
import type { UnitComparison } from '../canary/directory-run.js';
import type { GateName, Problem } from '../canary/gates.js';
import type { VolumeFigures } from '../canary/volume-run.js';
import type { LinkKind } from '../links/link-kinds.js';
import { makeFolder } from '../../engine/snapshot/make-folder.js';
import { firstDifference } from './compare-trees.js';
import { mixedHistory } from './shadow-history.js';
import type { Ran, ShadowProgram } from './shadow-program.js';

const sideNames = ['stable', 'candidate'] as const;
export type SideName = (typeof sideNames)[number];

export interface ShadowOptions {
  readonly programs: Readonly<Record<SideName, ShadowProgram>>;
  /** Whether the two sides are different programs; otherwise each is compatible with the other. */
  readonly areVersions: boolean;
  readonly link: LinkKind;
  readonly rounds: number;
  /** Of the coins that say which side goes first. */
  readonly random: Random;
  /** CPU of a process of Node that does nothing. */
  readonly emptyCpuMs: number;
  /** Emptied again after each step. */
  readonly folder: string;
  /** Takes the stable side's package of a step that was found whole. */
  readonly onKept: (step: SnapshotStep, packagePath: string) => void;
  readonly signal?: AbortSignal;
}

/** Of one side and step: the least of its rounds. */
interface StepCost {
  readonly bytes: number;
  diffMs: number;
  applyMs: number;
  peakBytes: number;
}

/** What a candidate did wrong: ends the unit. */
class Found extends Error {
  readonly gate: GateName;

  constructor(gate: GateName, message: string) {
    super(message);
    this.gate = gate;
  }
}

export class ShadowBench {
  readonly #options: ShadowOptions;

  constructor(options: ShadowOptions) {
    this.#options = options;
  }

  /** Throws UsageError where the stable side breaks a gate itself or a side does not take its options, WorldError, CancelledError. */
  async compare(unit: DirectoryUnit, isFirst: boolean): Promise<UnitComparison> {
    const { areVersions, programs, folder, signal } = this.#options;
    const checked: GateName[] = ['exactness', 'determinism', 'invariants'];
    if (areVersions) checked.push('compatibility');
    const costs: Record<SideName, StepCost>[] = [];
    try {
      for (const step of unit.steps) costs.push(await this.#step(step));
      const [first] = unit.steps;
      if (areVersions && isFirst && first !== undefined) {
        checked.push('rollback');
        const problem = await mixedHistory(programs, first, join(folder, 'history'), signal);
        if (problem !== undefined) throw new Found(problem.gate, problem.message);
      }
    } catch (error) {
      if (!(error instanceof Found)) throw error;
      const problem: Problem = {
        gate: error.gate,
        volume: unit.number,
        message: `${unit.name}: ${error.message}`,
      };
      // Of the others nobody knows how far they were met.
      return { pair: undefined, problems: [problem], checked: [error.gate] };
    } finally {
      for (const name of ['history', 'step']) rmSync(join(folder, name), { recursive: true, force: true });
    }
    const side = (name: SideName): VolumeFigures => this.#figures(costs.map((cost) => cost[name]));
    const pair = { number: unit.number, stable: side('stable'), candidate: side('candidate') };
    return { pair, problems: [], checked };
  }

  #figures(costs: readonly StepCost[]): VolumeFigures {
    const { link } = this.#options;
    const sum = (of: (cost: StepCost) => number): number => costs.reduce((all, cost) => all + of(cost), 0);
    const bytes = sum((cost) => cost.bytes);
    return {
      syncMs: costs.map((cost) => stepSyncMs(link, cost)),
      wireBytes: bytes,
      storedBytes: bytes,
      workMs: sum((cost) => cost.diffMs),
      applyMs: sum((cost) => cost.applyMs),
      peakBytes: Math.max(...costs.map((cost) => cost.peakBytes)),
      retries: 0,
    };
  }

  async #step(step: SnapshotStep): Promise<Record<SideName, StepCost>> {
    const { rounds, random, folder, onKept } = this.#options;
    const own = join(folder, 'step');
    makeFolder(own);
    const found = new Map<SideName, StepCost>();
    const digests = new Map<SideName, string>();
    const first = random.below(2);
    for (let round = 0; round < rounds; round++) {
      const order = (first + round) % 2 === 0 ? sideNames : [...sideNames].reverse();
      for (const side of order) {
        const packagePath = join(own, `${side}.sdelta`);
        const cost = await this.#round(side, step, packagePath, round === 0);
        const digest = await sha256Of(packagePath);
        const before = digests.get(side);
        if (before !== undefined && before !== digest)
          this.#broken(side, 'determinism', 'a second run gives another package');
        digests.set(side, digest);
        const least = found.get(side);
        found.set(side, least === undefined ? cost : leastOf(least, cost));
      }
    }
    for (const side of sideNames) {
      const packagePath = join(own, `${side}-2.sdelta`);
      this.#require(side, 'invariants', await this.#diff(side, step, packagePath, 2));
      if ((await sha256Of(packagePath)) !== digests.get(side))
        this.#broken(side, 'determinism', 'with two workers the package is another one');
    }
    if (this.#options.areVersions) await this.#crossed(step, own);
    onKept(step, join(own, 'stable.sdelta'));
    rmSync(own, { recursive: true, force: true });
    const [stable, candidate] = sideNames.map((side) => present(found.get(side), side));
    return { stable: present(stable, 'stable'), candidate: present(candidate, 'candidate') };
  }

  async #round(
    side: SideName,
    step: SnapshotStep,
    packagePath: string,
    isCompared: boolean,
  ): Promise<StepCost> {
    rmSync(packagePath, { force: true });
    const diff = this.#require(side, 'invariants', await this.#diff(side, step, packagePath, 1));
    const apply = await this.#applied(side, side, step, packagePath, isCompared, 'exactness');
    const { emptyCpuMs } = this.#options;
    const net = (seconds: number): number => Math.max(0, seconds * 1000 - emptyCpuMs);
    return {
      bytes: statSync(packagePath).size,
      diffMs: net(diff.cpuSeconds),
      applyMs: net(apply.cpuSeconds),
      peakBytes: Math.max(diff.peakRssBytes, apply.peakRssBytes),
    };
  }

  /** Each applies what the other one wrote: agents and servers are not upgraded all at once. */
  async #crossed(step: SnapshotStep, own: string): Promise<void> {
    for (const [reader, writer] of [
      ['stable', 'candidate'],
      ['candidate', 'stable'],
    ] as const) {
      await this.#applied(reader, writer, step, join(own, `${writer}.sdelta`), true, 'compatibility');
    }
  }

  async #applied(
    reader: SideName,
    writer: SideName,
    step: SnapshotStep,
    packagePath: string,
    isCompared: boolean,
    gate: GateName,
  ): Promise<Extract<Ran, { usage: unknown }>['usage']> {
    const rebuiltPath = join(this.#options.folder, 'step', 'rebuilt');
    rmSync(rebuiltPath, { recursive: true, force: true });
    // What cannot be read by the other one is the candidate's fault, whoever reads.
    const culprit = reader === writer ? reader : 'candidate';
    const ran = await this.#options.programs[reader].apply(step.basePath, packagePath, rebuiltPath);
    const whose = reader === writer ? '' : `the ${reader} side, of the ${writer} side's package: `;
    const usage = this.#require(culprit, gate, ran, whose);
    const difference = isCompared ? firstDifference(step.targetPath, rebuiltPath) : undefined;
    if (difference !== undefined)
      this.#broken(culprit, gate, `${whose}what was rebuilt is not the target: ${difference}`);
    return usage;
  }

  #diff(side: SideName, step: SnapshotStep, packagePath: string, workers: number): Promise<Ran> {
    return this.#options.programs[side].diff(step.basePath, step.targetPath, packagePath, workers);
  }

  #require(side: SideName, gate: GateName, ran: Ran, whose = ''): Extract<Ran, { usage: unknown }>['usage'] {
    if ('usage' in ran) return ran.usage;
    return this.#broken(side, gate, `${whose}${ran.failure}`);
  }

  #broken(side: SideName, gate: GateName, message: string): never {
    if (side === 'candidate') throw new Found(gate, message);
    throw new UsageError(`the stable side itself breaks ${gate}: ${message}`);
  }
}

function leastOf(a: StepCost, b: StepCost): StepCost {
  return {
    bytes: a.bytes,
    diffMs: Math.min(a.diffMs, b.diffMs),
    applyMs: Math.min(a.applyMs, b.applyMs),
    peakBytes: Math.min(a.peakBytes, b.peakBytes),
  };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
