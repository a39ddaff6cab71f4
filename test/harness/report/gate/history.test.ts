import { describe, expect, it } from 'vitest';
import { Random } from '../../../../src/base/prng.js';
import { historyChanges, historySeries } from '../../../../src/harness/report/gate/history-series.js';
import { historyLineSchema, type HistoryLine } from '../../../../src/harness/report/gate/history.js';
import { syntheticResults } from '../../synthetic.js';

const { environment } = syntheticResults();

function run(day: number, exact: number, sampled: number, cpu = environment.cpu): HistoryLine {
  const figure = { unit: '1', direction: 'less' } as const;
  return historyLineSchema.parse({
    schema: 'snapdelta/gate-history/1',
    at: `2026-01-${String(day + 1).padStart(2, '0')}T00:00:00.000Z`,
    label: 'x',
    environment: { ...environment, cpu },
    status: 'pass',
    figures: [
      { ...figure, metric: 'exact', kind: 'exact', value: exact },
      { ...figure, metric: 'sampled', kind: 'sampled', value: sampled },
    ],
  });
}

const changesOf = (lines: readonly HistoryLine[]) => historyChanges(historySeries(lines));

describe('a history', () => {
  const random = new Random(1);
  const noisy = (middle: number): number => middle * (1 + 0.02 * random.float());
  const days = Array.from({ length: 30 }, (_, day) => day);

  it('tells the last step of what is exact, and where what is sampled changed', () => {
    const lines = days.map((day) => run(day, day < 3 ? 1 : day < 20 ? 2 : 3, noisy(day < 12 ? 10 : 11)));
    const [newest, older, ...more] = changesOf(lines);
    expect(newest).toEqual({
      metric: 'exact',
      run: 20,
      at: '2026-01-21T00:00:00.000Z',
      label: 'x',
      change: 0.5,
    });
    expect(older?.metric).toBe('sampled');
    // Of so few values not every one is a quantile: a change is placed to within a run.
    expect(Math.abs((older?.run ?? 0) - 12)).toBeLessThanOrEqual(1);
    expect(older?.change).toBeCloseTo(0.1, 1);
    expect(more).toEqual([]);
  });

  it('takes another machine for no change of the program', () => {
    const lines = days.map((day) => run(day, 1, noisy(day < 12 ? 10 : 20), day < 12 ? 'old' : 'new'));
    expect(changesOf(lines)).toEqual([]);
  });

  it('may be empty, or begin at zero', () => {
    expect(changesOf([])).toEqual([]);
    expect(changesOf([run(0, 0, 1), run(1, 5, 1)])).toMatchObject([
      { metric: 'exact', run: 1, change: null },
    ]);
  });
});
