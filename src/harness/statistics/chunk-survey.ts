/** What one chunker makes of one content: its chunks in figures. Exact. */
import { distributionOf } from './distribution.js';
import { sizesOf, type Chunked } from '../measurement/chunkers/chunked.js';
import type { ChunkerName, ChunkSizes } from '../measurement/chunkers/rules.js';

/** Eight bins for the average; those of a chunker with maximum four times that are 32. */
const binsPerAverage = 8;

export interface ChunkSurvey {
  readonly count: number;
  readonly meanBytes: number;
  readonly variation: number;
  readonly quantileBytes: number[];
  readonly histogramBinBytes: number;
  readonly histogram: number[];
  readonly forced: number | null;
}

/** The chunk that the end of data cuts short says nothing about the chunker; it counts where it is the only one. */
export function surveyChunks(chunker: ChunkerName, sizes: ChunkSizes, original: Chunked): ChunkSurvey {
  const all = sizesOf(original);
  const whole = all.length > 1 ? all.slice(0, -1) : all;
  const binBytes = sizes.averageBytes / binsPerAverage;
  const { count, mean, variation, quantiles, histogram } = distributionOf(whole, binBytes);
  return {
    count,
    meanBytes: mean,
    variation,
    quantileBytes: [...quantiles],
    histogramBinBytes: binBytes,
    histogram: [...histogram],
    forced: chunker === 'fixed' ? null : whole.filter((bytes) => bytes === sizes.maxBytes).length,
  };
}
