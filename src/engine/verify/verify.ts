/**
 * Verification: a snapshot as it is now against the manifest that was kept of it. Compared are every block's digest, order and presence, every
 * entry's properties, and the identity of the whole. The caller builds the manifest of the present state (engine/manifest.ts) with the kept one's
 * chunker and fingerprint; this compares the two tables, reads nothing and changes nothing.
 *
 * Blocks are compared entry by entry, by place. A kept block that is not at its place is `moved` where another place of the snapshot holds the
 * same bytes; else `altered` where a block of the same length lies there now, else `missing`. A block at a place where the manifest has none
 * is `extra`.
 */
import { UsageError, present } from '../../base/errors.js';
import type { Hasher } from '../fingerprint/fingerprint.js';
import { equalBytes, snapshotId } from '../fingerprint/identity.js';
import type { Manifest } from '../fingerprint/manifest.js';
import type { Entry } from '../snapshot/snapshot.js';
import { BlockComparison, type BlockFinding } from './blocks.js';

type EntryFinding =
  | { readonly kind: 'missing' | 'extra'; readonly path: string }
  | { readonly kind: 'altered'; readonly path: string; readonly properties: readonly EntryProperty[] };

const entryProperties = ['kind', 'mode', 'time', 'size', 'link', 'content'] as const;
type EntryProperty = (typeof entryProperties)[number];

interface FindingCounts {
  readonly entriesMissing: number;
  readonly entriesExtra: number;
  readonly entriesAltered: number;
  readonly blocksAltered: number;
  readonly blocksMoved: number;
  readonly blocksMissing: number;
  readonly blocksExtra: number;
}

/**
 * `damaged manifest`: the kept manifest's entries do not give its own id, or its blocks are not those of its content; it proves nothing. `differs`: the lists hold at most the number of
 * findings that was asked for, the counts are complete.
 */
export type VerifyOutcome =
  | { readonly state: 'match'; readonly blocks: number; readonly entries: number; readonly bytes: number }
  | { readonly state: 'damaged manifest' }
  | {
      readonly state: 'differs';
      /** Whether files, links and their content are the same, so that only modes or times differ. */
      readonly isContentEqual: boolean;
      readonly entries: readonly EntryFinding[];
      readonly blocks: readonly BlockFinding[];
      readonly counts: FindingCounts;
    };

export interface VerifyOptions {
  /** Most findings of each list; 100 unless said otherwise. */
  readonly findingsMax?: number;
  /** Whether different modes and times count; by default they do. */
  readonly metadata?: 'exact' | 'ignore';
}

/**
 * Compares `kept` with `present`, the manifest of the same volume's present state. `hasher` uses the manifest's fingerprint. Throws UsageError
 * where the two were made with different fingerprints or chunkers.
 */
export function verifyManifest(
  kept: Manifest,
  found: Manifest,
  hasher: Hasher,
  options: VerifyOptions = {},
): VerifyOutcome {
  requireComparable(kept, found, hasher);
  if (!isSound(kept, hasher)) return { state: 'damaged manifest' };
  const isContentEqual = equalBytes(kept.id.content, found.id.content);
  const isMetadataEqual = options.metadata === 'ignore' || equalBytes(kept.id.metadata, found.id.metadata);
  const comparison = compareEntries(kept, found, options);
  const { counts } = comparison;
  // The same content, cut by the same chunker, has the same blocks.
  const { blocksAltered, blocksMoved, blocksMissing, blocksExtra } = counts;
  const blockCount = blocksAltered + blocksMoved + blocksMissing + blocksExtra;
  if (isContentEqual && blockCount > 0) return { state: 'damaged manifest' };
  const isEmpty = Object.values(counts).every((count) => count === 0);
  if (isContentEqual && isMetadataEqual && isEmpty) {
    const { totalBytes } = kept.layout;
    return {
      state: 'match',
      blocks: kept.blocks.ends.length,
      entries: kept.entries.length,
      bytes: totalBytes,
    };
  }
  return { state: 'differs', isContentEqual, ...comparison };
}

function requireComparable(kept: Manifest, found: Manifest, hasher: Hasher): void {
  if (kept.fingerprint !== found.fingerprint || hasher.fingerprint.name !== kept.fingerprint) {
    throw new UsageError(`manifests of ${kept.fingerprint} and ${found.fingerprint} cannot be compared`);
  }
  // Rules of pieces differ where a snapshot grew.
  const sizesOf = ({ chunker }: Manifest): string => JSON.stringify({ ...chunker, rules: undefined });
  if (sizesOf(kept) !== sizesOf(found)) {
    throw new UsageError('manifests of different chunkers or block sizes cannot be compared');
  }
}

/** Whether the manifest's entries and entry digests give the id that it states. */
function isSound(manifest: Manifest, hasher: Hasher): boolean {
  const id = snapshotId(hasher, manifest, manifest.entryDigests);
  return equalBytes(id.content, manifest.id.content) && equalBytes(id.metadata, manifest.id.metadata);
}

interface Findings {
  readonly entries: readonly EntryFinding[];
  readonly blocks: readonly BlockFinding[];
  readonly counts: FindingCounts;
}

function compareEntries(kept: Manifest, found: Manifest, options: VerifyOptions): Findings {
  const findingsMax = options.findingsMax ?? 100;
  const entries: EntryFinding[] = [];
  const counts = { missing: 0, extra: 0, altered: 0 };
  const note = (finding: EntryFinding) => {
    counts[finding.kind]++;
    if (entries.length < findingsMax) entries.push(finding);
  };
  const blocks = new BlockComparison(kept, found, findingsMax);
  const places = new Map(found.entries.map(({ path }, index) => [path, index]));
  kept.entries.forEach((entry, index) => {
    const place = places.get(entry.path);
    blocks.compare(index, place);
    if (place === undefined) {
      note({ kind: 'missing', path: entry.path });
      return;
    }
    places.delete(entry.path);
    const other = present(found.entries[place], 'entry');
    const isSame = isSameDigest(kept, index, found, place);
    const properties = differences(entry, other, isSame, options.metadata ?? 'exact');
    if (properties.length > 0) note({ kind: 'altered', path: entry.path, properties });
  });
  for (const [path, place] of places) {
    note({ kind: 'extra', path });
    blocks.compare(undefined, place);
  }
  const { findings, counts: blockCounts } = blocks.finish();
  return {
    entries,
    blocks: findings,
    counts: {
      entriesMissing: counts.missing,
      entriesExtra: counts.extra,
      entriesAltered: counts.altered,
      blocksAltered: blockCounts.altered,
      blocksMoved: blockCounts.moved,
      blocksMissing: blockCounts.missing,
      blocksExtra: blockCounts.extra,
    },
  };
}

function differences(
  kept: Entry,
  found: Entry,
  isSameContent: boolean,
  metadata: 'exact' | 'ignore',
): EntryProperty[] {
  const differs: Readonly<Record<EntryProperty, boolean>> = {
    kind: kept.kind !== found.kind,
    mode: metadata === 'exact' && kept.mode !== found.mode,
    time: metadata === 'exact' && kept.mtimeMicros !== found.mtimeMicros,
    size: kept.sizeBytes !== found.sizeBytes,
    link: kept.linkTarget !== found.linkTarget,
    content: !isSameContent,
  };
  return entryProperties.filter((property) => differs[property]);
}

function isSameDigest(a: Manifest, i: number, b: Manifest, j: number): boolean {
  const widthOf = (manifest: Manifest) => manifest.entryDigests.length / manifest.entries.length;
  const at = (manifest: Manifest, index: number) =>
    manifest.entryDigests.subarray(index * widthOf(manifest), (index + 1) * widthOf(manifest));
  return equalBytes(at(a, i), at(b, j));
}
