/** `snapdelta simulate`. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { UsageError, exitCodes } from '../../base/errors.js';
import { formatDuration } from '../../base/units.js';
import { requireWritable, replaceFile } from '../../harness/io/output-file.js';
import { scenarioPath } from '../../harness/io/shipped-scenarios.js';
import { writeResults } from '../../harness/io/result-file.js';
import { readCalibrationFile, readScenarioFile } from '../../harness/io/simulation-files.js';
import { minimisedFailure, recordedTrace } from '../../harness/minimise-failure.js';
import type { SimulationResults } from '../../harness/report/simulation-results.js';
import { simulateSeeds } from '../../harness/simulate-seeds.js';
import type { SimulateProgress } from '../../harness/simulate-seeds.js';
import { SimulationLane, scenarioOf } from '../../harness/simulate/lane.js';
import type { SimulationSetup } from '../../harness/simulate/lane.js';
import type { MinimiseProgress } from '../../simulator/minimise/minimise.js';
import type { Scenario } from '../../simulator/scenario/scenario.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { fixtureText, runText, scenarioSize, seedsText, verdictText } from '../text/simulation.js';
import { counted } from '../text/words.js';

const seedMax = 2 ** 32 - 1;
const workersMax = 256;

export async function runSimulate(input: Input, { signal, terminal }: Context): Promise<Outcome> {
  const scenarioGiven = input.text('scenario');
  const calibrationPath = input.text('calibration');
  const [out, tracePath, fixtureGiven] = [input.text('out'), input.text('trace'), input.text('minimise')];
  const report = input.text('report');
  if (scenarioGiven !== undefined && input.flag('swarm'))
    throw new UsageError('--swarm and --scenario exclude each other', {
      hint: 'a swarm draws its scenarios from seeds',
    });
  const setup: SimulationSetup = {
    ...(scenarioGiven === undefined ? {} : { scenario: readScenarioFile(scenarioPath(scenarioGiven)) }),
    ...(calibrationPath === undefined ? {} : { calibration: readCalibrationFile(calibrationPath) }),
  };
  const { firstSeed, lastSeed } = seedsOf(input, setup.scenario);
  const isOne = firstSeed === lastSeed;
  const untilFailure = input.flag('until-failure');
  if (tracePath !== undefined && !isOne)
    throw new UsageError('--trace needs one seed', { hint: 'add --seed N' });
  if (lastSeed === seedMax && !isOne && !untilFailure)
    throw new UsageError('--seeds without an end needs --until-failure', { hint: 'write A..B' });
  requireWritable(
    out,
    tracePath,
    fixtureGiven === '' ? undefined : fixtureGiven,
    report === undefined ? undefined : join(report, 'index.html'),
  );

  const seeds = {
    firstSeed,
    lastSeed,
    workers: input.count('workers', 1, workersMax) ?? (isOne ? 1 : availableParallelism()),
    untilFailure,
    isChecked: input.flag('check-determinism'),
    signal,
  };
  const total = lastSeed - firstSeed + 1;
  const results = await simulateSeeds({ ...setup, ...seeds }, (progress) =>
    terminal.progress(seedsLine(progress, untilFailure ? undefined : total)),
  );
  if (out !== undefined) writeResults(out, results);
  if (report !== undefined) {
    const { writeReport } = await import('../../harness/io/write-report.js');
    await writeReport(results, report, { signal });
  }
  if (tracePath !== undefined)
    replaceFile(tracePath, await recordedTrace(scenarioOf(setup, firstSeed), setup.calibration));

  const isStopped = signal.aborted && results.rows.length < total;
  const told = isOne ? firstSeed : results.rows.find(({ violation }) => violation !== null)?.seed;
  const command = again(scenarioGiven, calibrationPath);
  const texts = terminal.quiet ? [verdictText(results, command)] : isOne ? [] : [seedsText(results)];
  if (told !== undefined && !terminal.quiet) {
    const outcome = await new SimulationLane(setup).run(scenarioOf(setup, told));
    texts.push(runText(outcome, `${command} --seed ${told}`));
  }
  if (isOne) texts.push(...determinismLines(results));
  if (isStopped) texts.push(stoppedText(results, lastSeed, total, command));
  else if (fixtureGiven !== undefined)
    texts.push(
      await minimised(setup, results, fixtureGiven, signal, (progress) =>
        terminal.progress(minimisingLine(progress)),
      ),
    );
  return {
    document: results,
    text: texts.join('\n\n'),
    kind: 'answer',
    exitCode: isStopped ? exitCodes.cancelled : exitCodeOf(results),
  };
}

/** Of --seed, --seeds, the scenario, or 0..99; both ends included. */
function seedsOf(
  input: Input,
  scenario: Scenario | undefined,
): { readonly firstSeed: number; readonly lastSeed: number } {
  const seed = input.count('seed', 0, seedMax);
  const given = input.text('seeds');
  if (seed !== undefined && given !== undefined)
    throw new UsageError('--seed and --seeds exclude each other');
  if (seed !== undefined) return { firstSeed: seed, lastSeed: seed };
  if (given === undefined)
    return scenario === undefined
      ? { firstSeed: 0, lastSeed: 99 }
      : { firstSeed: scenario.seed, lastSeed: scenario.seed };
  const [, first, last] = /^(\d{1,10})\.\.(\d{0,10})$/.exec(given) ?? [];
  const firstSeed = Number(first ?? NaN);
  const lastSeed = last === '' ? seedMax : Number(last ?? NaN);
  if (!(firstSeed <= lastSeed && lastSeed <= seedMax))
    throw new UsageError(`--seeds: expected A..B or A.., with A <= B <= ${seedMax}, not '${given}'`);
  return { firstSeed, lastSeed };
}

function exitCodeOf({ violationCount, determinism }: SimulationResults): number {
  if (determinism !== null && determinism.divergences.length > 0) return exitCodes.nondeterministic;
  return violationCount > 0 ? exitCodes.rejected : exitCodes.ok;
}

/** The command without its seeds. */
function again(scenario: string | undefined, calibration: string | undefined): string {
  const own = scenario === undefined ? '' : ` --scenario ${scenario}`;
  const costs = calibration === undefined ? '' : ` --calibration ${calibration}`;
  return `snapdelta simulate${own}${costs}`;
}

/** Stopped by a signal: what was done, and how to go on. */
function stoppedText({ rows }: SimulationResults, lastSeed: number, total: number, command: string): string {
  const next = (rows.at(-1)?.seed ?? -1) + 1;
  const isEndless = lastSeed === seedMax;
  const left = isEndless ? `${next}.. --until-failure` : `${next}..${lastSeed}`;
  return `stopped after ${rows.length}${isEndless ? '' : ` of ${total}`} seeds; go on with: ${command} --seeds ${left}`;
}

function determinismLines({ determinism }: SimulationResults): string[] {
  if (determinism === null) return [];
  const [found] = determinism.divergences;
  return [
    found === undefined
      ? 'the same digest in another process'
      : `NOT DETERMINISTIC: seed ${found.seed} gave ${found.first}, and ${found.second} in another process`,
  ];
}

/** Writes the fixture of the first failing seed, and says what it is. */
async function minimised(
  setup: SimulationSetup,
  { rows }: SimulationResults,
  given: string,
  signal: AbortSignal,
  onProgress: (progress: MinimiseProgress) => void,
): Promise<string> {
  const failing = rows.find(({ violation }) => violation !== null);
  if (failing === undefined) return 'nothing to minimise: no seed broke an invariant';
  const path = given === '' ? `failure-${failing.seed}.json` : given;
  requireWritable(path);
  const scenario = scenarioOf(setup, failing.seed);
  const fixture = await minimisedFailure(scenario, setup.calibration, { signal, onProgress });
  if (fixture === undefined) return `seed ${failing.seed} broke nothing when it was run again`;
  replaceFile(path, `${JSON.stringify(fixture, null, 2)}\n`);
  return fixtureText(path, scenario, fixture);
}

function seedsLine(
  { doneCount, violationCount, simulatedMs, elapsedMs }: SimulateProgress,
  total: number | undefined,
): string {
  const of = total === undefined ? '' : ` of ${total}`;
  const perSecond = Math.round((doneCount / elapsedMs) * 1000);
  return `${doneCount}${of} seeds, ${perSecond}/s, ${counted(violationCount, 'violation')}, ${formatDuration(simulatedMs)} simulated`;
}

function minimisingLine({ runCount, trying, scenario }: MinimiseProgress): string {
  return `minimising: ${counted(runCount, 'run')}, ${trying}; ${scenarioSize(scenario)}`;
}
