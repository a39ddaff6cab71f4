/**
 * Messages <-> bodies of frames: the number of each type, its largest body, who reads and writes it, and the version that brought it. The layout
 * of each body is in docs/formats/protocol-v2.md.
 *
 * Law: what is read and written again gives the same bytes, but for a hello or refuse of a later version.
 */
import { ByteReader, ByteWriter } from '../../base/codec.js';
import { DataError, assert, present } from '../../base/errors.js';
import * as greeting from './greeting-bodies.js';
import { controlBytesMax, helloBytesMax, pieceBytesMax } from './limits.js';
import type { Message, ProtocolVersion } from './messages.js';
import * as transfer from './transfer-bodies.js';
import { ProtocolError } from './violation.js';

export type MessageType = Message['type'];
type MessageOf<Type extends MessageType> = Extract<Message, { readonly type: Type }>;

interface Kind<Type extends MessageType> {
  readonly number: number;
  readonly bodyBytesMax: number;
  /** The first version that has it. */
  readonly since: ProtocolVersion;
  read(from: ByteReader, version: ProtocolVersion): MessageOf<Type>;
  write(to: ByteWriter, message: MessageOf<Type>, version: ProtocolVersion): void;
}

const control = { since: 1, bodyBytesMax: controlBytesMax } as const;
const short = { since: 1, bodyBytesMax: helloBytesMax } as const;

const piece = { since: 1, bodyBytesMax: pieceBytesMax } as const;

/** A piece of a manifest or package fills its body: a view of what was received. */
function rest(from: ByteReader): Uint8Array {
  return from.bytes(from.remaining, 'bytes');
}

export const messageKinds: { readonly [Type in MessageType]: Kind<Type> } = {
  hello: { ...short, number: 1, read: greeting.readHello, write: greeting.writeHello },
  welcome: { ...short, number: 2, read: greeting.readWelcome, write: greeting.writeWelcome },
  list: { ...short, number: 3, read: greeting.readList, write: greeting.writeList },
  listing: { ...control, number: 4, read: greeting.readListing, write: greeting.writeListing },
  pull: { ...control, number: 5, read: transfer.readPull, write: transfer.writePull },
  offer: { ...control, number: 6, read: transfer.readOffer, write: transfer.writeOffer },
  manifest: {
    ...piece,
    number: 7,
    read: (from) => ({ type: 'manifest', bytes: rest(from) }),
    write: (to, { bytes }) => to.bytes(bytes),
  },
  need: { ...control, since: 2, number: 8, read: transfer.readNeed, write: transfer.writeNeed },
  resynchronise: {
    ...short,
    since: 2,
    number: 9,
    read: transfer.readResynchronise,
    write: transfer.writeResynchronise,
  },
  segment: { ...control, number: 10, read: transfer.readSegment, write: transfer.writeSegment },
  data: {
    ...piece,
    number: 11,
    read: (from) => ({ type: 'data', bytes: rest(from) }),
    write: (to, { bytes }) => to.bytes(bytes),
  },
  acknowledge: { ...short, number: 12, read: transfer.readAcknowledge, write: transfer.writeAcknowledge },
  commit: { ...short, number: 13, read: transfer.readCommit, write: transfer.writeCommit },
  committed: { ...control, number: 14, read: transfer.readCommitted, write: transfer.writeCommitted },
  abort: { ...short, number: 15, read: greeting.readAbort, write: greeting.writeAbort },
  refuse: { ...short, number: 16, read: greeting.readRefuse, write: greeting.writeRefuse },
};

export const messageTypes = Object.keys(messageKinds) as MessageType[];

const typeByNumber = new Map(messageTypes.map((type) => [messageKinds[type].number, type]));

/** The type that a frame's number stands for in a version; undefined for none. */
export function typeOf(number: number, version: ProtocolVersion): MessageType | undefined {
  const type = typeByNumber.get(number);
  return type === undefined || messageKinds[type].since > version ? undefined : type;
}

/** Throws DataError or ProtocolError that begins with the message's type and names the field. */
export function readBody(type: MessageType, body: Uint8Array, version: ProtocolVersion): Message {
  const from = new ByteReader(body);
  try {
    const message = messageKinds[type].read(from, version);
    from.end('the body');
    return message;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const code = error instanceof ProtocolError ? error.code : 'malformed';
    throw new ProtocolError(code, `${type}: ${error.message}`);
  }
}

/** Throws BugError for a message that its reader would refuse. */
export function writeBody(message: Message, version: ProtocolVersion): Uint8Array {
  const kind = messageKinds[message.type];
  assert(kind.since <= version, `version ${version} has ${message.type}`);
  if (message.type === 'data' || message.type === 'manifest') {
    assert(message.bytes.length <= pieceBytesMax, `a piece has at most ${pieceBytesMax} bytes`);
    return message.bytes;
  }
  const to = new ByteWriter();
  // Each kind writes messages of its own type, which the compiler cannot follow through the table.
  (kind.write as (to: ByteWriter, message: Message, version: ProtocolVersion) => void)(to, message, version);
  const body = to.finish();
  assert(body.length <= kind.bodyBytesMax, `a ${message.type} has at most ${kind.bodyBytesMax} bytes`);
  return body;
}

/** The type's number on the wire. */
export function numberOf(type: MessageType): number {
  return present(messageKinds[type], type).number;
}
