/**
 * The page size of a file made of pages. Comparison in place then asks page by page: pages below 4 KiB are found where they moved inside what would
 * else be one changed block, and pages above it are one question in place of several.
 *
 * Law: at most four reads of 4 KiB and less; whatever the header says, the size is a power of two from 512 B to 64 KiB, or there is none.
 */
import { leafBytes } from '../../../base/limits.js';
import type { ContentReader } from '../../snapshot/snapshot.js';
import { ext4BlockBytes } from './ext4.js';
import { isPostgresqlPage, postgresqlPageBytes } from './postgresql.js';
import type { RecogniserName } from './recognisers.js';
import { sqlitePageBytes } from './sqlite.js';

const headBytes = 4096;
const pageBytesMin = 512;
const pageBytesMax = 64 * 1024;
/** Shares of the file at which pages are looked at besides the first. */
const sampledShares = [0.33, 0.67, 1] as const;

/** Of the file in [start, end); undefined where none of these recognisers knows it, and for files below one leaf. */
export function recognisedPageBytes(
  reader: ContentReader,
  start: number,
  end: number,
  recognisers: readonly RecogniserName[],
): number | undefined {
  if (end - start < leafBytes) return undefined;
  const head = Buffer.alloc(headBytes);
  reader.read(start, head);
  const knows = (name: RecogniserName): boolean => recognisers.includes(name);
  const found =
    (knows('sqlite') ? sqlitePageBytes(head) : undefined) ??
    (knows('ext4') ? ext4BlockBytes(head) : undefined) ??
    (knows('postgresql') ? postgresqlBytes(reader, head, start, end) : undefined);
  if (found === undefined || found < pageBytesMin || found > pageBytesMax) return undefined;
  return Number.isInteger(Math.log2(found)) ? found : undefined;
}

function postgresqlBytes(
  reader: ContentReader,
  head: Buffer,
  start: number,
  end: number,
): number | undefined {
  if ((end - start) % postgresqlPageBytes !== 0 || !isPostgresqlPage(head, 'refused')) return undefined;
  const last = (end - start) / postgresqlPageBytes - 1;
  const isPaged = sampledShares.every((share) => {
    const page = Buffer.alloc(32);
    reader.read(start + Math.floor(last * share) * postgresqlPageBytes, page);
    return isPostgresqlPage(page, 'allowed');
  });
  return isPaged ? postgresqlPageBytes : undefined;
}
