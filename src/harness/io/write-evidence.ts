/** Writes the evidence of a shipped profile into its folder: exact figures, record and chart; what was measured apart. */
import { join } from 'node:path';
import { formatBytes, formatDuration } from '../../base/units.js';
import type { Profile } from '../../engine/profile/profile.js';
import { assembleChart, withTheme } from '../report/charts/chart.js';
import { themeNames } from '../report/charts/theme.js';
import { tuneFrontChart } from '../report/charts/tune.js';
import { evidenceRecord } from '../report/evidence-record.js';
import type { Evidence } from '../report/evidence-results.js';
import type { TuneResults } from '../report/tune-results.js';
import { sampledMedian } from '../statistics/values.js';
import { readSpecification } from './chart-files.js';
import { replaceFile } from './output-file.js';
import { renderSvg } from './render.js';

export interface WrittenEvidence {
  readonly evidence: Evidence;
  readonly profile: Profile;
  readonly searched: TuneResults;
  readonly measured: TuneResults;
}

/** Throws WorldError. */
export async function writeEvidence(
  { evidence, profile, searched, measured }: WrittenEvidence,
  folder: string,
): Promise<void> {
  const write = (file: string, text: string): void => replaceFile(join(folder, file), text);
  write('evidence.json', json(evidence));
  write('decision.md', evidenceRecord(evidence, profile, 'tune-front-light.svg'));
  const chart = tuneFrontChart(searched);
  const specification = assembleChart(readSpecification(chart.name), chart);
  write(`${chart.name}.vl.json`, json(specification));
  for (const theme of themeNames) {
    write(`${chart.name}-${theme}.svg`, await renderSvg(withTheme(specification, theme)));
  }
  const { environment, rows, options } = measured;
  write('measured.json', json({ environment, rounds: options.rounds, rows }));
  write('measured.md', measuredText(profile.name, measured));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

function measuredText(name: string, { environment, rows, options }: TuneResults): string {
  const cells = rows.map((row) =>
    [
      row.workload,
      row.configuration,
      (row.exact.packageBytes + row.exact.exchangeBytes).toLocaleString('en'),
      formatDuration(sampledMedian(row, 'diffCpuMs')),
      formatDuration(sampledMedian(row, 'applyCpuMs')),
      formatBytes(sampledMedian(row, 'diffPeakBytes')),
    ].join(' | '),
  );
  return [
    `# Measured for ${name}`,
    '',
    `Medians of ${options.rounds} rounds in alternating order, each configuration in a process of its own, every delta applied and compared. Sampled on ${environment.measuredAt.slice(0, 10)}: ${environment.cpu}, ${environment.cores} cores, Node ${environment.node}, snapdelta ${environment.snapdelta}. They decide nothing: [decision.md](decision.md) rests on exact figures.`,
    '',
    '| workload | configuration | bytes sent | diff CPU | apply CPU | diff peak memory |',
    '| --- | --- | --: | --: | --: | --: |',
    ...cells.map((line) => `| ${line} |`),
    '',
  ].join('\n');
}
