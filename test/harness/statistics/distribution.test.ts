import { describe, expect, it } from 'vitest';
import { surveyChunks } from '../../../src/harness/statistics/chunk-survey.js';
import { distributionOf, quantileShares } from '../../../src/harness/statistics/distribution.js';

describe('a distribution', () => {
  it('has mean, variation, nearest-rank quantiles and a histogram whose bins end with their border', () => {
    const { count, mean, variation, quantiles, histogram } = distributionOf([4, 1, 8, 3], 2);
    expect([count, mean]).toEqual([4, 4]);
    expect(variation).toBeCloseTo(Math.sqrt((0 + 9 + 16 + 1) / 4) / 4, 12);
    expect(histogram).toEqual([1, 2, 0, 1]);
    const at = (share: (typeof quantileShares)[number]) => quantiles[quantileShares.indexOf(share)];
    expect([at(0.01), at(0.25), at(0.5), at(0.75), at(0.99)]).toEqual([1, 1, 3, 4, 8]);
  });

  it('of equal sizes does not vary, and of none is empty', () => {
    expect(distributionOf([7, 7, 7], 7)).toMatchObject({ mean: 7, variation: 0, histogram: [3] });
    expect(distributionOf([], 7)).toMatchObject({ count: 0, mean: 0, histogram: [] });
  });
});

describe('a survey of chunks', () => {
  const sizes = { minBytes: 16, averageBytes: 64, maxBytes: 256 };
  const chunked = (ends: number[]) => ({ ends, digests: ends.map(String) });

  it('counts cuts at the maximum and leaves out the chunk that the end of data cut short', () => {
    const survey = surveyChunks('fastcdc', sizes, chunked([256, 320, 576, 580]));
    expect(survey).toMatchObject({ count: 3, meanBytes: 192, forced: 2, histogramBinBytes: 8 });
    expect(survey.histogram.reduce((sum, chunks) => sum + chunks, 0)).toBe(3);
  });

  it('takes the only chunk there is, and knows no forced cut of fixed blocks', () => {
    expect(surveyChunks('strided', sizes, chunked([50]))).toMatchObject({
      count: 1,
      meanBytes: 50,
      forced: 0,
    });
    expect(surveyChunks('fixed', sizes, chunked([64, 128])).forced).toBeNull();
  });
});
