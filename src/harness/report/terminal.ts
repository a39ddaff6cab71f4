/** Tables and verdicts for a terminal. Pure: what colours are allowed is the caller's to say (NO_COLOR, no TTY). */
import CliTable from 'cli-table3';
import picocolors from 'picocolors';
import { explain } from './explain.js';
import type { LabResults } from './lab-results.js';
import { cellText, configurationsTable, type Table } from './tables.js';

export interface TerminalStyle {
  readonly colours: boolean;
  /** Characters in a line; long sentences are broken there. */
  readonly columns: number;
}

const bare = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** One table: columns divided by two spaces, no rules. */
export function renderTable(table: Table, { colours }: TerminalStyle): string {
  const { bold } = picocolors.createColors(colours);
  const printed = new CliTable({
    head: table.columns.map(({ title }) => bold(title)),
    colAligns: table.columns.map(({ align }) => align),
    chars: bare,
    // Without this the library colours headings whatever it prints to.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  printed.push(...table.rows.map((row) => row.map(cellText)));
  return printed
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The verdict of every profile: winner, reasons, standing of the profile's own strategy. */
export function renderVerdicts(results: LabResults, style: TerminalStyle): string {
  const { bold, dim, green, yellow } = picocolors.createColors(style.colours);
  return results.verdicts
    .flatMap((verdict) => {
      const profile = results.profiles.find(({ name }) => name === verdict.profile);
      if (profile === undefined) return [];
      const { headline, reasons, own } = explain(verdict, profile);
      const colour = verdict.winner === null ? yellow : green;
      return [
        `${bold(verdict.profile)}: ${colour(headline)}`,
        ...[own, ...reasons]
          .flatMap((sentence) => brokenLines(sentence, style.columns - 2))
          .map((line) => `  ${dim(line)}`),
        '',
      ];
    })
    .join('\n')
    .trimEnd();
}

/** What `snapdelta lab` prints at its end. */
export function renderLab(results: LabResults, style: TerminalStyle): string {
  return `${renderTable(configurationsTable(results), style)}\n\n${renderVerdicts(results, style)}`;
}

function brokenLines(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1] ?? '';
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
