/**
 * The kinds of audit records and their fields: one table, from which types, writing and reading follow (docs/formats/audit-v1.md, "Kinds").
 */
import { BugError, DataError } from '../../base/errors.js';
import { addressMax, nameBytesMax } from '../../base/limits.js';
import type { CborMap, CborValue } from '../../engine/package/cbor.js';
import { Fields, nameProblem } from '../../engine/package/fields.js';
import { dotItem, readDot } from '../versions/codec.js';
import type { Dot } from '../versions/version.js';
import { listMax } from './limits.js';

const transfer = { transfer: 'name' } as const;
const version = { volume: 'name', dot: 'dot' } as const;

export const auditKinds = {
  offered: {
    ...transfer,
    ...version,
    base: 'dot?',
    from: 'name',
    to: 'name',
    via: 'names',
    totalBytes: 'count',
  },
  selected: { ...transfer, blocks: 'counts', bytes: 'counts' },
  encoded: { ...transfer, strategy: 'name', codecs: 'counts', targetBytes: 'count', wireBytes: 'count' },
  resumed: { ...transfer, ...version, segments: 'count' },
  committed: { ...transfer, ...version, content: 'name', from: 'name' },
  recovered: { ...version, content: 'name', reason: 'text' },
  'rolled-back': { ...transfer, ...version, reason: 'text' },
  resynchronised: { ...transfer, ...version, reason: 'text' },
  merged: {
    volume: 'name',
    policy: 'name',
    inputs: 'dots',
    ancestors: 'dots',
    result: 'dot?',
    reason: 'text',
    conflicts: 'count',
    joinedFiles: 'count',
  },
  removed: { volume: 'name', dots: 'dots', reason: 'text' },
  collected: { removedObjects: 'count', removedBytes: 'count', keptBytes: 'count' },
  approved: { ...version, by: 'name', purpose: 'text' },
  rollout: { candidate: 'name', step: 'name', stage: 'name', volumes: 'count', by: 'name', reason: 'text' },
  damaged: { key: 'name', reason: 'text' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, keyof FieldTypes>>>>;

interface FieldTypes {
  readonly name: string;
  /** Words for people: what a name may not hold is left out, what is too long is cut. */
  readonly text: string;
  readonly count: number;
  readonly dot: Dot;
  readonly 'dot?': Dot | null;
  readonly dots: readonly Dot[];
  readonly names: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

type Kinds = typeof auditKinds;
export type AuditKind = keyof Kinds;

/** What is recorded: a kind and its fields. */
export type AuditEvent = {
  readonly [Kind in AuditKind]: { readonly kind: Kind } & {
    readonly [Field in keyof Kinds[Kind]]: FieldTypes[Kinds[Kind][Field] & keyof FieldTypes];
  };
}[AuditKind];

const kindNames = Object.keys(auditKinds) as AuditKind[];

/** Names and types of each kind's fields. */
const fieldsOf = Object.fromEntries(
  kindNames.map((kind) => [kind, Object.entries(auditKinds[kind])]),
) as unknown as Readonly<Record<AuditKind, readonly (readonly [name: string, type: keyof FieldTypes])[]>>;

/** Kind and fields as the last two elements of a record. */
export function eventItems(event: AuditEvent): [kind: string, fields: CborMap] {
  const values = event as unknown as Readonly<Record<string, FieldTypes[keyof FieldTypes]>>;
  return [
    event.kind,
    new Map(
      fieldsOf[event.kind].map(([name, type]) => [
        name,
        itemOf(type, values[name], `${event.kind}: ${name}`),
      ]),
    ),
  ];
}

/** Throws DataError that begins with `what`. */
export function readEvent(kind: CborValue, fields: CborValue, what: string): AuditEvent {
  const known = kindNames.find((name) => name === kind);
  if (known === undefined) {
    throw new DataError(`${what} is of an unknown kind`, {
      hint: 'if a newer version wrote it, update snapdelta',
    });
  }
  const read = Fields.ofMap(fields, `${what}: ${known}`, false);
  const values = fieldsOf[known].map(([name, type]) => [name, valueOf(type, read, name, `${what}: ${name}`)]);
  read.end();
  return { kind: known, ...Object.fromEntries(values) } as AuditEvent;
}

function itemOf(
  type: keyof FieldTypes,
  value: FieldTypes[keyof FieldTypes] | undefined,
  what: string,
): CborValue {
  const item = encodable(type, value);
  const length = Array.isArray(item) ? item.length : item instanceof Map ? item.size : 0;
  // A record that its reader refuses would break the chain for good.
  if (item === undefined || length > listMax)
    throw new BugError(`invariant broken: audit ${what} is ${type}`);
  return item;
}

function encodable(
  type: keyof FieldTypes,
  value: FieldTypes[keyof FieldTypes] | undefined,
): CborValue | undefined {
  const isName = (text: unknown): text is string =>
    typeof text === 'string' && nameProblem(text) === undefined;
  const isCount = (count: unknown): count is number => Number.isSafeInteger(count) && Number(count) >= 0;
  if (type === 'text') return typeof value === 'string' ? clean(value) : undefined;
  if (type === 'name') return isName(value) ? value : undefined;
  if (type === 'count') return isCount(value) ? value : undefined;
  if (value === null) return type === 'dot?' ? null : undefined;
  if (typeof value !== 'object') return undefined;
  if (type === 'dots') return (value as readonly Dot[]).map(dotItem);
  if (type === 'names')
    return (value as readonly string[]).every(isName) ? [...(value as string[])] : undefined;
  if (type !== 'counts') return dotItem(value as Dot);
  const counts = Object.entries(value as Readonly<Record<string, number>>);
  return counts.every(([name, count]) => isName(name) && isCount(count)) ? new Map(counts) : undefined;
}

function valueOf(
  type: keyof FieldTypes,
  fields: Fields,
  name: string,
  what: string,
): FieldTypes[keyof FieldTypes] {
  switch (type) {
    case 'name':
    case 'text':
      return fields.name(name);
    case 'count':
      return fields.integer(name, 0, addressMax);
    case 'dot':
      return readDot(fields.value(name), what);
    case 'dot?': {
      const value = fields.value(name);
      return value === null ? null : readDot(value, what);
    }
    case 'dots':
      return fields.list(name, listMax).map((dot) => readDot(dot, what));
    case 'names':
      return fields.list(name, listMax).map((text) => {
        if (typeof text !== 'string' || nameProblem(text) !== undefined)
          throw new DataError(`${what} holds something that is no name`);
        return text;
      });
    case 'counts': {
      const counts = fields.map(name);
      if (counts.size > listMax) throw new DataError(`${what} has more than ${listMax} counts`);
      for (const [key, count] of counts) {
        if (typeof count !== 'number' || count < 0 || nameProblem(key) !== undefined)
          throw new DataError(`${what} has a count that is no whole number, or no name`);
      }
      return Object.fromEntries(counts) as Readonly<Record<string, number>>;
    }
  }
}

/** As a name may be: reasons often are the messages of errors. */
function clean(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\p{Surrogate}]+/gu, ' ');
  // Cutting within a character leaves U+FFFD.
  return new TextDecoder()
    .decode(new TextEncoder().encode(line).subarray(0, nameBytesMax))
    .replaceAll('\ufffd', '');
}
