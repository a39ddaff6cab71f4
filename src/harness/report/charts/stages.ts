/** Where the time goes: milliseconds per MiB by stage, over all workloads together, for diff and for apply. */
import { median } from '../../statistics/summary.js';
import type { Row } from '../../measurement/row.js';
import type { LabResults } from '../lab-results.js';
import type { Chart, ChartRow } from './chart.js';

const MiB = 2 ** 20;
const titles = { diff: 'diff', apply: 'apply' } as const;
type Phase = keyof typeof titles;

export function stagesChart(results: LabResults): Chart {
  const totalMiB = results.workloads.reduce((sum, { targetBytes }) => sum + targetBytes, 0) / MiB;
  const table: ChartRow[] = [];
  const totals = new Map<string, number>();
  const diffStages = new Map<string, number>();
  for (const { id } of results.configurations) {
    const rows = results.rows.filter(({ configuration }) => configuration === id);
    for (const phase of ['diff', 'apply'] as const) {
      for (const [stage, ms] of stageTotals(rows, phase)) {
        const msPerMiB = ms / totalMiB;
        table.push({ configuration: id, phase: titles[phase], stage, msPerMiB });
        totals.set(id, (totals.get(id) ?? 0) + msPerMiB);
        if (phase === 'diff') diffStages.set(stage, (diffStages.get(stage) ?? 0) + msPerMiB);
      }
    }
  }
  const [heaviest] = [...diffStages].sort((a, b) => b[1] - a[1]);
  const diffTotal = [...diffStages.values()].reduce((sum, value) => sum + value, 0);
  return {
    name: 'stages',
    title:
      heaviest === undefined
        ? 'Time by stage'
        : `Over all configurations, ${heaviest[0]} takes ${Math.round((heaviest[1] / diffTotal) * 100)} % of the diff`,
    subtitle: [
      'Milliseconds inside each stage per MiB of target, over all workloads; less is better. Threads add up. Quickest configuration first.',
    ],
    datasets: { table },
    parameters: {
      configurationOrder: [...totals].sort((a, b) => a[1] - b[1]).map(([configuration]) => configuration),
    },
  };
}

function stageTotals(rows: readonly Row[], phase: Phase): Map<string, number> {
  const totals = new Map<string, number>();
  for (const row of rows) {
    for (const [stage, samples] of Object.entries(row.stageMs[phase])) {
      totals.set(stage, (totals.get(stage) ?? 0) + median(samples));
    }
  }
  return totals;
}
