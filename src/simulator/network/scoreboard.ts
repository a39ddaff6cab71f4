/**
 * What a sender waits for: trains whose acknowledgements come, trains of which nothing is heard, and what is to be sent again.
 *
 * Law: every byte that was sent and is neither acknowledged nor known as lost counts as under way, once.
 * Source: RFC 6675, whose scoreboard holds segments; this one holds trains of them (docs/simulator-network.md).
 */
import { bytesOf, joined, segmentsOf } from './ranges.js';
import type { Range } from './ranges.js';

/** What left at one moment. */
export interface Train {
  readonly ranges: readonly Range[];
  /** What did not arrive of it. */
  readonly lost: readonly Range[];
  readonly segments: number;
  readonly number: number;
  readonly sentNs: number;
  /** When its first acknowledgement comes, and its last; Infinity when none does. */
  readonly backNs: number;
  readonly backLastNs: number;
  readonly wasWindowFull: boolean;
}

export class Scoreboard {
  readonly #segmentBytes: number;
  /** In the order of their sending, which is that of their acknowledgements. */
  #underWay: Train[] = [];
  #silent: Train[] = [];
  #again: Range[] = [];
  #bytesUnderWay = 0;

  constructor(segmentBytes: number) {
    this.#segmentBytes = segmentBytes;
  }

  get bytesUnderWay(): number {
    return this.#bytesUnderWay;
  }

  /** Whether anything was sent that was not heard of. */
  get isWaiting(): boolean {
    return this.#underWay.length > 0 || this.#silent.length > 0;
  }

  /** Whether everything that was sent arrived, and its acknowledgement will. */
  get isHeardOf(): boolean {
    return (
      this.#silent.length === 0 &&
      this.#again.length === 0 &&
      this.#underWay.every(({ lost }) => lost.length === 0)
    );
  }

  /** The train whose acknowledgements come next. */
  get next(): Train | undefined {
    return this.#underWay[0];
  }

  /** The last train, or lost tail of one, of which nothing will be heard. */
  get lastSilent(): Train | undefined {
    return this.#silent.at(-1);
  }

  get mustRepeat(): boolean {
    return this.#again.length > 0;
  }

  /** Bytes leave. To be called before their train is known. */
  leave(bytes: number): void {
    this.#bytesUnderWay += bytes;
  }

  add(train: Train): void {
    (train.backNs === Infinity ? this.#silent : this.#underWay).push(train);
  }

  /** The next train whose acknowledgements are back, and what they tell to be lost; undefined when there is none yet. */
  settle(nowNs: number): { readonly train: Train; readonly lost: readonly Range[] } | undefined {
    const train = this.#underWay[0];
    if (train === undefined || train.backNs > nowNs) return undefined;
    this.#underWay.shift();
    const older = this.#silent.filter(({ number }) => number < train.number);
    if (older.length > 0) this.#silent = this.#silent.filter(({ number }) => number > train.number);
    const end = train.ranges.at(-1)?.to ?? 0;
    const hasLostTail = train.lost.at(-1)?.to === end;
    const inside = hasLostTail ? train.lost.slice(0, -1) : train.lost;
    // What follows the last arrival of a train is noticed by what is sent later.
    const tail = hasLostTail ? train.lost.slice(-1) : [];
    this.#bytesUnderWay -= bytesOf(train.ranges) - bytesOf(tail);
    for (const one of older) this.#bytesUnderWay -= bytesOf(one.ranges);
    if (tail.length > 0)
      this.#silent.push({
        ...train,
        ranges: tail,
        lost: tail,
        segments: segmentsOf(tail, this.#segmentBytes),
      });
    return { train, lost: [...older.flatMap((one) => one.lost), ...inside] };
  }

  /** What is lost waits to be sent again. */
  lose(lost: readonly Range[]): void {
    this.#again.push(...lost);
    this.#again.sort((a, b) => a.from - b.from);
  }

  /** Everything without an answer counts as lost; what arrived of it is sent again in vain. */
  loseSilent(): void {
    const lost = this.#silent.flatMap((train) => train.ranges);
    this.#silent = [];
    this.#bytesUnderWay = 0;
    this.#again = joined([...this.#again, ...lost]);
  }

  /** The first of what is to be sent again, at most so many bytes. */
  takeAgain(bytesMax: number): Range[] {
    const taken: Range[] = [];
    let left = bytesMax;
    for (let range = this.#again[0]; range !== undefined && left > 0; range = this.#again[0]) {
      const to = Math.min(range.to, range.from + left);
      taken.push({ from: range.from, to });
      left -= to - range.from;
      if (to === range.to) this.#again.shift();
      else this.#again[0] = { from: to, to: range.to };
    }
    return taken;
  }
}
