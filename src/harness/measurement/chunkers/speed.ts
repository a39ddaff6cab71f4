/**
 * Speed of chunkers side by side: interleaved rounds, each beginning with another one, so that a machine that changes its speed does so to
 * all. A pass is one cut of the loaded content, repeated until `roundMs` are full.
 */
import type { Clock } from '../../../base/clock.js';

export interface Racer<Name> {
  readonly name: Name;
  /** One pass. */
  readonly pass: () => unknown;
}

export interface RaceOptions {
  readonly rounds: number;
  readonly roundMs: number;
  /** Bytes of one pass. */
  readonly bytes: number;
  readonly clock: Clock;
}

/** 1e9 bytes per second of the clock, one sample a round. */
export function raceChunkers<Name>(
  racers: readonly Racer<Name>[],
  { rounds, roundMs, bytes, clock }: RaceOptions,
): { readonly name: Name; readonly samples: readonly number[] }[] {
  const entries = racers.map((racer) => ({ ...racer, samples: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    const first = round % entries.length;
    for (const { pass, samples } of [...entries.slice(first), ...entries.slice(0, first)]) {
      const start = clock.nowMs();
      let passes = 0;
      let elapsedMs = 0;
      do {
        pass();
        passes++;
        elapsedMs = clock.nowMs() - start;
      } while (elapsedMs < roundMs);
      samples.push((passes * bytes) / 1e6 / elapsedMs);
    }
  }
  return entries.map(({ name, samples }) => ({ name, samples }));
}
