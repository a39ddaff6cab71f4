/** Tables of a rollout: stages, gates, metrics, candidates whose worth is known. */
import { shareWords, unitsWords } from '../../canary/judge.js';
import { directoryGateWords, gateWords } from '../../canary/gates.js';
import { groupWeights } from '../../canary/metrics.js';
import type { Table } from '../tables.js';
import type { CanaryResults } from './results.js';
import { basisOfResults, boundsWords, lastStageOf, metricValue } from './words.js';

const left = (title: string) => ({ title, align: 'left' as const });
const right = (title: string) => ({ title, align: 'right' as const });
const number = (value: number) => ({ text: String(value), value });
const share = (value: number) => ({ text: shareWords(value), value });

export function canaryStagesTable({ stages }: CanaryResults): Table {
  return {
    title: 'Stages',
    columns: [
      left('stage'),
      right('with the candidate'),
      right('compared'),
      left('decision'),
      right('score'),
    ],
    rows: stages.map(({ name, exposed, seen, finding }) => [
      name,
      number(exposed),
      number(finding === null ? 0 : seen),
      finding?.decision ?? 'not run',
      finding === null ? { text: '', value: 0 } : share(finding.score),
    ]),
  };
}

/** `volumes`, `steps` */
function units(results: CanaryResults): string {
  return unitsWords(2, basisOfResults(results).unit).slice(2);
}

/** As of the last stage that was run. */
export function canaryMetricsTable(results: CanaryResults): Table {
  const metrics = lastStageOf(results)?.finding?.metrics ?? [];
  return {
    title: 'Metrics',
    columns: [
      left('metric'),
      left('finding'),
      right('stable'),
      right('candidate'),
      right('change'),
      right('surely'),
      right(units(results)),
      right('weight'),
    ],
    rows: metrics.map((one) => [
      one.metric,
      one.status,
      { text: metricValue(one.stable, one), value: one.stable ?? 0 },
      { text: metricValue(one.candidate, one), value: one.candidate ?? 0 },
      share(one.change),
      boundsWords(one),
      number(one.volumes),
      { text: `${one.group} ${groupWeights[one.group]}`, value: groupWeights[one.group] },
    ]),
  };
}

export function canaryGatesTable(results: CanaryResults): Table {
  const { unit } = basisOfResults(results);
  const words = results.directories === undefined ? gateWords : directoryGateWords;
  const gates = lastStageOf(results)?.finding?.gates ?? [];
  return {
    title: 'Gates',
    columns: [left('gate'), left('finding'), right(`${units(results)} checked`), left('what it asks')],
    rows: gates.map(({ gate, checked, problems: [first, ...more] }) => [
      gate,
      first === undefined
        ? checked === 0
          ? 'not checked'
          : 'holds'
        : `${unit} ${first.volume}: ${first.message}${more.length === 0 ? '' : ` (and ${more.length} more)`}`,
      number(checked),
      words[gate],
    ]),
  };
}

export function canaryTrialsTable({ trials }: CanaryResults): Table {
  return {
    title: 'Candidates whose worth is known',
    columns: [
      left('kind'),
      left('what is planted'),
      left('decision'),
      left('at stage'),
      right('largest change'),
      left('why'),
    ],
    rows: (trials?.trials ?? []).map(({ kind, name, decision, stage, worst, reason }) => [
      kind,
      name,
      decision,
      stage,
      share(worst),
      reason,
    ]),
  };
}

/** What each metric is. */
export function canaryWordsTable(results: CanaryResults): Table {
  return {
    title: 'What is compared',
    columns: [left('metric'), left('group'), left('what it is')],
    rows: basisOfResults(results).metrics.map(({ name, group, words }) => [name, group, words]),
  };
}
