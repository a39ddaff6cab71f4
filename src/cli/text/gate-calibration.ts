/** What a gate can tell on this machine, told. */
import { textFacts, textTable } from '../../base/text-table.js';
import { formatDuration } from '../../base/units.js';
import type { GateCalibration } from '../../harness/report/gate/calibration.js';
import { percentText } from '../../harness/report/gate/words.js';
import { counted } from './words.js';

export function calibrationText({ trials, metrics, errors, blockLength }: GateCalibration): string {
  const [still, slowed] = trials;
  const recorded = metrics[0]?.baseline.length ?? 0;
  return [
    textFacts([
      [
        'recorded',
        `${counted(recorded, 'round')} of this build against itself, ${counted(metrics.length, 'metric')}`,
      ],
      ...(still === undefined
        ? []
        : [
            [
              'nothing differs',
              `${still.counts.regressed} of ${still.decisions} verdicts regressed (declared: ${percentText(errors.alpha)}), ${still.counts.inconclusive} inconclusive; ${still.roundsMean.toFixed(1)} rounds each`,
            ] as const,
          ]),
      ...(slowed === undefined
        ? []
        : [
            [
              `${percentText(slowed.slowdown)} slower`,
              `found in ${slowed.counts.regressed} of ${slowed.decisions} verdicts, one metric in each; ${slowed.roundsMean.toFixed(1)} rounds each`,
            ] as const,
          ]),
      ['drawn', `from the recorded rounds, ${blockLength} neighbours together`],
    ]),
    '',
    textTable(
      ['metric', 'usually', 'deviation of a round', 'threshold', 'smallest change found'],
      metrics.map(({ metric, median, deviation, threshold, smallestChange }) => [
        metric,
        median === null ? '-' : formatDuration(median),
        percentText(deviation),
        percentText(threshold.relative),
        smallestChange === null ? '-' : percentText(smallestChange),
      ]),
    ),
  ].join('\n');
}
