// @ts-check
/** Writes what .ci/wasm-code.js reads: numbers, vectors and sections in WebAssembly's binary format. */

/** Unsigned LEB128. @param {number} value below 2^32 @returns {number[]} */
export function unsigned(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return [...bytes, value];
}

/** Signed LEB128 of a number that is not negative: its last byte has bit 6 clear. @param {number} value @returns {number[]} */
export function signed(value) {
  const bytes = unsigned(value);
  const last = bytes.pop() ?? 0;
  return last < 64 ? [...bytes, last] : [...bytes, last | 128, 0];
}

/** @param {string} value */
export function text(value) {
  return [...unsigned(value.length), ...Buffer.from(value, 'latin1')];
}

/**
 * A section's content with one item more; of a section that is not there, with that one.
 *
 * @param {import('./wasm-code.js').Reader} section
 * @param {number[]} item
 */
export function extendedVector(section, item) {
  const count = section.at === section.end ? 0 : section.u32();
  const items = section.bytes.subarray(section.at, section.end);
  return Buffer.concat([Buffer.from(unsigned(count + 1)), items, Buffer.from(item)]);
}

/**
 * The module with the content of some sections replaced. Sections that it lacks are put where the format wants them, before the first
 * with a higher number (custom sections, 0, may stand anywhere; data count, 12, stands before code, 10).
 *
 * @param {Uint8Array} module
 * @param {readonly { id: number, start: number, end: number }[]} sections
 * @param {ReadonlyMap<number, Uint8Array>} contents by section number
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function assemble(module, sections, contents) {
  const missing = [...contents.keys()]
    .filter((id) => !sections.some((one) => one.id === id))
    .sort((a, b) => a - b);
  const parts = [module.subarray(0, 8)];
  /** @param {number} id @param {Uint8Array} content */
  const put = (id, content) => parts.push(Buffer.from([id, ...unsigned(content.length)]), content);
  for (const { id, start, end } of sections) {
    while (missing[0] !== undefined && id > missing[0]) {
      const added = missing.shift() ?? 0;
      put(added, contents.get(added) ?? new Uint8Array());
    }
    put(id, contents.get(id) ?? module.subarray(start, end));
  }
  for (const id of missing) put(id, contents.get(id) ?? new Uint8Array());
  return Uint8Array.from(Buffer.concat(parts));
}
