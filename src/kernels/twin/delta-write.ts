/** Operations as a package holds them, written in plain TypeScript: the reference for assembly/delta-write.ts, which draws the state's layout. */
import { homeBytesMin } from '../../base/limits.js';
import { instructionKind, literalBytesLong, putKind } from '../abi.js';

const lengthsRoom = 16;
const addressesRoom = 8;

export function deltaPut(
  memory: WebAssembly.Memory,
  state: number,
  kind: number,
  length: number,
  addressLow: number,
  addressHigh: number,
): number {
  return new Writer(memory, state).put(kind, length >>> 0, joined(addressLow, addressHigh)) ? 1 : 0;
}

export function deltaWrite(
  memory: WebAssembly.Memory,
  state: number,
  operations: number,
  operationCount: number,
  parts: number,
  partCount: number,
): number {
  const writer = new Writer(memory, state);
  const records = new Uint32Array(memory.buffer, operations, operationCount * 3);
  const places = new Uint32Array(memory.buffer, parts, partCount * 3);
  for (let i = 0; i < operationCount; i++) {
    const [kind = 0, length = 0, offset = 0] = records.subarray(i * 3, i * 3 + 3);
    if (kind === putKind.literal) {
      if (!writer.put(kind, length, 0)) return i;
      continue;
    }
    let start = 0;
    for (let part = 0; part < partCount; part++) {
      const [end = 0, addressLow = 0, addressHigh = 0] = places.subarray(part * 3, part * 3 + 3);
      const from = Math.max(start, offset);
      const to = Math.min(end, offset + length);
      if (from < to && !writer.put(kind, to - from, joined(addressLow, addressHigh) + from - start)) return i;
      start = end;
    }
  }
  return operationCount;
}

function joined(low: number, high: number): number {
  return (high >>> 0) * 2 ** 32 + (low >>> 0);
}

/** Reaches 2^54, beyond exact numbers. */
function zigzag(value: bigint): bigint {
  return value >= 0n ? value * 2n : -value * 2n - 1n;
}

/** Field offsets of the state. */
const field = {
  target: 0,
  displacement: 8,
  home: 16,
  address: 24,
  length: 32,
  literal: 40,
  kind: 48,
  count: 52,
  instructions: 56,
  lengths: 60,
  addresses: 64,
  instructionsEnd: 68,
  lengthsEnd: 72,
  addressesEnd: 76,
  literals: 80,
} as const;
type Word = 'kind' | 'count' | 'instructions' | 'lengths' | 'addresses' | 'literals';
type Number64 = 'target' | 'displacement' | 'home' | 'address' | 'length' | 'literal';

class Writer {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  constructor(memory: WebAssembly.Memory, state: number) {
    this.#bytes = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer, state, 88);
  }

  put(kind: number, length: number, address: number): boolean {
    if (kind === putKind.literal) this.#setWord('literals', this.#word('literals') + length);
    const pending = this.#number('length');
    if (pending > 0) {
      if (this.#continues(kind, address, pending)) {
        this.#setNumber('length', pending + length);
        return true;
      }
      if (!this.#flush(pending)) return false;
    }
    if (kind === putKind.end) return this.#number('literal') === 0 || this.#instruct(instructionKind.end);
    this.#setWord('kind', kind);
    this.#setNumber('length', length);
    this.#setNumber('address', address);
    return true;
  }

  #continues(kind: number, address: number, pending: number): boolean {
    if (kind !== this.#word('kind')) return false;
    if (kind === putKind.literal || kind === putKind.zero) return true;
    return kind !== putKind.repeat && address === this.#number('address') + pending;
  }

  #flush(length: number): boolean {
    const kind = this.#word('kind');
    const target = this.#number('target');
    const address = this.#number('address');
    if (kind === putKind.literal) this.#setNumber('literal', length);
    else if (kind === putKind.zero) {
      if (!this.#instruct(instructionKind.zero)) return false;
      this.#varint('lengths', BigInt(length));
    } else if (kind === putKind.repeat) {
      if (!this.#instruct(instructionKind.repeat)) return false;
      this.#varint('lengths', BigInt(length));
      this.#varint('addresses', BigInt(target - address));
    } else if (!this.#along(kind === putKind.copy, length, address - target)) return false;
    this.#setNumber('target', target + length);
    this.#setNumber('length', 0);
    this.#setWord('count', this.#word('count') + 1);
    return true;
  }

  #along(isCopy: boolean, length: number, displacement: number): boolean {
    const moved = displacement - this.#number('displacement');
    const isHome = isCopy && displacement === this.#number('home');
    let instruction: number = isCopy ? instructionKind.copyMoved : instructionKind.addMoved;
    if (moved === 0) instruction = isCopy ? instructionKind.copy : instructionKind.add;
    else if (isHome) instruction = instructionKind.copyHome;
    if (!this.#instruct(instruction)) return false;
    this.#varint('lengths', BigInt(length));
    if (moved !== 0 && !isHome) this.#varint('addresses', zigzag(BigInt(moved)));
    this.#setNumber('displacement', displacement);
    if (isCopy && length >= homeBytesMin) this.#setNumber('home', displacement);
    return true;
  }

  #instruct(kind: number): boolean {
    const room = (name: 'instructions' | 'lengths' | 'addresses') =>
      this.#view.getUint32(field[`${name}End`], true) - this.#word(name);
    if (room('instructions') < 1 || room('lengths') < lengthsRoom || room('addresses') < addressesRoom)
      return false;
    const literal = this.#number('literal');
    this.#byte('instructions', kind * 32 + Math.min(literal, literalBytesLong));
    if (literal >= literalBytesLong) this.#varint('lengths', BigInt(literal - literalBytesLong));
    this.#setNumber('literal', 0);
    return true;
  }

  #varint(stream: 'lengths' | 'addresses', value: bigint): void {
    let rest = value;
    for (; rest >= 128n; rest >>= 7n) this.#byte(stream, Number(rest & 127n) | 128);
    this.#byte(stream, Number(rest));
  }

  #byte(stream: 'instructions' | 'lengths' | 'addresses', value: number): void {
    const at = this.#word(stream);
    this.#bytes[at] = value;
    this.#setWord(stream, at + 1);
  }

  #word(name: Word): number {
    return this.#view.getUint32(field[name], true);
  }

  #setWord(name: Word, value: number): void {
    this.#view.setUint32(field[name], value, true);
  }

  #number(name: Number64): number {
    return Number(this.#view.getBigInt64(field[name], true));
  }

  #setNumber(name: Number64, value: number): void {
    this.#view.setBigInt64(field[name], BigInt(value), true);
  }
}
