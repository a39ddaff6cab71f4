// @ts-check
/**
 * Reads WebAssembly code as bytes: sections, function types, and where each instruction begins and ends.
 *
 * It knows the instructions that our compiler emits: WebAssembly 1.0, sign extension, saturating conversion, multiple values, bulk memory and
 * SIMD of 128 bits. Anything else is an error, since an unknown instruction has an unknown length.
 * Source: WebAssembly Core Specification 2.0, chapter 5 (binary format). Positions are byte offsets.
 */

export const opcode = /** @type {const} */ ({
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i64Const: 0x42,
  i64Add: 0x7c,
  i64ShiftRight: 0x88,
  i64FromU32: 0xad,
  bulk: 0xfc,
  simd: 0xfd,
});

/** Codes behind `opcode.bulk` that take a byte length from the top of the stack. */
export const bulkMemory = /** @type {const} */ ({ init: 8, copy: 10, fill: 11 });

const dataDrop = 9;

export const section = /** @type {const} */ ({
  type: 1,
  import: 2,
  function: 3,
  global: 6,
  export: 7,
  code: 10,
});

/** A cursor over bytes. */
export class Reader {
  /** @param {Uint8Array} bytes @param {number} [at] @param {number} [end] */
  constructor(bytes, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  byte() {
    const value = this.at < this.end ? this.bytes[this.at++] : undefined;
    if (value === undefined) throw new Error('the WebAssembly module ends in the middle');
    return value;
  }

  /** An unsigned number of at most 32 bits (LEB128). */
  u32() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  /** Passes over a number of any size (LEB128). */
  skipNumber() {
    while (this.byte() >= 128);
  }

  /** @param {number} count */
  skip(count) {
    this.at += count;
    if (this.at > this.end) throw new Error('the WebAssembly module ends in the middle');
  }

  name() {
    const length = this.u32();
    const start = this.at;
    this.skip(length);
    return Buffer.from(this.bytes.subarray(start, this.at)).toString('utf8');
  }
}

/**
 * Sections in their order; `start` and `end` enclose the content.
 *
 * @param {Uint8Array} module
 * @returns {{ id: number, start: number, end: number }[]}
 */
export function sectionsOf(module) {
  if (Buffer.from(module.subarray(0, 8)).toString('hex') !== '0061736d01000000') {
    throw new Error('not a WebAssembly module of version 1');
  }
  const reader = new Reader(module, 8);
  const found = [];
  while (reader.at < reader.end) {
    const id = reader.byte();
    const length = reader.u32();
    found.push({ id, start: reader.at, end: reader.at + length });
    reader.skip(length);
  }
  return found;
}

/**
 * Passes over one instruction and its immediates.
 *
 * @param {Reader} reader
 * @returns {{ code: number, sub: number }} `sub` is the second code behind a prefix, otherwise 0
 */
export function readInstruction(reader) {
  const code = reader.byte();
  if (code === opcode.bulk || code === opcode.simd) {
    const sub = reader.u32();
    if (code === opcode.bulk) skipBulk(reader, sub);
    else skipSimd(reader, sub);
    return { code, sub };
  }
  skipImmediates(reader, code);
  return { code, sub: 0 };
}

/** @param {Reader} reader @param {number} code */
function skipImmediates(reader, code) {
  // Numeric instructions, and those without an immediate: unreachable, nop, else, end, return, drop, select.
  const isBare = (code >= 0x45 && code <= 0xc4) || [0, 1, 5, 0x0b, 0x0f, 0x1a, 0x1b].includes(code);
  if (isBare) return;
  const isMemory = code >= 0x28 && code <= 0x3e;
  if (isMemory) return skipMemoryArgument(reader);
  switch (code) {
    case opcode.block:
    case opcode.loop:
    case opcode.if:
    case opcode.br:
    case opcode.brIf:
    case opcode.call:
    case opcode.localGet:
    case opcode.localSet:
    case opcode.localTee:
    case opcode.globalGet:
    case opcode.globalSet:
    case 0x3f: // memory.size
    case 0x40: // memory.grow
    case 0x41: // i32.const
    case opcode.i64Const:
      return reader.skipNumber();
    case 0x11: // call_indirect
      reader.skipNumber();
      return reader.skipNumber();
    case opcode.brTable:
      for (let count = reader.u32() + 1; count > 0; count--) reader.skipNumber();
      return;
    case 0x43: // f32.const
      return reader.skip(4);
    case 0x44: // f64.const
      return reader.skip(8);
  }
  throw new Error(`cannot meter instruction 0x${code.toString(16)}`);
}

/** @param {Reader} reader @param {number} sub */
function skipBulk(reader, sub) {
  // Saturating conversions have no immediate.
  if (sub < bulkMemory.init) return;
  const count = new Map([
    [bulkMemory.init, 2],
    [dataDrop, 1],
    [bulkMemory.copy, 2],
    [bulkMemory.fill, 1],
  ]).get(sub);
  if (count === undefined) throw new Error(`cannot meter instruction 0xfc ${sub}`);
  for (let i = 0; i < count; i++) reader.skipNumber();
}

/** @param {Reader} reader @param {number} sub */
function skipSimd(reader, sub) {
  if (sub > 0xff) throw new Error(`cannot meter instruction 0xfd ${sub}`);
  const isLoadOrStore = sub <= 11 || sub === 92 || sub === 93;
  const isLaneInMemory = sub >= 84 && sub <= 91;
  const isLane = sub >= 21 && sub <= 34;
  if (isLoadOrStore || isLaneInMemory) skipMemoryArgument(reader);
  if (isLane || isLaneInMemory) reader.skip(1);
  // v128.const, i8x16.shuffle
  if (sub === 12 || sub === 13) reader.skip(16);
}

/** @param {Reader} reader */
function skipMemoryArgument(reader) {
  reader.skipNumber();
  reader.skipNumber();
}
