/** A rollout in words: what was decided, why, and what that spared whom. */
import { formatBytes, formatDuration } from '../../../base/units.js';
import { shareWords } from '../../canary/judge.js';
import { counted } from '../trace-words.js';
import type { CanaryMetricFinding, CanaryResults, CanaryTrials } from './results.js';

/** `rejected in shadow: +33.8 % wire bytes` */
export function canaryHeadline(results: CanaryResults): string {
  const { state, candidate, stable, fleet } = results;
  const stage = lastStageOf(results);
  const sides = `${candidate.id} against ${stable.id}`;
  switch (state) {
    case 'promoted':
      return `promoted: ${sides}, over ${counted(fleet.volumes, 'volume')}`;
    case 'rejected':
      return `rejected at stage ${stage?.name ?? ''}: ${sides}`;
    case 'inconclusive':
      return `inconclusive: ${sides}, over ${counted(fleet.volumes, 'volume')}`;
    case 'rolled-back':
      return `rolled back after stage ${stage?.name ?? ''}: ${sides}`;
    case 'waiting':
      return `stage ${stage?.name ?? ''} has passed, the next one waits for an approval: ${sides}`;
    case 'running':
      return `running, ${stage === undefined ? 'no stage done' : `stage ${stage.name} done`}: ${sides}`;
  }
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
  const whole = gates.filter(({ problems, checked }) => problems.length === 0 && checked > 0);
  if (whole.length === 0) return [];
  return [
    `gates that held: ${whole.map(({ gate, checked }) => `${gate} (${counted(checked, 'volume')})`).join(', ')}`,
  ];
}

/** What a rollout to all at once would have reached, and this one did not. */
export function blastSentence({ state, exposed, spared, fleet }: CanaryResults): string {
  if (state === 'promoted') return `all ${counted(fleet.volumes, 'volume')} run with the candidate`;
  const reached =
    exposed === 0 ? 'no volume has' : exposed === 1 ? '1 volume has' : `${exposed} volumes have`;
  return `${reached} run with the candidate for real; ${spared} of ${fleet.volumes} were spared`;
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
