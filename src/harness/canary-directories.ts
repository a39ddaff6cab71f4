/** Stages over real directories, made ready when the first of them runs: programs, a meter, a place for what is thrown away; the stable side's packages are kept. */
import { basename, join } from 'node:path';
import { Random } from '../base/prng.js';
import { UsageError } from '../base/errors.js';
import { unitsOf, type DirectoryPlan, type SnapshotStep } from './canary/directories.js';
import { directoryStages } from './canary/directory-run.js';
import type { StageRunner } from './canary/rollout.js';
import { emptyCpuSeconds } from './io/own-program.js';
import { replaceWithCopy } from './io/output-file.js';
import { coresToHold } from './io/cores.js';
import { ProcessMeter } from './io/process-meter.js';
import { readyProgram, type ReadyProgram } from './io/program-builds.js';
import { Scratch } from './io/scratch.js';
import { ShadowBench } from './io/shadow-bench.js';
import { ShadowProgram } from './io/shadow-program.js';

export interface DirectoryStagesOptions {
  readonly plan: DirectoryPlan;
  readonly seed: number;
  /** Where the stable side's packages go; without it they are thrown away once they are proved. */
  readonly keptPath?: string;
  readonly signal?: AbortSignal;
  /** What is made ready, in words. */
  readonly onStep?: (step: string) => void;
}

/** Of one diff or apply: what takes longer hangs. */
const timeoutMs = 3_600_000;
/** Of a Node process that does nothing, of which the least counts. */
const emptyRuns = 5;

export class DirectoryStages {
  readonly #options: DirectoryStagesOptions;
  readonly #builds: ReadyProgram[] = [];
  #scratch: Scratch | undefined;
  #stages: StageRunner | undefined;

  constructor(options: DirectoryStagesOptions) {
    this.#options = options;
  }

  /** Throws UsageError, WorldError, CancelledError, and what comparing throws. */
  readonly run: StageRunner = async (stage, before, onVolume) => {
    this.#stages ??= await this.#opened();
    return this.#stages(stage, before, onVolume);
  };

  async close(): Promise<void> {
    this.#scratch?.remove();
    for (const build of this.#builds) await build.close();
  }

  async #opened(): Promise<StageRunner> {
    const { plan, seed, signal, onStep = () => undefined } = this.#options;
    const { programs, link, rounds } = plan;
    this.#scratch = new Scratch();
    const { path: folder } = this.#scratch;
    const meter = new ProcessMeter({ cores: coresToHold(1), timeoutMs, folder, signal });
    const keyPath = join(folder, 'key');
    const shadow = async (side: 'stable' | 'candidate'): Promise<ShadowProgram> => {
      const build = await readyProgram(programs[side], `${side}-program`, signal, onStep);
      this.#builds.push(build);
      return new ShadowProgram(build.path, programs[side], meter, join(folder, 'printed'), keyPath);
    };
    const [stable, candidate] = [await shadow('stable'), await shadow('candidate')];
    if (programs.stable.isSigned || programs.candidate.isSigned) {
      const made = await stable.run('keys', 'init', keyPath, '--quiet');
      if ('failure' in made) throw new UsageError(`the stable side itself fails: ${made.failure}`);
    }
    const empty: number[] = [];
    for (let i = 0; i < emptyRuns; i++) empty.push(await emptyCpuSeconds(meter, join(folder, 'empty')));
    const bench = new ShadowBench({
      programs: { stable, candidate },
      areVersions: JSON.stringify(programs.stable.from) !== JSON.stringify(programs.candidate.from),
      link,
      rounds,
      random: new Random(seed).fork('sides'),
      emptyCpuMs: Math.min(...empty) * 1000,
      folder: join(folder, 'bench'),
      onKept: (step, packagePath) => this.#keep(step, packagePath),
      ...(signal === undefined ? {} : { signal }),
    });
    return directoryStages(unitsOf(plan), (unit, isFirst) => bench.compare(unit, isFirst));
  }

  /** Whole or not at all. */
  #keep({ folder, number }: SnapshotStep, packagePath: string): void {
    const { keptPath, plan } = this.#options;
    if (keptPath === undefined) return;
    const name = basename(plan.folders[folder]?.path ?? '');
    const kept = join(keptPath, `${folder + 1}-${name}`);
    replaceWithCopy(join(kept, `${String(number).padStart(4, '0')}.sdelta`), packagePath);
  }
}
