/**
 * Delta encoding in plain TypeScript: the same instructions as assembly/delta-encode.ts, which states the method. Packages must not
 * depend on which of the two ran, so every limit and every tie is the same here.
 */
import { deltaKind } from '../abi.js';

const copyBytesMin = 4;
const resyncBytesMin = 32;
const matchBytesMin = 24;
const closeBytes = 64;
const closeAgreeingMin = 40;
const closeRunsMax = 8;
const nearBytes = 64;
const debtMax = 128;
const gainMin = 16;
const gainBytes = 128;
const addScoreMin = 16;
const addScoreMinInContext = 0x7fffffff;
const addScoreDrop = 64;
const windowBytes = 16;

/** A place in the target from which copying can go on. */
interface Sync {
  readonly at: number;
  readonly diagonal: number;
}

export function deltaEncode(
  memory: WebAssembly.Memory,
  base: number,
  baseLength: number,
  target: number,
  targetLength: number,
  diagonal: number,
  table: number,
  tableBits: number,
  operations: number,
  operationsCapacity: number,
  contextMatchBytesMin: number,
): number {
  const encoder = new Encoder(
    new Uint8Array(memory.buffer, base, baseLength),
    new Uint8Array(memory.buffer, target, targetLength),
    new Uint32Array(memory.buffer, table, 2 ** tableBits),
    operationsCapacity,
    contextMatchBytesMin,
  );
  const records = encoder.encode(diagonal | 0);
  new Uint32Array(memory.buffer, operations, records.length).set(records);
  return records.length / 3;
}

class Encoder {
  readonly #base: Uint8Array;
  readonly #target: Uint8Array;
  readonly #table: Uint32Array;
  readonly #bits: number;
  readonly #records: number[] = [];
  readonly #matchBytesMin: number;
  readonly #addScoreMin: number;
  readonly #denselyProbedBytes: number;
  #room: number;
  #pending = 0;
  #indexed = false;

  constructor(
    base: Uint8Array,
    target: Uint8Array,
    table: Uint32Array,
    capacity: number,
    contextMatchBytesMin: number,
  ) {
    this.#base = base;
    this.#target = target;
    this.#table = table;
    this.#bits = Math.log2(table.length);
    this.#matchBytesMin = contextMatchBytesMin > 0 ? contextMatchBytesMin : matchBytesMin;
    this.#denselyProbedBytes = contextMatchBytesMin > 0 ? 512 : 32;
    this.#addScoreMin = contextMatchBytesMin > 0 ? addScoreMinInContext : addScoreMin;
    this.#room = capacity;
  }

  encode(firstDiagonal: number): number[] {
    const end = this.#target.length;
    let diagonal = firstDiagonal;
    let debt = 0;
    let at = 0;
    while (at < end) {
      const run = this.#agreement(at, diagonal, end);
      if (run >= copyBytesMin || run === end) {
        if (!this.#put(deltaKind.copy, at, run, diagonal)) break;
        at += run;
        debt = Math.max(0, debt - (run >> 2));
        if (at === end) break;
      }
      let sync: Sync | undefined;
      if (debt <= debtMax) sync = this.#findClose(at, diagonal) ?? this.#findNear(at, diagonal);
      if (sync === undefined) sync = this.#findAnywhere(at, diagonal);
      else debt += sync.at - at;
      if (!this.#putStretches(at, sync.at, diagonal)) break;
      if (sync.diagonal !== diagonal) {
        if (!this.#putStretches(Math.max(at, this.#pending), sync.at, sync.diagonal)) break;
      }
      ({ at, diagonal } = sync);
    }
    if (this.#pending < end) this.#records.push(deltaKind.literal, end - this.#pending, 0);
    return this.#records;
  }

  #agreement(at: number, diagonal: number, most: number): number {
    const opposite = at + diagonal;
    if (opposite < 0 || opposite >= this.#base.length) return 0;
    const limit = Math.min(most, this.#target.length - at, this.#base.length - opposite);
    let length = 0;
    while (length < limit && this.#target[at + length] === this.#base[opposite + length]) length++;
    return length;
  }

  #agreementBefore(at: number, diagonal: number, floor: number): number {
    const limit = Math.min(at - floor, at + diagonal);
    let length = 0;
    while (length < limit && this.#target[at - length - 1] === this.#base[at + diagonal - length - 1])
      length++;
    return length;
  }

  #countAgreeing(from: number, to: number, diagonal: number): number {
    let count = 0;
    for (let at = from; at < to; at++) if (this.#target[at] === this.#base[at + diagonal]) count++;
    return count;
  }

  #syncsAt(at: number, diagonal: number, from: number): Sync | undefined {
    const after = this.#agreement(at, diagonal, this.#target.length);
    if (after < windowBytes) return undefined;
    const before = this.#agreementBefore(at, diagonal, from);
    if (before + after < resyncBytesMin && at + after < this.#target.length) return undefined;
    return { at: at - before, diagonal };
  }

  #findClose(from: number, diagonal: number): Sync | undefined {
    const opposite = from + diagonal;
    if (opposite < 0 || opposite + closeBytes > this.#base.length) return undefined;
    if (from + closeBytes > this.#target.length) return undefined;
    let agreeing = 0;
    let pieces = 0;
    let run = 0;
    let found: number | undefined;
    for (let i = 0; i < closeBytes; i++) {
      run = this.#target[from + i] === this.#base[opposite + i] ? run + 1 : 0;
      if (run > 0) agreeing++;
      if (run === 1) pieces++;
      if (run === copyBytesMin) found ??= i - copyBytesMin + 1;
    }
    if (found === undefined || agreeing < closeAgreeingMin || pieces > closeRunsMax) return undefined;
    return { at: from + found, diagonal };
  }

  #findNear(from: number, diagonal: number): Sync | undefined {
    for (let at = from; at < from + nearBytes; at += windowBytes) {
      const sync = this.#syncsAt(at, diagonal, from);
      if (sync !== undefined) return sync;
    }
    return undefined;
  }

  #findAnywhere(from: number, diagonal: number): Sync {
    this.#indexWindows();
    const lastAt = this.#target.length - windowBytes;
    let floor = from;
    let at = from;
    for (let nearAt = from; nearAt <= lastAt; nearAt += windowBytes) {
      const sync = this.#syncsAt(nearAt, diagonal, from);
      if (sync !== undefined) return sync;
      const step = stepAfter(at - from, this.#denselyProbedBytes);
      const stop = Math.min(nearAt + windowBytes, lastAt + 1);
      while (at < stop) {
        const window = this.#table[windowSlot(this.#target, at, this.#bits)] ?? 0;
        const candidate = (window - 1) * windowBytes - at;
        if (window !== 0 && this.#agreement(at, candidate, windowBytes) === windowBytes) {
          const before = this.#agreementBefore(at, candidate, floor);
          if (this.#isWorthwhile(at - before, candidate, diagonal)) {
            return { at: at - before, diagonal: candidate };
          }
          at += windowBytes;
          floor = at;
        } else at += step;
      }
    }
    return { at: this.#target.length, diagonal };
  }

  #indexWindows(): void {
    if (this.#indexed) return;
    this.#indexed = true;
    this.#table.fill(0);
    for (let window = Math.floor(this.#base.length / windowBytes); window > 0; window--) {
      this.#table[windowSlot(this.#base, (window - 1) * windowBytes, this.#bits)] = window;
    }
  }

  #isWorthwhile(at: number, candidate: number, diagonal: number): boolean {
    const run = this.#agreement(at, candidate, gainBytes);
    if (run < this.#matchBytesMin) return false;
    const from = Math.max(at, -diagonal);
    const to = Math.min(at + run, this.#base.length - diagonal);
    return run - this.#countAgreeing(from, to, diagonal) >= gainMin;
  }

  #putStretches(from: number, to: number, diagonal: number): boolean {
    let at = Math.max(from, -diagonal);
    const end = Math.min(to, this.#base.length - diagonal);
    let start = at;
    let score = 0;
    let best = 0;
    let bestEnd = at;
    while (at < end) {
      const stop = Math.min(at + windowBytes, end);
      score += 2 * this.#countAgreeing(at, stop, diagonal) - (stop - at);
      at = stop;
      if (score > best) {
        best = score;
        bestEnd = at;
      }
      if (score < 0 || best - score > addScoreDrop) {
        if (best >= this.#addScoreMin && !this.#put(deltaKind.add, start, bestEnd - start, diagonal))
          return false;
        start = at;
        score = 0;
        best = 0;
      }
    }
    return best < this.#addScoreMin || this.#put(deltaKind.add, start, bestEnd - start, diagonal);
  }

  #put(kind: number, at: number, length: number, diagonal: number): boolean {
    const isPending = at > this.#pending;
    const needed = (isPending ? 1 : 0) + 1 + (at + length < this.#target.length ? 1 : 0);
    if (this.#room < needed) return false;
    if (isPending) {
      this.#records.push(deltaKind.literal, at - this.#pending, 0);
      this.#room--;
    }
    this.#records.push(kind, length, at + diagonal);
    this.#room--;
    this.#pending = at + length;
    return true;
  }
}

function stepAfter(searched: number, denselyProbedBytes: number): number {
  if (searched < denselyProbedBytes) return 1;
  if (searched < 2048) return 3;
  return searched < 8192 ? 7 : 15;
}

/** Top bits of (low * 0x9e3779b97f4a7c15 + high * 0xc2b2ae3d27d4eb4f) mod 2^64, with low and high 64-bit little-endian. */
function windowSlot(bytes: Uint8Array, at: number, bits: number): number {
  const first = product64(word32(bytes, at + 4), word32(bytes, at), 0x9e3779b9, 0x7f4a7c15);
  const second = product64(word32(bytes, at + 12), word32(bytes, at + 8), 0xc2b2ae3d, 0x27d4eb4f);
  const carry = first.low + second.low > 0xffffffff ? 1 : 0;
  return ((first.high + second.high + carry) >>> 0) >>> (32 - bits);
}

function word32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

/** The product mod 2^64 of two 64-bit numbers given as halves. */
function product64(aHigh: number, aLow: number, bHigh: number, bLow: number): { high: number; low: number } {
  // Three partial products of at most 48 bits, exact in a double; the carries between them are exact too.
  const a0 = aLow & 0xffff;
  const a1 = aLow >>> 16;
  const bottom = a0 * bLow;
  const middle = a1 * bLow + Math.floor(bottom / 65_536);
  const low = ((middle % 65_536) * 65_536 + (bottom % 65_536)) >>> 0;
  const carried = Math.floor(middle / 65_536);
  return { high: (carried + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) >>> 0, low };
}
