/** One-way delays: fixed, normal (cut at its minimum) and Pareto, as netem offers them. Milliseconds. */
import type { Random } from '../../base/prng.js';

export type Latency =
  | { readonly kind: 'fixed'; readonly ms: number }
  /** Normal around `ms`, never below a quarter of it: a path has a length. */
  | { readonly kind: 'normal'; readonly ms: number; readonly deviationMs: number }
  /** At least `ms`; the excess beyond it has the tail x^-shape. A shape of 2.5 gives a mean of 1.67 ms for 1 ms. */
  | { readonly kind: 'pareto'; readonly ms: number; readonly shape: number; readonly msMax: number };

export function drawLatencyMs(latency: Latency, random: Random): number {
  switch (latency.kind) {
    case 'fixed':
      return latency.ms;
    case 'normal': {
      // Sum of twelve uniforms (Irwin-Hall): additions alone, so the same on every machine; cut at 6 deviations.
      let sum = -6;
      for (let i = 0; i < 12; i++) sum += random.float();
      return Math.max(latency.ms / 4, latency.ms + latency.deviationMs * sum);
    }
    case 'pareto':
      return Math.min(latency.msMax, latency.ms * (1 - random.float()) ** (-1 / latency.shape));
  }
}
