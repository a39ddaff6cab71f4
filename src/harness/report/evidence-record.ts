/** The decision record of a shipped profile: Markdown, a pure function of its evidence and the profile. */
import { formatDuration, formatNumber } from '../../base/units.js';
import type { Profile } from '../../engine/profile/profile.js';
import type { Evidence } from './evidence-results.js';
import { formatBitRate, formatPercent } from './words.js';

/** The verdict in one sentence. */
export function evidenceHeadline({ profile, verdict, strategies }: Evidence): string {
  const { kind, best, score } = verdict;
  const better = formatPercent(1 - score);
  if (kind === 'supported')
    return `${profile.name}: nothing that was tried is better than the shipped configuration by more than 3 %`;
  if (kind === 'kept')
    return `${profile.name}: ${best} has a score better by ${better}, and the shipped configuration is kept for a reason`;
  return strategies[0]?.isEligible === false
    ? `${profile.name}: the shipped configuration exceeds a limit of its profile`
    : `${profile.name}: ${best} has a score better by ${better}: the evidence does not support the shipped configuration`;
}

/** `picture`: the chart's file, beside the record. */
export function evidenceRecord(evidence: Evidence, profile: Profile, picture: string): string {
  const { strategies, search, workloads, verdict, links, regrets } = evidence;
  const [own] = strategies;
  const wants = profile.objectives
    .filter(({ weight }) => weight > 0)
    .map(({ metric, weight }) => `${formatPercent(weight)} ${metric}`)
    .join(', ');
  const link = (on: { bitsPerSecond: number; roundTripMs: number }): string =>
    `${formatBitRate(on.bitsPerSecond)}, ${formatDuration(on.roundTripMs)}`;
  return [
    `# Evidence for ${profile.name}`,
    '',
    `**${evidenceHeadline(evidence)}.**`,
    '',
    ...(verdict.because === null ? [] : [`Kept because ${verdict.because}`, '']),
    `Wanted: ${wants}, on a link of ${formatBitRate(profile.link.bitsPerSecond)} with a round trip of ${formatNumber(profile.link.roundTripMs)} ms. Bytes are exact; CPU is modelled from exact counts, and memory is not modelled: measurements, with their machine, stand in [measured.md](measured.md).`,
    '',
    `![Bytes against work](${picture})`,
    '',
    '## The front',
    '',
    'Nothing that was tried is better than one of these in every objective. Scores are relative to the shipped configuration; less is better.',
    '',
    '| configuration | settings that differ | score | bytes sent | work | |',
    '| --- | --- | --: | --: | --: | --- |',
    ...strategies.map((one) => {
      const sum = (of: (figures: (typeof one.figures)[number]) => number): number =>
        one.figures.reduce((total, figures) => total + of(figures), 0);
      const cells = [
        one.configuration.id,
        one === own ? '' : differences(one.configuration, own?.configuration),
        one.score.toFixed(3),
        sum(({ packageBytes, exchangeBytes }) => packageBytes + exchangeBytes).toLocaleString('en'),
        formatDuration(sum(({ diffMs, applyMs }) => diffMs + applyMs)),
        [one === own ? 'shipped' : '', one.isEligible ? '' : 'exceeds a limit'].filter(Boolean).join(', '),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
    '',
    '## When the choice would change',
    '',
    ...breakEvenSentences(evidence).map((sentence) => `- ${sentence}`),
    '',
    '| link | best | its score |',
    '| --- | --- | --: |',
    ...links.map((one) => `| ${link(one)} | ${one.best} | ${one.score.toFixed(3)} |`),
    '',
    '## Regret',
    '',
    'What the shipped configuration loses on each workload against the best there.',
    '',
    '| workload | bytes | best there | regret |',
    '| --- | --: | --- | --: |',
    ...regrets.map(({ workload, best, ratio }) => {
      const bytes = workloads.find(({ name }) => name === workload)?.targetBytes ?? 0;
      return `| ${workload} | ${bytes.toLocaleString('en')} | ${best} | ${ratio.toFixed(3)} |`;
    }),
    '',
    '## How to make it again',
    '',
    `\`snapdelta tune --shipped --profile ${profile.name}\`: seed ${search.seed}, ${formatNumber(search.budgetMs / 1000)} s of modelled CPU, ${search.trials} of ${search.points} points, the workloads of workloads/evidence.yaml, deflate by the encoder whose bytes are the same everywhere. Digest of all trials: \`${search.digest}\`. The exact figures stand in [evidence.json](evidence.json).`,
    '',
  ].join('\n');
}

function breakEvenSentences({ breakEven }: Evidence): string[] {
  const { bitsPerSecond, roundTripMs } = breakEven;
  const sides = [
    { one: bitsPerSecond.below, words: 'Below', at: formatBitRate },
    { one: bitsPerSecond.above, words: 'Above', at: formatBitRate },
    { one: roundTripMs.below, words: 'With a round trip below', at: formatDuration },
    { one: roundTripMs.above, words: 'With a round trip above', at: formatDuration },
  ];
  const found = sides.flatMap(({ one, words, at }) =>
    one === null ? [] : [`${words} ${at(one.at)} the choice would be ${one.configuration}.`],
  );
  return found.length > 0 ? found : ['No bandwidth and no round-trip time would change it by more than 3 %.'];
}

type Configuration = Evidence['strategies'][number]['configuration'];

function differences(one: Configuration, own: Configuration | undefined): string {
  const settings = ({ family, subBlock, parameters }: Configuration): Record<string, unknown> => ({
    strategy: family,
    subBlock,
    ...parameters,
  });
  const known = own === undefined ? {} : settings(own);
  return (
    Object.entries(settings(one))
      // The encoder for deflate is the same wherever one deflates.
      .filter(([key, value]) => key !== 'deflate' && known[key] !== value)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(' ')
  );
}
