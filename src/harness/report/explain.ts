/** Verdicts in sentences. Every figure comes from the verdict; nothing is asserted that was not measured. */
import { formatBytes, formatDuration } from '../../base/units.js';
import type { Exclusion } from '../tuning/eligibility.js';
import { equalScoreRatio } from '../tuning/score.js';
import { timeToSyncMs } from '../tuning/link-model.js';
import type { ProfileVerdict } from '../tuning/verdict.js';
import type { ProfileRecord } from './lab-results.js';
import { formatBitRate, formatPercent, metricWords } from './words.js';

export interface Explanation {
  /** One line: who wins. */
  readonly headline: string;
  /** Why, in order of weight. */
  readonly reasons: readonly string[];
  /** Where the profile's own strategy stands. */
  readonly own: string;
}

export function explain(verdict: ProfileVerdict, profile: ProfileRecord): Explanation {
  const [first, second] = verdict.ranking;
  if (first === undefined) {
    return {
      headline: 'No configuration is eligible',
      reasons: [excludedSentence(verdict)],
      own: ownSentence(verdict),
    };
  }
  return {
    headline: `${first.configuration} wins`,
    reasons: [
      ...(verdict.lifted.length === 0 ? [] : [liftedSentence(verdict)]),
      ...comparisonSentences(verdict),
      linkSentence(verdict, profile),
      ...(second === undefined ? [] : [marginSentence(first, second)]),
      ...lossSentences(verdict),
      ...(verdict.excluded.length === 0 ? [] : [excludedSentence(verdict)]),
    ],
    own: ownSentence(verdict),
  };
}

function comparisonSentences({ comparisons }: ProfileVerdict): string[] {
  return comparisons.map(({ configuration, metric, ratio, fewer, workloads }) => {
    const words = metricWords[metric];
    const where = `${fewer} of ${workloads} workloads`;
    if (ratio > 1.02) return `It ${words.less(ratio)} ${configuration}, with less on ${where}.`;
    if (ratio < 0.98) {
      return `It ${words.more(1 / ratio)} ${configuration} (less on ${where}), and makes it up by its other objectives.`;
    }
    return `In ${words.title} it equals ${configuration} (less on ${where}).`;
  });
}

function linkSentence(verdict: ProfileVerdict, profile: ProfileRecord): string {
  const { bitsPerSecond, roundTripMs } = profile.link;
  const share = verdict.linkShare ?? 0;
  const line = verdict.ranking[0]?.meanSync ?? { fixedMs: 0, bytes: 0 };
  const what = `At ${formatBitRate(bitsPerSecond)} and ${formatDuration(roundTripMs)} round trip`;
  const time = `its mean time to sync, ${formatDuration(timeToSyncMs(line, bitsPerSecond))} for ${formatBytes(line.bytes)}`;
  const moral =
    share > 0.8
      ? ': bytes decide'
      : share < 0.2
        ? ': computing and waiting decide'
        : ': bytes and computing both count';
  return `${what} the link takes ${formatPercent(share)} of ${time}${moral}.`;
}

type Place = ProfileVerdict['ranking'][number];

function marginSentence(first: Place, second: Place): string {
  const scores = `score ${first.score.toFixed(2)} against ${second.score.toFixed(2)}`;
  return second.score / first.score < equalScoreRatio
    ? `${second.configuration} is as good within what such a run can tell (${scores}).`
    : `Next is ${second.configuration} (${scores}; 1.00 would be best at everything everywhere).`;
}

function lossSentences({ losses }: ProfileVerdict): string[] {
  const worst = losses[0];
  if (worst === undefined) return ['Nothing beats it by a tenth on any workload.'];
  const { metric, to, workload, ratio } = worst;
  return [`It is weakest on ${workload}, where it ${metricWords[metric].more(ratio)} ${to}.`];
}

function ownSentence({ own, winner, excluded }: ProfileVerdict): string {
  if (own.rank === null || own.scoreRatio === null) {
    const reasons = excluded.find(({ configuration }) => configuration === own.configuration)?.reasons ?? [];
    return `The profile's own strategy (${own.configuration}) is not eligible here: ${reasons.map(exclusionWords).join('; ')}.`;
  }
  if (own.configuration === winner) return "It is the profile's own strategy.";
  const percent = Math.round((own.scoreRatio - 1) * 100);
  const standing =
    own.scoreRatio < equalScoreRatio ? 'as good within what such a run can tell' : `${percent} % behind`;
  return `The profile's own strategy (${own.configuration}) is ${standing}, in place ${own.rank}.`;
}

const exclusionTitles: Readonly<Record<Exclusion['kind'], string>> = {
  ids: 'lack collision-resistant ids',
  'base-content': "need the base's content",
  'portable-bytes': 'write bytes that differ between platforms',
  'peak-memory': 'exceed the memory limit',
  cpu: 'exceed the CPU limit',
  exchange: 'exchange too much before the diff',
};

const limitTitles: Readonly<Record<ProfileVerdict['lifted'][number], string>> = {
  cpu: 'CPU per MiB',
  'peak-memory': 'memory',
  exchange: 'bytes exchanged before the diff',
};

function liftedSentence({ lifted }: ProfileVerdict): string {
  const limits = lifted.map((limit) => limitTitles[limit]).join(', ');
  return `Nothing keeps the profile's limit of ${limits} on this machine: judged without it.`;
}

/** Counts by the first reason of each, in the order of the checks. */
function excludedSentence({ excluded }: ProfileVerdict): string {
  const counts = new Map<Exclusion['kind'], number>();
  for (const { reasons } of excluded) {
    const kind = reasons[0]?.kind;
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const parts = [...counts].map(([kind, count]) => `${count} ${exclusionTitles[kind]}`);
  return `Not eligible: ${parts.join(', ')}.`;
}

export function exclusionWords(exclusion: Exclusion): string {
  switch (exclusion.kind) {
    case 'ids':
      return 'its ids do not resist planted collisions';
    case 'base-content':
      return "it needs the base's content";
    case 'portable-bytes':
      return 'its bytes differ between platforms';
    case 'peak-memory':
      return `${formatBytes(exclusion.value)} of memory on ${exclusion.workload}, ${formatBytes(exclusion.limit)} allowed`;
    case 'cpu':
      return `${formatDuration(exclusion.value)} of CPU per MiB, ${formatDuration(exclusion.limit)} allowed`;
    case 'exchange':
      return `${formatBytes(exclusion.value)} exchanged per MiB, ${formatBytes(exclusion.limit)} allowed`;
  }
}
