/** The decision record of a search: Markdown to be kept beside the profile file that it recommends. A pure function of the results, but for the picture, whose file is named. */
import { formatNumber } from '../../base/units.js';
import { cellText, type Table } from './tables.js';
import type { TuneResults } from './tune-results.js';
import {
  frontTable,
  importanceTable,
  linkSentences,
  regretTable,
  tuneHeadline,
  tuneReasons,
} from './tune-tables.js';
import { formatBitRate, formatPercent } from './words.js';

/** `picture`: the chart's file, beside the record. */
export function tuneRecord(results: TuneResults, picture: string): string {
  const { profile, options, workloads, verdict, digest, environment, space } = results;
  const wants = profile.objectives
    .map(({ metric, weight }) => `${formatPercent(weight)} ${metric}`)
    .join(', ');
  const chosen = results.trials.find(({ configuration }) => configuration === verdict.recommended);
  const lines = [
    `# Configuration of ${profile.name}`,
    '',
    `**${tuneHeadline(results)}.**`,
    '',
    `Wanted: ${wants}, on a link of ${formatBitRate(profile.link.bitsPerSecond)} with a round trip of ${formatNumber(profile.link.roundTripMs)} ms.`,
    '',
    '## Why',
    '',
    ...tuneReasons(results).map((reason) => `- ${reason}`),
    '',
    `![Bytes against work](${picture})`,
    '',
    '## The front',
    '',
    'Nothing that was tried is better than one of these in every objective. Scores are relative to the own strategy; less is better.',
    '',
    markdownTable(frontTable(results)),
    '',
    '## When the choice would change',
    '',
    ...linkSentences(results).map((sentence) => `- ${sentence}`),
    '',
    '## Regret',
    '',
    'What the choice loses on each workload against the best there, and what it would have lost had that workload not been tried.',
    '',
    markdownTable(regretTable(results)),
    '',
    ...(results.importance.length === 0
      ? []
      : ['## Which settings mattered', '', markdownTable(importanceTable(results)), '']),
    '## How to make it again',
    '',
    `Seed ${options.seed}, ${formatNumber(options.budgetMs / 1000)} s of modelled CPU, ${results.points} points: ${space
      .map(
        ({ strategy, axes }) =>
          `${strategy} (${axes.map(({ key, values }) => `${key} ${values.join(' ')}`).join('; ')})`,
      )
      .join(', ')}.`,
    '',
    `Workloads: ${workloads.map(({ name }) => name).join(', ')}. snapdelta ${environment.snapdelta}${environment.gitCommit === null ? '' : `, commit ${environment.gitCommit}`}.`,
    '',
    `Digest of all trials: \`${digest}\`. Packages of what is recommended:`,
    '',
    ...(chosen?.figures ?? []).map(({ workload, packageSha256 }) => `- ${workload}: \`${packageSha256}\``),
    '',
  ];
  return lines.join('\n');
}

function markdownTable({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === 'right' ? '--:' : '---'))),
    ...rows.map((cells) => line(cells.map((cell) => cellText(cell).replaceAll('|', '\\|')))),
  ].join('\n');
}
