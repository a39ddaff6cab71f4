/** What tests of location say, whichever they are. */
import { normalCdf } from './normal.js';

export interface TestResult {
  /** What was counted; each test says what. */
  readonly statistic: number;
  /** Chance of a statistic at least as small where nothing differs. */
  readonly pLess: number;
  /** Chance of a statistic at least as large where nothing differs. */
  readonly pGreater: number;
  readonly pTwoSided: number;
  /** `exact`: the whole distribution was counted; `normal`: approximated; `sampled`: drawn. */
  readonly method: 'exact' | 'normal' | 'sampled';
}

/** Two-sided: twice the smaller side, as R has it. */
export function testResult(
  statistic: number,
  sides: { readonly pLess: number; readonly pGreater: number },
  method: TestResult['method'],
): TestResult {
  const { pLess, pGreater } = sides;
  return { statistic, pLess, pGreater, pTwoSided: Math.min(1, 2 * Math.min(pLess, pGreater)), method };
}

/** By the normal approximation with a continuity correction of half a step. Where nothing can vary, nothing is found. */
export function normalSides(
  statistic: number,
  mean: number,
  variance: number,
): { readonly pLess: number; readonly pGreater: number } {
  if (!(variance > 0)) return { pLess: 1, pGreater: 1 };
  const deviation = Math.sqrt(variance);
  return {
    pLess: normalCdf((statistic - mean + 0.5) / deviation),
    pGreater: normalCdf((mean - statistic + 0.5) / deviation),
  };
}

/** Whether a chance that was summed up is at most the level: sums of many are off by their last digits. */
export function isWithin(chance: number, level: number): boolean {
  return chance <= level * (1 + 1e-12);
}
