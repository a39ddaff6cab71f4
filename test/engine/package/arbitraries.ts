/** Arbitrary consistent packages: headers, trees, segments with real streams. */
import fc from 'fast-check';
import { comparePaths } from '../../../src/engine/snapshot/entry-rules.js';
import type { Entry } from '../../../src/engine/snapshot/snapshot.js';
import {
  fingerprintNames,
  fingerprints,
  type FingerprintName,
} from '../../../src/engine/fingerprint/fingerprint.js';
import { codecNames } from '../../../src/engine/package/codecs.js';
import { chooseAndCompress } from '../../../src/engine/package/compression.js';
import type { EntryChange, PackedStream, Segment } from '../../../src/engine/package/model.js';
import type { Model } from './samples.js';

const name = fc.string({
  unit: fc.constantFrom('a', 'b', 'Z', '-', ' ', 'é', '漢', '😀'),
  minLength: 1,
  maxLength: 12,
});
const component = fc
  .string({
    unit: fc.constantFrom('a', 'b', '-', '.', '!', '漢', '😀', '\uffee'),
    minLength: 1,
    maxLength: 4,
  })
  .filter((text) => text !== '.' && text !== '..');
const mode = fc.integer({ min: 0, max: 0o7777 });
const time = fc.oneof(fc.integer({ min: 0, max: 2 ** 51 }), fc.maxSafeInteger());

const entryKind = fc.oneof(
  fc.record({ kind: fc.constant('file' as const), sizeBytes: fc.oneof(fc.nat(70_000), fc.nat()) }),
  fc.record({ kind: fc.constant('directory' as const), sizeBytes: fc.constant(0) }),
  fc.record({
    kind: fc.constant('symlink' as const),
    sizeBytes: fc.constant(0),
    linkTarget: fc.constantFrom('..', '/etc/x', 'é'),
  }),
);

/** Entries of a whole tree: root first, sorted, every parent a directory. */
export const treeEntries: fc.Arbitrary<Entry[]> = fc
  .array(fc.tuple(fc.array(component, { minLength: 1, maxLength: 3 }), entryKind, mode, time), {
    maxLength: 12,
  })
  .chain((rows) => fc.tuple(fc.constant(rows), mode, time))
  .map(([rows, rootMode, rootTime]) => {
    const entries = new Map<string, Entry>();
    entries.set('.', { path: '.', kind: 'directory', mode: rootMode, mtimeMicros: rootTime, sizeBytes: 0 });
    for (const [components, what, entryMode, mtimeMicros] of rows) {
      const paths = components.map((_, index) => components.slice(0, index + 1).join('/'));
      const parents = paths.slice(0, -1);
      const path = paths.at(-1) ?? '';
      if (
        entries.has(path) ||
        parents.some((parent) => (entries.get(parent)?.kind ?? 'directory') !== 'directory')
      )
        continue;
      for (const parent of parents) {
        if (!entries.has(parent))
          entries.set(parent, { path: parent, kind: 'directory', mode: 0o755, mtimeMicros, sizeBytes: 0 });
      }
      entries.set(path, { path, mode: entryMode, mtimeMicros, ...what });
    }
    return [...entries.values()].sort((a, b) => comparePaths(a.path, b.path));
  });

function packedStream(bytes: Uint8Array, codec: (typeof codecNames)[number]): PackedStream {
  return chooseAndCompress(bytes, { codec, level: 3, deflate: 'portable' }, 0).stream;
}

const stream = (least: number): fc.Arbitrary<PackedStream> =>
  fc
    .tuple(
      fc.oneof(
        fc.uint8Array({ minLength: least, maxLength: 60 }),
        fc
          .tuple(fc.integer({ min: least, max: 3000 }), fc.nat(255))
          .map(([length, byte]) => new Uint8Array(length).fill(byte)),
      ),
      fc.constantFrom(...codecNames),
    )
    .map(([bytes, codec]) => packedStream(bytes, codec));

const segmentParts = fc.record({
  streams: fc.record({
    instructions: stream(1),
    lengths: stream(0),
    addresses: stream(0),
    differences: stream(0),
    literals: stream(0),
  }),
  surplusBytes: fc.oneof(fc.nat(100), fc.nat()),
  dependencyPicks: fc.array(fc.nat(), { maxLength: 3 }),
  decisions: fc.option(
    fc.record({
      literalMillibits: fc.integer({ min: 0, max: 8000 }),
      reason: fc.constantFrom(
        'empty' as const,
        'entropy' as const,
        'sample' as const,
        'gain' as const,
        'fixed' as const,
      ),
    }),
    { nil: undefined },
  ),
});

function digest(width: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: width, maxLength: width });
}

function segmentsOf(
  parts: readonly (typeof segmentParts extends fc.Arbitrary<infer T> ? T : never)[],
  contentDigest: Uint8Array,
): Segment[] {
  let at = 0;
  return parts.map(({ streams, surplusBytes, dependencyPicks, decisions }, index) => {
    const payload = streams.differences.rawBytes + streams.literals.rawBytes;
    const targetAddress = at;
    const targetBytes = Math.max(1, payload) + surplusBytes;
    at += targetBytes;
    const picks = new Set(index === 0 ? [] : dependencyPicks.map((pick) => pick % index));
    const segment = { index, targetAddress, targetBytes, contentDigest, streams };
    const dependencies = [...picks].sort((a, b) => a - b);
    return decisions === undefined ? { ...segment, dependencies } : { ...segment, dependencies, decisions };
  });
}

/** A whole package. Trees change a part of their entries, remove some paths and rename from them. */
export const model: fc.Arbitrary<Model> = fc
  .constantFrom<FingerprintName>(...fingerprintNames)
  .chain((fingerprint) => {
    const width = fingerprints[fingerprint].digestBytes;
    return fc.record({
      fingerprint: fc.constant(fingerprint),
      digests: fc.tuple(digest(width), digest(width), digest(width), digest(width), digest(width)),
      parts: fc.array(segmentParts, { maxLength: 5 }),
      tree: fc.option(
        fc.record({
          entries: treeEntries,
          listed: fc.array(fc.boolean(), { minLength: 13, maxLength: 13 }),
          removed: fc.uniqueArray(component, { maxLength: 4 }),
        }),
        { nil: undefined },
      ),
      names: fc.tuple(fc.oneof(fc.constant(''), name), name),
      versions: fc.dictionary(name, fc.nat(), { maxKeys: 3 }),
      parameters: fc.dictionary(name, fc.oneof(name, fc.maxSafeInteger(), fc.boolean()), { maxKeys: 4 }),
      timeMicros: time,
      baseBytes: fc.nat(),
      mode,
    });
  })
  .map(
    ({
      fingerprint,
      digests,
      parts,
      tree,
      names,
      versions,
      parameters,
      timeMicros,
      baseBytes,
      mode: imageMode,
    }) => {
      const [baseContent, baseMetadata, content, metadata, segmentContent] = digests;
      const segments = segmentsOf(parts, segmentContent);
      const last = segments.at(-1);
      const totalBytes = last === undefined ? 0 : last.targetAddress + last.targetBytes;
      const image: EntryChange = {
        entry: { path: '', kind: 'file', mode: imageMode, mtimeMicros: timeMicros, sizeBytes: totalBytes },
      };
      const listed = (tree?.entries ?? []).filter(
        (entry, index) => tree?.listed[index] === true && entry.sizeBytes === 0,
      );
      const taken = new Set(listed.map((entry) => entry.path));
      const removed = (tree?.removed ?? []).filter((path) => !taken.has(path)).sort(comparePaths);
      const changed = listed.map((entry, index): EntryChange => {
        const renamedFrom = removed[index];
        return renamedFrom === undefined || entry.path === '.' ? { entry } : { entry, renamedFrom };
      });
      const common = { fingerprint };
      return {
        header: {
          volume: names[0],
          form: tree === undefined ? ('image' as const) : ('tree' as const),
          base: {
            ...common,
            content: baseContent,
            metadata: baseMetadata,
            totalBytes: baseBytes,
            entryCount: 1000,
          },
          target: {
            ...common,
            content,
            metadata,
            totalBytes,
            entryCount: tree === undefined ? 1 : tree.entries.length,
          },
          versions,
          timeMicros,
          strategy: names[1],
          parameters,
          sealing: null,
        },
        structure: tree === undefined ? { removed: [], changed: [image] } : { removed, changed },
        segments,
      };
    },
  );
