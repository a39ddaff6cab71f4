/** The receiving end of a flow: when what passed the wire is there, what of the stream is whole, and what the reader took of it. */
import type { EventLoop } from '../time/loop.js';
import { Received, bytesOf } from './ranges.js';
import type { Range } from './ranges.js';

export class Arrivals {
  readonly #loop: EventLoop;
  readonly #entity: number;
  readonly #kind: number;
  readonly #pieceBytes: number;
  readonly #onDelivered: (total: number) => void;
  readonly #received = new Received();
  #delivered = 0;
  #read = 0;
  #isOver = false;

  /** What arrives is delivered in pieces of at most `pieceBytes`; `onDelivered` hears how many bytes of the stream can be read, all in all. */
  constructor(loop: EventLoop, entity: number, pieceBytes: number, onDelivered: (total: number) => void) {
    this.#loop = loop;
    this.#entity = entity;
    this.#kind = loop.id('arrive');
    this.#pieceBytes = pieceBytes;
    this.#onDelivered = onDelivered;
  }

  /** Bytes of the stream that could be read so far, and that the reader took. */
  get delivered(): number {
    return this.#delivered;
  }

  get read(): number {
    return this.#read;
  }

  take(bytes: number): void {
    this.#read += bytes;
  }

  /** Nothing arrives any more. */
  end(): void {
    this.#isOver = true;
  }

  /** A train is on its way: `ranges` but for `lost` (both ascending), the first segment there at `firstNs`, the last at `lastNs`. */
  expect(ranges: readonly Range[], lost: readonly Range[], firstNs: number, lastNs: number): void {
    const total = bytesOf(ranges);
    let before = 0;
    for (const range of ranges) {
      for (let from = range.from; from < range.to;) {
        const to = Math.min(range.to, from + this.#pieceBytes);
        const piece = { from, to };
        before += to - from;
        const atNs = firstNs + ((lastNs - firstNs) * before) / total;
        const holes = within(lost, piece);
        this.#loop.at(atNs, this.#entity, this.#kind, to - from, () => this.#arrived(piece, holes));
        from = to;
      }
    }
  }

  #arrived(piece: Range, holes: readonly Range[]): void {
    if (this.#isOver) return;
    this.#received.add(piece, holes);
    if (this.#received.contiguous <= this.#delivered) return;
    this.#delivered = this.#received.contiguous;
    this.#onDelivered(this.#delivered);
  }
}

/** What of `ranges` lies within another. */
function within(ranges: readonly Range[], { from, to }: Range): readonly Range[] {
  if (ranges.length === 0) return ranges;
  return ranges
    .filter((one) => one.from < to && one.to > from)
    .map((one) => ({ from: Math.max(one.from, from), to: Math.min(one.to, to) }));
}
