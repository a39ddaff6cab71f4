/** A gate's findings as workflow commands of GitHub Actions, which show them as annotations of the run. */
import type { GateResults } from './results.js';
import { byWeight } from './table.js';
import { changeText, reasonText, valueText } from './words.js';

/** GitHub shows ten of a kind in a step and drops the others. */
const shownMax = 10;

/** Lines to print; a regression is an error, what is inconclusive a warning. */
export function gateAnnotations({ metrics }: GateResults): string[] {
  return (['regressed', 'inconclusive'] as const).flatMap((status) => {
    const found = byWeight(metrics.filter((verdict) => verdict.status === status));
    const command = status === 'regressed' ? 'error' : 'warning';
    const shown = found.length > shownMax ? found.slice(0, shownMax - 1) : found;
    const lines = shown.map((verdict) => {
      const values = `${valueText(verdict.baseline, verdict)} -> ${valueText(verdict.candidate, verdict)}`;
      const change = changeText(verdict.change);
      return line(command, `${status}: ${verdict.metric}`, `${values} ${change}: ${reasonText(verdict)}`);
    });
    const left = found.length - shown.length;
    return left === 0
      ? lines
      : [...lines, line(command, `${status}: ${left} more metrics`, 'see the summary')];
  });
}

function line(command: string, title: string, message: string): string {
  const data = (text: string): string =>
    text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = data(title).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${command} title=${property}::${data(message)}`;
}
