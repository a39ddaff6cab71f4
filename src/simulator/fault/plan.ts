/**
 * Which opportunities go wrong: by chance, or as a recorded list says. Every fault that struck is data.
 *
 * Law: the n-th opportunity of a kind at an entity goes wrong or not by its own number alone, and its parameters come from a stream of its own
 * (seed, domain, entity, kind, n); so no fault shifts another, and the list (domain, entity, kind, n) replays a run, or any part of it.
 */
import { Random, mix } from '../../base/prng.js';
import type { Strikes } from '../trace/strikes.js';

/** One fault that struck. Its parameters follow from the seed and these. */
export interface StruckFault {
  readonly domain: string;
  readonly entity: string;
  readonly kind: string;
  /** Which opportunity of this kind at this entity, from 0. */
  readonly ordinal: number;
  /** When it struck; for readers, not for replay. */
  readonly atMs: number;
}

export class FaultPlan {
  readonly #random: Random;
  readonly #recorded: ReadonlySet<string> | undefined;
  readonly #now: () => number;
  readonly #struck: StruckFault[] = [];
  readonly #strikes = new Map<string, Strikes>();
  #isOver = false;

  /** With `recorded`, exactly its faults strike, whatever the probabilities are. */
  constructor(random: Random, nowMs: () => number, recorded?: readonly StruckFault[]) {
    this.#random = random;
    this.#now = nowMs;
    this.#recorded = recorded === undefined ? undefined : new Set(recorded.map(keyOf));
  }

  /** What struck so far, in order. */
  get struck(): readonly StruckFault[] {
    return this.#struck;
  }

  /** From now on nothing strikes: the liveness phase. */
  end(): void {
    this.#isOver = true;
  }

  /** The opportunities of one entity in one domain (`disk`, `network` ...), the same for everybody who asks. */
  strikes(domain: string, entity: string): Strikes {
    const key = `${domain}\n${entity}`;
    const strikes = this.#strikes.get(key) ?? this.#strikesOf(domain, entity);
    this.#strikes.set(key, strikes);
    return strikes;
  }

  #strikesOf(domain: string, entity: string): Strikes {
    const stream = this.#random.fork(domain).fork(entity);
    const kinds = new Map<string, { ordinal: number; readonly stream: Random; readonly salt: number }>();
    return {
      strike: (kind, probability) => {
        let state = kinds.get(kind);
        if (state === undefined) {
          const own = stream.fork(kind);
          state = { ordinal: 0, stream: own, salt: own.fork('salt').u32() };
          kinds.set(kind, state);
        }
        const ordinal = state.ordinal++;
        if (this.#isOver) return undefined;
        const isStruck =
          this.#recorded === undefined
            ? probability > 0 && mix(mix(ordinal + 1) ^ state.salt) >>> 0 < probability * 4_294_967_296
            : this.#recorded.size > 0 && this.#recorded.has(keyOf({ domain, entity, kind, ordinal }));
        if (!isStruck) return undefined;
        this.#struck.push({ domain, entity, kind, ordinal, atMs: this.#now() });
        return state.stream.fork(`${ordinal}`);
      },
    };
  }
}

function keyOf(fault: Omit<StruckFault, 'atMs'>): string {
  return `${fault.domain}\n${fault.entity}\n${fault.kind}\n${fault.ordinal}`;
}
