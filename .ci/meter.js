// @ts-check
/**
 * Makes a metered copy of a WebAssembly module: the same functions, memory and results, and one export more, the mutable 64-bit global
 * `instructions`, to which every exported or inner call adds the number of instructions that it executed.
 *
 * What counts: every executed instruction of the original counts one, apart from the five that only mark structure and that no machine
 * code comes of (block, loop, else, end, nop). memory.copy, memory.fill and memory.init also count one for each 16 bytes that they move,
 * rounded up: otherwise a loop would look cheaper when it is hidden in one instruction. What metering adds counts nothing.
 *
 * How: a function sums in a local, at the head of each basic block (a stretch that is entered at its top and left at its end), and adds
 * the local to the global where it returns. The original's body lies in one block more, so that branches out of it, too, come by
 * there; branch depths stay as they are. Instructions are copied as bytes, so what is counted is the compiled module itself.
 *
 * Limits: a call that traps loses what its own and the frames above it had counted. Counts know nothing of caches and of what V8 makes
 * of the code. Functions that return several values need a matching block type in the module.
 */
import { Reader, bulkMemory, opcode, readInstruction, section, sectionsOf } from './wasm-code.js';
import { assemble, extendedVector, signed, text, unsigned } from './wasm-write.js';

/** Bytes that one counted instruction of a bulk memory operation stands for: one move of a 128-bit register. */
const bulkBytesShift = 4;

const exportName = 'instructions';
const i32 = 0x7f;
const i64 = 0x7e;
const noResult = 0x40;
const globalKind = 3;

/** @type {ReadonlySet<number>} */
const marksOnly = new Set([opcode.block, opcode.loop, opcode.else, opcode.end, opcode.nop]);

/** What another basic block begins behind: places that control leaves from, or comes to from elsewhere. @type {ReadonlySet<number>} */
const endsBlock = new Set([
  ...[opcode.loop, opcode.if, opcode.else, opcode.end],
  ...[opcode.br, opcode.brIf, opcode.brTable, opcode.return],
]);

/** @type {ReadonlySet<number>} */
const takesLength = new Set(Object.values(bulkMemory));

/** @typedef {{ params: number, results: number[] }} Signature */

/**
 * @param {Uint8Array<ArrayBuffer>} module
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function meteredModule(module) {
  const sections = sectionsOf(module);
  /** @param {number} id */
  const reader = (id) => {
    const found = sections.find((one) => one.id === id);
    return found === undefined ? new Reader(module, 0, 0) : new Reader(module, found.start, found.end);
  };
  const types = readTypes(reader(section.type));
  const importedGlobals = countImportedGlobals(reader(section.import));
  const signatures = readVector(reader(section.function), (from) => types[from.u32()]);
  const globals = reader(section.global);
  const globalIndex = importedGlobals + (globals.at === globals.end ? 0 : globals.u32());
  const bodies = readVector(reader(section.code), (from) => {
    const length = from.u32();
    const start = from.at;
    from.skip(length);
    return new Reader(module, start, start + length);
  });
  const code = bodies.map((body, index) => {
    const signature = signatures[index];
    if (signature === undefined) throw new Error('a function of the module has no type');
    return meteredBody(body, signature, types, globalIndex);
  });
  const addedGlobal = [i64, 1, opcode.i64Const, 0, opcode.end];
  const addedExport = [...text(exportName), globalKind, ...unsigned(globalIndex)];
  const contents = new Map([
    [section.code, Buffer.concat([Buffer.from(unsigned(code.length)), ...code])],
    [section.global, extendedVector(reader(section.global), addedGlobal)],
    [section.export, extendedVector(reader(section.export), addedExport)],
  ]);
  const metered = assemble(module, sections, contents);
  if (!WebAssembly.validate(metered)) throw new Error('the metered module is not valid');
  return metered;
}

/**
 * One function's entry of the code section.
 *
 * @param {Reader} body
 * @param {Signature} signature
 * @param {readonly Signature[]} types
 * @param {number} globalIndex
 */
function meteredBody(body, signature, types, globalIndex) {
  const groups = body.u32();
  const groupsStart = body.at;
  let locals = signature.params;
  for (let i = 0; i < groups; i++) {
    locals += body.u32();
    body.byte();
  }
  const groupsEnd = body.at;
  const flush = flushing(locals, globalIndex);
  const pieces = meteredInstructions(body, locals, flush);
  const content = Buffer.concat([
    Buffer.from(unsigned(groups + 2)),
    body.bytes.subarray(groupsStart, groupsEnd),
    Buffer.from([1, i64, 1, i32, opcode.block, ...blockType(signature.results, types)]),
    // The last of them is the `end` of the function, which now ends the block.
    ...pieces,
    flush,
    Buffer.of(opcode.end),
  ]);
  return Buffer.concat([Buffer.from(unsigned(content.length)), content]);
}

/**
 * The instructions from the reader's position to its end, with counting among them.
 *
 * @param {Reader} body
 * @param {number} sum the local that counts; the one behind it holds a length for a moment
 * @param {Uint8Array} flush
 */
function meteredInstructions(body, sum, flush) {
  const weighing = Buffer.from(lengthWeighing(sum));
  /** @type {Uint8Array[]} */
  const pieces = [];
  /** @type {Uint8Array[]} */
  let block = [];
  let count = 0;
  while (body.at < body.end) {
    const start = body.at;
    const { code, sub } = readInstruction(body);
    if (code === opcode.return) block.push(flush);
    if (code === opcode.bulk && takesLength.has(sub)) block.push(weighing);
    if (!marksOnly.has(code)) count++;
    block.push(body.bytes.subarray(start, body.at));
    if (!endsBlock.has(code)) continue;
    if (count > 0) pieces.push(Buffer.from([...adding(sum, [opcode.i64Const, ...signed(count)])]));
    pieces.push(...block);
    block = [];
    count = 0;
  }
  return pieces;
}

/** @param {number} sum @param {number[]} amount code that leaves a 64-bit number on the stack */
function adding(sum, amount) {
  const local = unsigned(sum);
  return [opcode.localGet, ...local, ...amount, opcode.i64Add, opcode.localSet, ...local];
}

/** Adds what a length on top of the stack, which stays there, weighs. @param {number} sum */
function lengthWeighing(sum) {
  const length = unsigned(sum + 1);
  return [
    ...[opcode.localTee, ...length],
    ...adding(sum, [
      ...[opcode.localGet, ...length, opcode.i64FromU32],
      ...[opcode.i64Const, ...signed((1 << bulkBytesShift) - 1), opcode.i64Add],
      ...[opcode.i64Const, ...signed(bulkBytesShift), opcode.i64ShiftRight],
    ]),
  ];
}

/** @param {number} sum @param {number} globalIndex */
function flushing(sum, globalIndex) {
  const total = unsigned(globalIndex);
  return Buffer.from([
    ...[opcode.globalGet, ...total, opcode.localGet, ...unsigned(sum), opcode.i64Add],
    ...[opcode.globalSet, ...total],
  ]);
}

/** @param {number[]} results @param {readonly Signature[]} types */
function blockType(results, types) {
  const [only] = results;
  if (only === undefined) return [noResult];
  if (results.length === 1) return [only];
  const index = types.findIndex((type) => type.params === 0 && String(type.results) === String(results));
  if (index < 0)
    throw new Error('cannot meter a function of several results without a type for a block of them');
  return signed(index);
}

/** @param {Reader} reader @returns {Signature[]} */
function readTypes(reader) {
  return readVector(reader, () => {
    if (reader.byte() !== 0x60) throw new Error('cannot meter a module with types other than functions');
    const params = readVector(reader, () => reader.byte());
    return { params: params.length, results: readVector(reader, () => reader.byte()) };
  });
}

/** @param {Reader} reader */
function countImportedGlobals(reader) {
  let count = 0;
  readVector(reader, () => {
    reader.name();
    reader.name();
    const kind = reader.byte();
    if (kind === globalKind) count++;
    // A table has its element's type first; tables and memories have limits.
    if (kind === 0) return reader.skipNumber();
    if (kind === globalKind) return reader.skip(2);
    if (kind === 1) reader.skip(1);
    const hasMaximum = (reader.byte() & 1) === 1;
    reader.skipNumber();
    if (hasMaximum) reader.skipNumber();
  });
  return count;
}

/**
 * @template T
 * @param {Reader} reader
 * @param {(reader: Reader) => T} readItem
 * @returns {T[]}
 */
function readVector(reader, readItem) {
  if (reader.at === reader.end) return [];
  return Array.from({ length: reader.u32() }, () => readItem(reader));
}
