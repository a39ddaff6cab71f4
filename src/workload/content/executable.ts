/**
 * Content like that of executables for x86-64: functions of short instructions, tables of addresses, strings, runs of padding.
 *
 * Of 128 KiB, three quarters are code, an eighth addresses, the rest strings and zeros. What makes such files special for chunking and
 * matching is there: few distinct opcodes, little-endian numbers with zero or one bits above, alignment to 16 bytes. Deflate leaves
 * half, of real programs 40 to 50 %. It does not run.
 */
import { Draws } from './draws.js';
import { cellSource, patchworkSource, zeroSource, type Source } from './source.js';
import { commonWords, writeWord } from './vocabulary.js';

const cellBytes = 4096;
const stretchBytes = 8192;
/** Stretches that repeat through the stream; the code is the rule. */
const addressesAt = 5;
const stringsAt = 7;
const zerosAt = 15;

export function executableSource(seed: number): Source {
  const code = codeCells(seed);
  const addresses = addressCells(seed);
  const strings = stringCells(seed);
  return patchworkSource(stretchBytes, (stretch) => {
    const place = stretch % 16;
    if (place === addressesAt || place === addressesAt + 8) return addresses;
    if (place === stringsAt) return strings;
    return place === zerosAt ? zeroSource : code;
  });
}

/** Opcodes with what follows them: b is a byte that varies, s a small byte, d a small number of 32 bits, r a distance of 32 bits. */
const instructions: readonly (readonly [weight: number, bytes: readonly number[], operands: string])[] = [
  [9, [0x48, 0x89], 'b'],
  [8, [0x48, 0x8b], 'bs'],
  [8, [0xe8], 'r'],
  [6, [0x48, 0x8d, 0x05], 'r'],
  [6, [0x0f, 0x84], 'd'],
  [6, [0x74], 's'],
  [5, [0x75], 's'],
  [5, [0x48, 0x85, 0xc0], ''],
  [4, [0x83, 0xf8], 's'],
  [4, [0x31, 0xc0], ''],
  [4, [0x41, 0x0f, 0xb6], 'bs'],
  [3, [0xbf], 'd'],
  [3, [0xeb], 's'],
  [3, [0x48, 0x83, 0xc4], 's'],
  [2, [0xf3, 0x0f, 0x10], 'bd'],
  [2, [0x66, 0x0f, 0x6f], 'bs'],
];
const ladder = instructions.flatMap(([weight, bytes, operands]) =>
  Array.from({ length: weight }, () => [bytes, operands] as const),
);
const prologue = [0x55, 0x48, 0x89, 0xe5, 0x41, 0x57, 0x41, 0x56, 0x53, 0x48, 0x83, 0xec];
const epilogue = [0x5b, 0x41, 0x5e, 0x41, 0x5f, 0x5d, 0xc3];
const functionAlignment = 16;
const padding = 0xcc;

function codeCells(seed: number): Source {
  return cellSource(cellBytes, (cell, into) => {
    const draws = new Draws(seed, cell, 1);
    const end = into.length;
    let at = 0;
    const put = (byte: number): void => {
      if (at < end) into[at++] = byte;
    };
    while (at < end) {
      prologue.forEach(put);
      put(draws.below(16) * 8);
      for (let left = draws.between(8, 90); left > 0; left--) {
        const [bytes, operands] = ladder[draws.below(ladder.length)] ?? [prologue, ''];
        bytes.forEach(put);
        for (const operand of operands) putOperand(operand, draws, put);
      }
      epilogue.forEach(put);
      while (at < end && at % functionAlignment !== 0) into[at++] = padding;
    }
  });
}

function putOperand(operand: string, draws: Draws, put: (byte: number) => void): void {
  if (operand === 'b') put(0x40 | draws.skewed(192));
  else if (operand === 's') put(draws.skewed(32) * 8);
  else {
    const distance = operand === 'd' ? draws.skewed(4096) : draws.below(1 << 22) - (1 << 21);
    for (let shift = 0; shift < 32; shift += 8) put((distance >>> shift) & 0xff);
  }
}

/** Ascending addresses of 64 bits, as in tables of relocations and of virtual functions. */
function addressCells(seed: number): Source {
  return cellSource(cellBytes, (cell, into, view) => {
    const draws = new Draws(seed, cell, 2);
    let address = 0x400000 + cell * cellBytes * 4;
    for (let at = 0; at < into.length; at += 8) {
      address += draws.skewed(16) * 16;
      view.setUint32(at, address >>> 0, true);
      view.setUint32(at + 4, 0, true);
    }
  });
}

/** Names as in a symbol table: two or three words, a zero byte behind. */
function stringCells(seed: number): Source {
  return cellSource(cellBytes, (cell, into) => {
    const draws = new Draws(seed, cell, 3);
    for (let at = 0; at < into.length;) {
      for (let left = draws.between(2, 3); left > 0 && at < into.length; left--) {
        at = writeWord(commonWords, draws.skewed(commonWords.count), into, at, into.length);
        if (at < into.length) into[at++] = left === 1 ? 0 : 0x5f;
      }
    }
  });
}
