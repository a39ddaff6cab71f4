/**
 * block-merge: joins heads entry by entry and block by block against their nearest ancestors, over manifests alone.
 *
 * Law: a pure function of the plan and its manifests. Every entry and block of the result comes from one of the heads. An entry that one side
 * alone changed is taken whole; a file that several changed is joined by blocks, its size, mode and time each settled for itself. What
 * several changed differently is a conflict: the latest side prevails (settle.ts).
 *
 * Limits: what lies in two blocks may come from two sides, so a file with structure across blocks (a database, an archive) can be torn. A removed file that another
 * side changed is a conflict like any other. A block that fits nobody's length but the size's own side comes from there.
 */
import { present } from '../../base/errors.js';
import { fingerprints, type FingerprintName } from '../../engine/fingerprint/fingerprint.js';
import type { BlockTable, Manifest } from '../../engine/fingerprint/manifest.js';
import { comparePaths, parentPath } from '../../engine/snapshot/entry-rules.js';
import type { Entry, SnapshotForm } from '../../engine/snapshot/snapshot.js';
import { nearestAmong } from './history.js';
import type { MergeObstacle, MergePlan } from './merge-plan.js';
import { MergeSource } from './merge-source.js';
import { settle, type Settled } from './settle.js';
import type { Dot } from './version.js';

/** A merge's content, but for the digests of entries that no side has whole (finish-merge.ts). */
export interface MergedContent {
  readonly form: SnapshotForm;
  readonly fingerprint: FingerprintName;
  readonly blockBytes: number;
  readonly entries: readonly Entry[];
  readonly blocks: BlockTable;
  /** By entry: the content digest of a file that one head has just so. */
  readonly contentDigests: readonly (Uint8Array | undefined)[];
  /** The latest head's manifest: blocks that it has keep their origin. */
  readonly previous: Manifest;
  /** Files joined by blocks, and entries and blocks that several sides had changed differently. */
  readonly joinedFiles: number;
  readonly conflicts: number;
}

/** An entry of the result: as a head has it, or with blocks of several. */
interface MergedEntry {
  readonly entry: Entry;
  /** The head whose content it has, where it is one's. */
  readonly source: number;
  /** By block: the head that it comes from. */
  readonly picks?: Int32Array;
}

/** Joins what was planned. `manifestOf` gives undefined for a version whose manifest is not at hand. */
export function mergeBlocks(
  plan: MergePlan,
  manifestOf: (dot: Dot) => Manifest | undefined,
): MergedContent | MergeObstacle {
  const manifests: Manifest[] = [];
  for (const { dot } of [...plan.heads, ...plan.ancestors]) {
    const manifest = manifestOf(dot);
    if (manifest === undefined) return 'manifest-missing';
    manifests.push(manifest);
  }
  const { blockBytes } = plan.policy;
  const previous = present(manifests[plan.heads.length - 1], 'the latest manifest');
  for (const { chunker, fingerprint, form } of manifests) {
    if (chunker.name !== 'fixed' || chunker.blockBytes !== blockBytes) return 'other-chunker';
    if (fingerprint !== previous.fingerprint) return 'other-fingerprint';
    if (form !== previous.form) return 'other-form';
  }
  return new Merge(plan, manifests).run(previous);
}

class Merge {
  readonly #sources: readonly MergeSource[];
  readonly #heads: readonly number[];
  readonly #nearest: readonly (readonly (readonly number[])[])[];
  readonly #blockBytes: number;
  readonly #merged = new Map<string, MergedEntry>();
  #joinedFiles = 0;
  #conflicts = 0;

  constructor(plan: MergePlan, manifests: readonly Manifest[]) {
    const { heads, ancestors } = plan;
    this.#blockBytes = plan.policy.blockBytes;
    this.#sources = manifests.map(
      (manifest) =>
        new MergeSource(manifest, this.#blockBytes, fingerprints[manifest.fingerprint].digestBytes),
    );
    this.#heads = heads.map((_, i) => i);
    this.#nearest = heads.map((a) =>
      heads.map((b) =>
        nearestAmong(ancestors, a, b).map((ancestor) => heads.length + ancestors.indexOf(ancestor)),
      ),
    );
  }

  run(previous: Manifest): MergedContent | MergeObstacle {
    const paths = new Set(this.#heads.flatMap((head) => [...this.#source(head).paths]));
    for (const path of paths) {
      const merged = this.#settleEntry(path);
      if (merged !== undefined) this.#merged.set(path, merged);
    }
    if (previous.form === 'tree' && !this.#keepParents()) return 'entries-collide';
    const rows = [...this.#merged.values()].sort((a, b) => comparePaths(a.entry.path, b.entry.path));
    return {
      form: previous.form,
      fingerprint: previous.fingerprint,
      blockBytes: this.#blockBytes,
      entries: rows.map(({ entry }) => entry),
      blocks: this.#blockTable(rows, fingerprints[previous.fingerprint].digestBytes),
      contentDigests: rows.map(({ entry, source, picks }) =>
        entry.kind === 'file' && picks === undefined
          ? this.#source(source).contentDigest(entry.path)
          : undefined,
      ),
      previous,
      joinedFiles: this.#joinedFiles,
      conflicts: this.#conflicts,
    };
  }

  #source(index: number): MergeSource {
    return present(this.#sources[index], 'merge source');
  }

  #settle(sides: readonly number[], isSame: (a: MergeSource, b: MergeSource) => boolean): Settled {
    return settle(
      sides,
      (a, b) => this.#nearest[a]?.[b] ?? [],
      (a, b) => a === b || isSame(this.#source(a), this.#source(b)),
    );
  }

  /** Undefined where the entry is removed. */
  #settleEntry(path: string): MergedEntry | undefined {
    const { winner, candidates, isConflict } = this.#settle(this.#heads, (a, b) => a.hasSameEntry(b, path));
    const entry = this.#source(winner).entry(path);
    if (!isConflict) return entry && { entry, source: winner };
    if (candidates.every((side) => this.#source(side).entry(path)?.kind === 'file')) {
      return this.#joinFile(path, candidates);
    }
    this.#conflicts++;
    return entry && { entry, source: winner };
  }

  #joinFile(path: string, sides: readonly number[]): MergedEntry {
    const propertyOf = (source: MergeSource, name: 'sizeBytes' | 'mode' | 'mtimeMicros'): number =>
      source.entry(path)?.[name] ?? -1;
    const property = (name: 'sizeBytes' | 'mode' | 'mtimeMicros'): number => {
      const settled = this.#settle(sides, (a, b) => propertyOf(a, name) === propertyOf(b, name));
      // Two sides that change a file give it two times; that alone is no conflict.
      if (settled.isConflict && name !== 'mtimeMicros') this.#conflicts++;
      return propertyOf(this.#source(settled.winner), name);
    };
    const entry: Entry = {
      path,
      kind: 'file',
      mode: property('mode'),
      mtimeMicros: property('mtimeMicros'),
      sizeBytes: property('sizeBytes'),
    };
    const picks = Int32Array.from({ length: Math.ceil(entry.sizeBytes / this.#blockBytes) }, (_, block) =>
      this.#pickBlock(path, block, sides, entry.sizeBytes),
    );
    const whole = sides.find(
      (side) =>
        this.#source(side).entry(path)?.sizeBytes === entry.sizeBytes &&
        picks.every((pick, block) => this.#source(pick).hasSameBlock(this.#source(side), path, block)),
    );
    if (whole !== undefined) return { entry, source: whole };
    this.#joinedFiles++;
    return { entry, source: -1, picks };
  }

  #pickBlock(path: string, block: number, sides: readonly number[], sizeBytes: number): number {
    const settled = this.#settle(sides, (a, b) => a.hasSameBlock(b, path, block));
    const lengthBytes = Math.min(this.#blockBytes, sizeBytes - block * this.#blockBytes);
    const fits = (side: number): boolean => this.#source(side).lengthOf(path, block) === lengthBytes;
    const winner = settled.candidates.findLast(fits);
    if (settled.isConflict || winner === undefined) this.#conflicts++;
    // The side whose size it is always has such a block.
    return winner ?? present(sides.findLast(fits), 'a side with a block of that length');
  }

  /** Brings back directories that one side removed and another put something into. False where something else has taken the name. */
  #keepParents(): boolean {
    for (const path of [...this.#merged.keys()]) {
      for (let below = path; below !== '.'; below = parentPath(below)) {
        const parent = parentPath(below);
        const kind = this.#merged.get(parent)?.entry.kind;
        if (kind === 'directory') break;
        if (kind !== undefined) return false;
        const source = this.#heads.findLast((head) => this.#source(head).entry(parent)?.kind === 'directory');
        if (source === undefined) return false;
        this.#conflicts++;
        this.#merged.set(parent, {
          entry: present(this.#source(source).entry(parent), 'directory'),
          source,
        });
      }
    }
    return true;
  }

  #blockTable(rows: readonly MergedEntry[], digestBytes: number): BlockTable {
    const counts = rows.map(({ entry }) => Math.ceil(entry.sizeBytes / this.#blockBytes));
    const count = counts.reduce((sum, blocks) => sum + blocks, 0);
    const ends = new Float64Array(count);
    const digests = new Uint8Array(count * digestBytes);
    let address = 0;
    let at = 0;
    rows.forEach(({ entry, source, picks }, row) => {
      for (let block = 0; block < (counts[row] ?? 0); block++, at++) {
        const from = this.#source(picks?.[block] ?? source);
        ends[at] = Math.min(address + (block + 1) * this.#blockBytes, address + entry.sizeBytes);
        digests.set(from.blockDigest(entry.path, block), at * digestBytes);
      }
      address += entry.sizeBytes;
    });
    return { ends, digests };
  }
}
