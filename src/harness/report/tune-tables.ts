/** What `tune` found, in sentences and tables. Every figure comes from the results. */
import { formatDuration, formatNumber } from '../../base/units.js';
import type { ConfigurationRecord } from '../experiment/configuration.js';
import type { Cell, Column, Table } from './tables.js';
import type { TuneResults } from './tune-results.js';
import { formatBitRate, formatPercent, metricWords } from './words.js';

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });
const ratio = (value: number): Cell => ({ text: `${value.toFixed(3)}x`, value });
const count = (value: number): Cell => ({ text: value.toLocaleString('en'), value });

/** The verdict in one line. */
export function tuneHeadline({ profile, verdict }: TuneResults): string {
  const { kind, recommended, score, measuredScore } = verdict;
  switch (kind) {
    case 'better': {
      const measured = measuredScore === null ? 'not measured' : `measured ${measuredScore.toFixed(3)}`;
      return `${profile.name}: ${recommended} is better than the profile's own strategy: score ${score.toFixed(3)} of its (${measured})`;
    }
    case 'none is better':
      return `${profile.name}: nothing that was tried is better than the profile's own strategy by more than 3 %`;
    case 'not confirmed':
      return `${profile.name}: keep the profile's own strategy: what seemed better did not hold when measured`;
  }
}

/** Why, and how far it can be believed. */
export function tuneReasons(results: TuneResults): string[] {
  const { verdict, search, trials, points, options, workloads } = results;
  const { arms, leader } = search;
  const whole = trials.filter(({ score }) => score !== null).length;
  const worth = ({ gain, workMs }: { gain: number; workMs: number }): string =>
    workMs === 0 || gain === 0
      ? 'nothing'
      : `${formatNumber(gain / (workMs / 1000))} for each second of work`;
  const searched =
    `${trials.length} of ${points} points were tried, ${whole} of them on all ${workloads.length} workloads, ` +
    `for ${formatDuration(search.spentMs)} of modelled CPU${search.isExhausted ? ': all there are' : ''}.`;
  const compared =
    leader === null
      ? []
      : [
          `${leader === 'evolution' ? 'Evolution' : 'Chance'} had most turns: evolution added ${worth(arms.evolution)} to the hypervolume, chance ${worth(arms.chance)}.`,
        ];
  const objectives = verdict.kind !== 'better' ? [] : verdict.objectives.map(objectiveSentence);
  const passed = verdict.passedOver.map(
    ({ configuration, score, reason }) =>
      `${configuration} seemed better (score ${score.toFixed(3)}), but ${reason}.`,
  );
  const unmeasured =
    options.rounds === 0 ? ['Nothing was measured: times are modelled from exact counts.'] : [];
  return [...objectives, ...passed, searched, ...compared, ...linkSentences(results), ...unmeasured];
}

function objectiveSentence({
  metric,
  weight,
  ratio: modelled,
  measuredRatio,
}: TuneResults['verdict']['objectives'][number]): string {
  const { title } = metricWords[metric];
  const change = modelled < 1 ? `${formatPercent(1 - modelled)} less` : `${formatPercent(modelled - 1)} more`;
  const same = Math.abs(modelled - 1) < 0.005 ? 'the same' : change;
  const measured = measuredRatio === null ? '' : `; measured ${measuredRatio.toFixed(2)} of it`;
  return `${title} (${formatPercent(weight)} of the score): ${same}${measured}.`;
}

/** Where another configuration would be the better one. */
export function linkSentences({ breakEven, profile }: TuneResults): string[] {
  const { bitsPerSecond, roundTripMs } = breakEven;
  const sides = [
    { one: bitsPerSecond.below, words: 'Below', at: formatBitRate },
    { one: bitsPerSecond.above, words: 'Above', at: formatBitRate },
    { one: roundTripMs.below, words: 'With a round trip below', at: formatDuration },
    { one: roundTripMs.above, words: 'With a round trip above', at: formatDuration },
  ];
  const found = sides.flatMap(({ one, words, at }) =>
    one === null ? [] : [`${words} ${at(one.at)} ${one.configuration} would be the better choice.`],
  );
  const link = `${formatBitRate(profile.link.bitsPerSecond)} and ${formatDuration(profile.link.roundTripMs)}`;
  return found.length > 0 ? found : [`No other link than ${link} would change the choice.`];
}

/** The front over all workloads, the best score first. */
export function frontTable(results: TuneResults): Table {
  const { front, trials, configurations, verdict, profile } = results;
  const shown = trials
    .filter(({ configuration }) => front.includes(configuration) || configuration === verdict.own)
    .sort((a, b) => (a.score ?? Infinity) - (b.score ?? Infinity));
  const recordOf = (name: string): ConfigurationRecord | undefined =>
    configurations.find(({ id }) => id === name);
  return {
    title: 'The front',
    columns: [
      left('configuration'),
      left('settings that differ from the own strategy'),
      right('score'),
      right('bytes sent'),
      right('work'),
      left(''),
    ],
    rows: shown.map(({ configuration, figures, score, isEligible }): Cell[] => {
      const roles = [
        configuration === verdict.recommended ? 'recommended' : '',
        configuration === verdict.own ? `own strategy of ${profile.name}` : '',
        isEligible ? '' : 'exceeds a limit',
      ];
      return [
        configuration,
        settingsText(
          recordOf(configuration),
          configuration === verdict.own ? undefined : recordOf(verdict.own),
        ),
        ratio(score ?? NaN),
        count(figures.reduce((sum, one) => sum + one.packageBytes + one.exchangeBytes, 0)),
        duration(figures.reduce((sum, one) => sum + one.diffMs + one.applyMs, 0)),
        roles.filter((role) => role !== '').join(', '),
      ];
    }),
  };
}

export function importanceTable({ importance }: TuneResults): Table {
  return {
    title: 'Which settings mattered',
    columns: [left('setting'), right('share of the variance'), left('values by mean score, best first')],
    rows: importance.map(({ setting, share, values }) => [
      setting,
      { text: formatPercent(share), value: share },
      values.map(({ value, score, trials }) => `${value} ${score.toFixed(2)} (${trials})`).join(', '),
    ]),
  };
}

export function regretTable({ regrets }: TuneResults): Table {
  return {
    title: 'Regret by workload',
    columns: [
      left('workload'),
      right('regret'),
      left('best there'),
      left('chosen without it'),
      right('regret then'),
    ],
    rows: regrets.map(({ workload, best, ratio: own, withoutIt }) => [
      workload,
      ratio(own),
      best,
      withoutIt?.configuration ?? '',
      withoutIt === null ? '' : ratio(withoutIt.ratio),
    ]),
  };
}

export function trialsTable({ trials, workloads }: TuneResults): Table {
  return {
    title: 'Everything that was tried',
    columns: [right('no.'), left('configuration'), left('origin'), right('workloads'), right('score')],
    rows: trials.map(({ configuration, origin, figures, score }, i): Cell[] => [
      count(i + 1),
      configuration,
      origin,
      { text: `${figures.length} of ${workloads.length}`, value: figures.length },
      score === null ? { text: '', value: Infinity } : ratio(score),
    ]),
  };
}

function duration(ms: number): Cell {
  return { text: formatDuration(ms), value: ms };
}

/** All settings, or those that `beside` does not have alike. */
function settingsText(
  configuration: ConfigurationRecord | undefined,
  beside: ConfigurationRecord | undefined,
): string {
  const settings = (record: ConfigurationRecord | undefined): [string, string][] =>
    record === undefined
      ? []
      : Object.entries({ strategy: record.family, subBlock: record.subBlock, ...record.parameters }).map(
          ([key, value]) => [key, String(value)],
        );
  const known = new Map(settings(beside));
  return settings(configuration)
    .filter(([key, value]) => known.get(key) !== value)
    .map((pair) => pair.join('='))
    .join(' ');
}
