/**
 * Versions, dots, vectors and times <-> canonical CBOR items, for whoever puts them into a record or a message. Rows, not maps, but for
 * the vector: field names would outweigh the fields.
 *
 *     version  [volume, dot, vector, time, parents]
 *     dot      [writer, counter]
 *     vector   { writer: counter }
 *     time     [wallMs, counter]
 *     parents  [dot ...], ascending, none twice
 *
 * Law: decoding what was encoded gives an equal value, and what decodes is the only encoding of its value. Readers throw DataError that
 * begins with `what`.
 */
import { BugError, DataError } from '../../base/errors.js';
import { addressMax } from '../../base/limits.js';
import type { CborMap, CborValue } from '../../engine/package/cbor.js';
import { Fields, nameProblem } from '../../engine/package/fields.js';
import { hybridCounterMax, parentsMax, writersMax } from './limits.js';
import { compareDots, compareText, isMerge } from './version.js';
import type { Dot, HybridTime, Version, VersionVector } from './version.js';
import { countOf } from './vector.js';

/** Counters and milliseconds are exact integers. */
const integerMax = addressMax;

export function dotItem(dot: Dot): CborValue {
  return [dot.writer, dot.counter];
}

export function readDot(value: CborValue, what: string): Dot {
  const fields = Fields.ofRow(value, ['writer', 'counter'], what, false);
  const dot = { writer: fields.name('writer', 1), counter: fields.integer('counter', 1, integerMax) };
  fields.end();
  return dot;
}

export function vectorItem(vector: VersionVector): CborMap {
  return new Map(Object.entries(vector));
}

/** At most `writersMax` writers, none of them a merge. */
export function readVector(value: CborValue, what: string): VersionVector {
  if (!(value instanceof Map)) throw new DataError(`${what} is not a map`);
  if (value.size > writersMax)
    throw new DataError(`${what} counts ${value.size} writers, more than ${writersMax}`);
  const counts = [...value].map(([writer, count]): [string, number] => {
    const problem = nameProblem(writer, 1);
    if (problem !== undefined) throw new DataError(`${what} has a writer whose name ${problem}`);
    if (isMerge({ writer, counter: 1 })) throw new DataError(`${what} counts a merge, '${writer}'`);
    if (typeof count !== 'number' || count < 1)
      throw new DataError(`${what} has a count of '${writer}' that is no whole number from 1`);
    return [writer, count];
  });
  return Object.fromEntries(counts.sort(([a], [b]) => compareText(a, b)));
}

export function timeItem(time: HybridTime): CborValue {
  return [time.wallMs, time.counter];
}

export function readTime(value: CborValue, what: string): HybridTime {
  const fields = Fields.ofRow(value, ['wallMs', 'counter'], what, false);
  const time = {
    wallMs: fields.integer('wallMs', 0, integerMax),
    counter: fields.integer('counter', 0, hybridCounterMax),
  };
  fields.end();
  return time;
}

/** Throws BugError for a version that its reader would refuse: it is ours. */
export function versionItem(version: Version): CborValue {
  const problem = versionProblem(version);
  if (problem !== undefined) throw new BugError(`invariant broken: the version ${problem}`);
  return [
    version.volume,
    dotItem(version.dot),
    vectorItem(version.vector),
    timeItem(version.time),
    version.parents.map(dotItem),
  ];
}

export function readVersion(value: CborValue, what: string): Version {
  const fields = Fields.ofRow(value, ['volume', 'dot', 'vector', 'time', 'parents'], what, false);
  const version: Version = {
    volume: fields.name('volume', 1),
    dot: readDot(fields.value('dot'), `${what}: dot`),
    vector: readVector(fields.value('vector'), `${what}: vector`),
    time: readTime(fields.value('time'), `${what}: time`),
    parents: fields.list('parents', parentsMax).map((parent) => readDot(parent, `${what}: parent`)),
  };
  fields.end();
  const problem = versionProblem(version);
  if (problem !== undefined) throw new DataError(`${what} ${problem}`);
  return version;
}

/** What contradicts itself in a version whose fields are well formed each, or undefined. */
export function versionProblem({ volume, dot, vector, parents }: Version): string | undefined {
  for (const [what, name] of [
    ['volume', volume],
    ['writer', dot.writer],
  ] as const) {
    const problem = nameProblem(name, 1);
    if (problem !== undefined) return `has a ${what} name that ${problem}`;
  }
  if (parents.length > parentsMax) return `has ${parents.length} parents, more than ${parentsMax}`;
  if (Object.keys(vector).length > writersMax) return `counts more than ${writersMax} writers`;
  if (parents.some((parent, i) => i > 0 && compareDots(parents[i - 1] ?? parent, parent) >= 0))
    return 'has parents that do not ascend';
  if (isMerge(dot)) {
    if (dot.counter !== 1 || parents.length < 2) return 'is a merge of fewer than two, or counts itself';
  } else if (countOf(vector, dot.writer) !== dot.counter) {
    return `has a vector that counts ${countOf(vector, dot.writer)} for its writer instead of ${dot.counter}`;
  }
  const unknown = parents.find(
    (parent) =>
      (parent.writer === dot.writer && parent.counter >= dot.counter) ||
      (!isMerge(parent) && countOf(vector, parent.writer) < parent.counter),
  );
  return unknown === undefined
    ? undefined
    : `has a parent that it does not follow, ${unknown.writer}:${unknown.counter}`;
}
