/**
 * The pages of a row store, 4 KiB each, in the manner of PostgreSQL: heap pages with slotted rows and index leaves with sorted
 * keys.
 *
 * A page in version v is its first state with v updates applied in order, each drawn from (seed, page, update): a page
 * therefore shares nearly all its bytes with its previous version, as real pages do, while a few are moved inside the page.
 *
 * Header, 24 bytes little-endian: u64 log position, u16 checksum, u16 kind, u16 end of slots, u16 start of rows, u16 page size,
 * u16 layout, u32 version. Heap: u16 slots, then rows packed from the end. Index: u64 keys (big-endian, so that bytes sort)
 * with a u32 row pointer.
 */
import { Draws } from './draws.js';
import { commonWords, writeAscii, writeWord, writeWords } from './vocabulary.js';

export const databasePageBytes = 4096;
const headerBytes = 24;
const slotBytes = 2;
const keyBytes = 12;
/** Fixed part of a row: u32 writer, u32 id, u8 status, u8 note length, u16 zero, u64 time, u32 amount, 32 hexadecimal digits. */
const fixedRowBytes = 56;
const noteBytesMax = 200;
const statuses = 'new paid packed shipped delivered returned'.split(' ');

const [metaKind, indexKind, heapKind] = [1, 2, 3];

interface Row {
  readonly id: number;
  writer: number;
  status: number;
  amount: number;
  /** Seconds after the table's first row. */
  time: number;
  noteBytes: number;
  noteSeed: number;
}

/** Draws one page. Page 0 holds the counters of the database, every eighth page is an index leaf, the others are heap pages. */
export function drawDatabasePage(
  seed: number,
  page: number,
  version: number,
  into: Uint8Array,
  view: DataView,
): void {
  into.fill(0);
  let kind = heapKind;
  let border = [headerBytes, databasePageBytes] as readonly [number, number];
  if (page === 0) {
    kind = metaKind;
    border = drawMeta(seed, version, into, view);
  } else if (page % 8 === 3) {
    kind = indexKind;
    border = drawIndex(seed, page, version, view);
  } else {
    border = drawHeap(seed, page, version, into, view);
  }
  view.setUint32(0, 0x1000_0000 + version * 0x9e37, true);
  view.setUint32(4, page >>> 12, true);
  view.setUint16(10, kind, true);
  view.setUint16(12, border[0], true);
  view.setUint16(14, border[1], true);
  view.setUint16(16, databasePageBytes, true);
  view.setUint16(18, 4, true);
  view.setUint32(20, version, true);
  view.setUint16(8, checksum(view), true);
}

function drawMeta(
  seed: number,
  version: number,
  into: Uint8Array,
  view: DataView,
): readonly [number, number] {
  const end = writeAscii(into, headerBytes, databasePageBytes, 'orders database, row store format 4');
  view.setUint32(64, seed >>> 0, true);
  for (let at = 68; at < 68 + 16 * 4; at += 4) view.setUint32(at, version * (at - 60), true);
  return [end, databasePageBytes];
}

function drawHeap(
  seed: number,
  page: number,
  version: number,
  into: Uint8Array,
  view: DataView,
): readonly [number, number] {
  const rows: Row[] = [];
  const draws = new Draws(seed, page);
  const limit = databasePageBytes - headerBytes - draws.below(400);
  let used = 0;
  for (;;) {
    const row = firstRow(draws, page * 32 + rows.length);
    if (used + sizeOf(row) > limit) break;
    used += sizeOf(row);
    rows.push(row);
  }
  for (let update = 1; update <= version; update++)
    used = updateRow(new Draws(seed, page, update), rows, used, update);
  let top = databasePageBytes;
  rows.forEach((row, slot) => {
    top -= fixedRowBytes + row.noteBytes;
    view.setUint16(headerBytes + slot * slotBytes, top, true);
    writeRow(seed, row, top, into, view);
  });
  return [headerBytes + rows.length * slotBytes, top];
}

function sizeOf(row: Row): number {
  return fixedRowBytes + row.noteBytes + slotBytes;
}

function firstRow(draws: Draws, id: number): Row {
  return {
    id,
    writer: draws.below(1 << 16),
    status: draws.below(statuses.length),
    amount: draws.between(100, 5_000_000),
    time: id * 37 + draws.below(30),
    noteBytes: draws.between(20, noteBytesMax),
    noteSeed: draws.u32(),
  };
}

/** Every update sets status, amount and time of one row; every second also writes a new note, which moves the rows stored below it. */
function updateRow(draws: Draws, rows: Row[], used: number, update: number): number {
  const row = rows[draws.below(rows.length)];
  if (row === undefined) return used;
  row.writer = 0x10000 + update;
  row.status = draws.below(statuses.length);
  row.amount = draws.between(100, 5_000_000);
  row.time += draws.between(60, 86_400);
  if (draws.below(2) === 0) return used;
  const room = databasePageBytes - headerBytes - used + row.noteBytes;
  const noteBytes = Math.min(draws.between(20, noteBytesMax), room);
  const grown = used + noteBytes - row.noteBytes;
  row.noteBytes = noteBytes;
  row.noteSeed = draws.u32();
  return grown;
}

function writeRow(seed: number, row: Row, at: number, into: Uint8Array, view: DataView): void {
  view.setUint32(at, row.writer, true);
  view.setUint32(at + 4, row.id >>> 0, true);
  into[at + 8] = row.status;
  into[at + 9] = row.noteBytes;
  view.setUint32(at + 12, 1_600_000_000 + row.time, true);
  view.setUint32(at + 20, row.amount, true);
  const token = new Draws(seed, row.id, 0x70c);
  for (let i = 0; i < 4; i++) {
    writeAscii(into, at + 24 + i * 8, at + 32 + i * 8, token.u32().toString(16).padStart(8, '0'));
  }
  const end = at + fixedRowBytes + row.noteBytes;
  const words = new Draws(row.noteSeed, row.id);
  let cursor = writeAscii(into, at + fixedRowBytes, end, `${statuses[row.status] ?? ''} `);
  cursor = writeWord(commonWords, words.skewed(commonWords.count), into, cursor, end);
  cursor = writeAscii(into, cursor, end, '@example.com ');
  writeWords(commonWords, words, into, cursor, end);
}

/**
 * Keys grow along the page; an update puts one new key in its place and moves those behind it, or when the page is full, its
 * pointer alone.
 */
function drawIndex(seed: number, page: number, version: number, view: DataView): readonly [number, number] {
  const draws = new Draws(seed, page);
  const room = Math.floor((databasePageBytes - headerBytes) / keyBytes);
  const keys: { key: number; row: number }[] = [];
  let key = page * 16_777_216;
  for (let left = draws.between(Math.floor(room * 0.6), Math.floor(room * 0.9)); left > 0; left--) {
    key += draws.between(1, 65_536);
    keys.push({ key, row: draws.u32() >>> 8 });
  }
  for (let update = 1; update <= version; update++) {
    const change = new Draws(seed, page, update);
    const slot = change.below(keys.length);
    const held = keys[slot];
    if (held === undefined) continue;
    const row = change.u32() >>> 8;
    if (keys.length < room) keys.splice(slot, 0, { key: held.key - 1, row });
    else keys[slot] = { key: held.key, row };
  }
  keys.forEach((item, slot) => {
    const at = headerBytes + slot * keyBytes;
    view.setUint32(at, Math.floor(item.key / 4_294_967_296));
    view.setUint32(at + 4, item.key >>> 0);
    view.setUint32(at + 8, item.row, true);
  });
  return [headerBytes + keys.length * keyBytes, databasePageBytes];
}

/** FNV-1a over the page's 32-bit words with the checksum itself as zero, folded to 16 bits. */
function checksum(view: DataView): number {
  let h = 0x811c9dc5;
  for (let at = 0; at < databasePageBytes; at += 4) h = Math.imul(h ^ view.getUint32(at, true), 0x01000193);
  return (h ^ (h >>> 16)) & 0xffff;
}
