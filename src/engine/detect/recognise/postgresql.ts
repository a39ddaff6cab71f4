/**
 * Relation files of PostgreSQL: the page size, from page headers. There is no magic number, so several pages have to look like pages.
 *
 * Source: PostgreSQL, src/include/storage/bufpage.h, PageHeaderData: u16 lower, upper and special offsets at 12, then u16 page size + version. Pages of
 * another size than the usual 8 KiB are a choice at build time that next to nobody makes; they are not recognised.
 */
export const postgresqlPageBytes = 8192;

const headerBytes = 24;
const sizeAndVersion = postgresqlPageBytes | 4;

/** Whether these bytes begin a page: one that was never written is all zero. */
export function isPostgresqlPage(head: Buffer, unwritten: 'allowed' | 'refused'): boolean {
  if (head.length < headerBytes) return false;
  if (unwritten === 'allowed' && head.subarray(0, headerBytes).every((byte) => byte === 0)) return true;
  const [lower, upper, special] = [head.readUInt16LE(12), head.readUInt16LE(14), head.readUInt16LE(16)];
  return (
    head.readUInt16LE(18) === sizeAndVersion &&
    lower >= headerBytes &&
    lower <= upper &&
    upper <= special &&
    special <= postgresqlPageBytes
  );
}
