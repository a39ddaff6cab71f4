/** SQLite databases: the page size, from the first bytes. Source: "Database File Format", sqlite.org/fileformat2.html, section 1.3. */

const magic = 'SQLite format 3\0';
/** Payload fractions, which the format fixes: maximum, minimum, leaf. */
const fractions = [64, 32, 32] as const;

/** Undefined for what is no SQLite database; a size that is given is not checked here. */
export function sqlitePageBytes(head: Buffer): number | undefined {
  if (head.length < 100 || head.toString('latin1', 0, 16) !== magic) return undefined;
  if (fractions.some((fraction, i) => head[21 + i] !== fraction)) return undefined;
  const size = head.readUInt16BE(16);
  // 65,536 does not fit two bytes.
  return size === 1 ? 65_536 : size;
}
