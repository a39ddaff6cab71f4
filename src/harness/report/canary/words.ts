/** A rollout in words: what was decided, why, and what that spared whom. */
import { formatBytes, formatDuration } from '../../../base/units.js';
import { shareWords, unitsWords } from '../../canary/judge.js';
import type { Basis } from '../../canary/metrics.js';
import { basisOf } from '../../canary/rollout.js';
import type { CanaryMetricFinding, CanaryResults, CanaryTrials } from './results.js';

/** `rejected in shadow: +33.8 % wire bytes` */
export function canaryHeadline(results: CanaryResults): string {
  const { state, fleet } = results;
  const stage = lastStageOf(results);
  const sides = `${sideWords(results, 'candidate')} against ${sideWords(results, 'stable')}`;
  const over = unitsWords(fleet.volumes, basisOfResults(results).unit);
  switch (state) {
    case 'promoted':
      return `promoted: ${sides}, over ${over}`;
    case 'rejected':
      return `rejected at stage ${stage?.name ?? ''}: ${sides}`;
    case 'inconclusive':
      return `inconclusive: ${sides}, over ${over}`;
    case 'rolled-back':
      return `rolled back after stage ${stage?.name ?? ''}: ${sides}`;
    case 'waiting':
      return `stage ${stage?.name ?? ''} has passed, the next one waits for an approval: ${sides}`;
    case 'running':
      return `running, ${stage === undefined ? 'no stage done' : `stage ${stage.name} done`}: ${sides}`;
  }
}

/** What was judged, and by which metrics. */
export function basisOfResults({ directories }: CanaryResults): Basis {
  return basisOf(directories === undefined ? {} : { directories });
}

/** `adaptive`, `adaptive of v1.2 (0123456789)` */
function sideWords(results: CanaryResults, side: 'stable' | 'candidate'): string {
  const { id } = results[side];
  const { programs } = results.directories ?? {};
  const isOne = programs === undefined || programs.stable.label === programs.candidate.label;
  return isOne ? id : `${id} of ${programs[side].label}`;
}

/** Sentences, the weightiest first. */
export function canaryReasons(results: CanaryResults): string[] {
  const finding = lastStageOf(results)?.finding;
  const action = results.actions.at(-1);
  const told =
    results.state === 'rolled-back' && action !== undefined
      ? [`by ${action.by}${action.purpose === '' ? '' : `: ${action.purpose}`}`]
      : [];
  return [...told, ...(finding?.reasons ?? []), ...gateSentences(results), blastSentence(results)];
}

export function lastStageOf({ stages }: CanaryResults): CanaryResults['stages'][number] | undefined {
  return stages.findLast(({ finding }) => finding !== null);
}

function gateSentences(results: CanaryResults): string[] {
  const gates = lastStageOf(results)?.finding?.gates ?? [];
  const { unit } = basisOfResults(results);
  const whole = gates.filter(({ problems, checked }) => problems.length === 0 && checked > 0);
  if (whole.length === 0) return [];
  return [
    `gates that held: ${whole.map(({ gate, checked }) => `${gate} (${unitsWords(checked, unit)})`).join(', ')}`,
  ];
}

/** What a rollout to all at once would have reached, and this one did not. */
export function blastSentence(results: CanaryResults): string {
  const { state, exposed, spared, fleet, directories } = results;
  const { unit } = basisOfResults(results);
  const all = unitsWords(fleet.volumes, unit);
  if (directories !== undefined) {
    const compared = lastStageOf(results)?.seen ?? 0;
    return `all in the shadow: of ${all} ${compared} ran with both sides, and nothing that the candidate made is kept`;
  }
  if (state === 'promoted') return `all ${all} run with the candidate`;
  const reached =
    exposed === 0 ? 'no volume has' : exposed === 1 ? '1 volume has' : `${exposed} volumes have`;
  return `${reached} run with the candidate for real; ${spared} of ${fleet.volumes} were spared`;
}

/** What ran with both sides, and what the figures are. */
export function comparedSentence({ fleet, directories }: CanaryResults): string {
  if (directories === undefined) {
    return `Fleet ${fleet.seed}: ${fleet.volumes} simulated volumes, each with a first version and ${fleet.pushesEach} more. Simulated time and exact counts: the same on every machine.`;
  }
  const { folders, link, rounds } = directories;
  const paths = folders.map(({ path, snapshots }) => `${path} (${snapshots.length} snapshots)`);
  return (
    `Directories: ${paths.join(', ')}. Bytes are exact; CPU and memory are of processes, the least of ${rounds} runs. ` +
    `The link: ${link.megabitsPerSecond} Mbit/s, round trip ${formatDuration(link.roundTripMs)}.`
  );
}

/** How often such a judge errs. */
export function trialsSentence({
  count,
  badPromoted,
  harmlessRejected,
  harmlessUndecided,
}: CanaryTrials): string {
  const undecided = harmlessUndecided === 0 ? '' : `, ${harmlessUndecided} left undecided`;
  return `of ${count} bad candidates ${badPromoted} were promoted, of ${count} harmless ones ${harmlessRejected} rejected${undecided}`;
}

export function metricValue(value: number | null, { unit }: Pick<CanaryMetricFinding, 'unit'>): string {
  if (value === null) return '-';
  if (unit === 'B') return formatBytes(value);
  if (unit === 'ms') return formatDuration(value);
  return String(Number(value.toPrecision(4)));
}

/** `-0.3 % to +1.2 %` */
export function boundsWords({ low, high }: Pick<CanaryMetricFinding, 'low' | 'high'>): string {
  return `${shareWords(low)} to ${high === null ? 'any' : shareWords(high)}`;
}
