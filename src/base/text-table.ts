/** Plain text tables: columns divided by two spaces, no boxes, so that they pipe and paste well. Cells become one line without escapes. */
import { printable } from './printable.js';

export interface TableStyle {
  /** By column; by default a column whose every cell begins with a digit or sign is set to the right. */
  readonly aligns?: readonly ('left' | 'right')[];
  /** Put around each heading after it was padded: for bold or colours. */
  readonly heading?: (text: string) => string;
  /** Whether a line of hyphens stands under the headings, where no bold tells them apart. By default so. */
  readonly rule?: boolean;
}

export function textTable(
  head: readonly string[],
  cellRows: readonly (readonly string[])[],
  style: TableStyle = {},
): string {
  const rows = cellRows.map((row) => row.map(printable));
  const { heading = (text: string): string => text, rule = true } = style;
  const aligns = style.aligns ?? head.map((_, column) => alignOf(rows.map((row) => row[column] ?? '')));
  const widths = head.map((title, column) =>
    Math.max(width(title), ...rows.map((row) => width(row[column] ?? ''))),
  );
  const line = (cells: readonly string[]): string[] =>
    cells.map((cell, column) => {
      const space = ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell)));
      return aligns[column] === 'right' ? space + cell : cell + space;
    });
  const joined = (cells: readonly string[]): string => line(cells).join('  ').trimEnd();
  return [
    line(head).map(heading).join('  ').trimEnd(),
    ...(rule ? [widths.map((length) => '-'.repeat(length)).join('  ')] : []),
    ...rows.map(joined),
  ].join('\n');
}

/** Two columns without a head: what it is, and what it says. */
export function textFacts(pairs: readonly (readonly [string, string])[]): string {
  const longest = Math.max(...pairs.map(([name]) => width(name)));
  return pairs
    .map(([name, value]) => `${name}${' '.repeat(longest - width(name))}  ${printable(value)}`)
    .join('\n');
}

function alignOf(cells: readonly string[]): 'left' | 'right' {
  return cells.length > 0 && cells.every((cell) => /^([-+]?\d|-$)/.test(cell)) ? 'right' : 'left';
}

/** Code points, not UTF-16 units: names of files may hold any. Wide East Asian characters count as one. */
function width(text: string): number {
  return Array.from(text).length;
}
