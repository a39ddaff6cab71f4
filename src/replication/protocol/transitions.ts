/**
 * All transitions of a connection, in one table.
 *
 * Theory. The two sides of a connection run the same automaton. A row says: in this state that party may send this message, which leads to that
 * state. A side is one party of each pair: connector or acceptor for the whole connection, sender or receiver within a transfer (whoever
 * sends the offer is its sender). A row whose party is this side is what it may send; any other is what it may receive. What no row allows
 * is our bug when sent, and a violation when received.
 *
 * Messages cross on the way. In most states only one party may move to another state, and what the other may send (acknowledge) does not
 * change the state, so both sides pass through the same states in the same order. Three messages come from a party whose turn it is not:
 *
 * - resynchronise. The receiver waits in `reoffering` and drops what the sender sent before it knew (dropped rows: a side may receive such
 *   messages and never send them) until the next offer.
 * - abort. Who aborts waits in `aborting` and drops everything of the transfer until the other side's abort, which is either the answer (sent
 *   in `answering`, where nothing else may be sent) or its own that crossed. After that both are `idle`, and nothing of the transfer is on the way. After
 *   `commit` the sender may not abort: the version may be visible already.
 * - refuse. Nothing follows it; who sent it reads nothing more.
 *
 * Some messages mean two things: the last of several parts leads on, the others do not. The table names the last `manifest!`, `data!`, and so on; which one
 * a message is follows from the message or from sizes announced before (transfer.ts).
 */
import type { MessageType } from './codec.js';
import type { ProtocolVersion } from './messages.js';

export type Side = 'connector' | 'acceptor';
export type Role = 'sender' | 'receiver';
type Party = Side | Role | 'either';

/** A message's type; `!` where it is the last of its parts. */
export type Move = MessageType | 'listing!' | 'manifest!' | 'need!' | 'data!';

export type State =
  /** Nothing was said. */
  | 'new'
  /** Hello is said. */
  | 'greeted'
  /** The connector may ask for something. */
  | 'idle'
  | 'listing'
  /** A version is asked for, and not yet offered. */
  | 'pulling'
  /** The offer's manifest is on the way. */
  | 'manifest'
  /** The receiver finds out what it needs. */
  | 'deciding'
  /** Between two segments. */
  | 'streaming'
  /** Within a segment's data. */
  | 'segment'
  /** All was sent; the receiver makes it durable and visible. */
  | 'committing'
  /** Another offer is asked for. */
  | 'reoffering'
  /** This side gave the transfer up first. */
  | 'aborting'
  /** The other side gave the transfer up; to be answered. */
  | 'answering'
  /** Over: refused. */
  | 'closed'
  /** Over: the other side broke the protocol, and may be told so. */
  | 'failed';

interface Row {
  readonly from: readonly State[];
  readonly party: Party;
  readonly move: Move;
  readonly to: State | 'same';
  /** For one direction only: as whoever says it sees it, or as whoever hears it. */
  readonly way?: Way;
  /** Came too late to matter: nothing is done with it. */
  readonly isDropped?: true;
  /** Of this version alone. */
  readonly version?: ProtocolVersion;
}

export type Way = 'sent' | 'received';

/** From the offer until the receiver's answer to the commit. */
const receiving = ['manifest', 'deciding', 'streaming', 'segment', 'committing'] as const;
/** Where either may give the transfer up. */
const revocable = ['pulling', 'manifest', 'deciding', 'streaming', 'segment', 'reoffering'] as const;
const alive = [
  'new',
  'greeted',
  'idle',
  'listing',
  ...revocable,
  'committing',
  'aborting',
  'answering',
] as const;

const senderTypes = ['manifest', 'segment', 'data', 'commit'] as const;
const receiverTypes = ['need', 'resynchronise', 'acknowledge'] as const;

const rows: readonly Row[] = [
  { from: ['new'], party: 'connector', move: 'hello', to: 'greeted' },
  { from: ['greeted'], party: 'acceptor', move: 'welcome', to: 'idle' },

  { from: ['idle'], party: 'connector', move: 'list', to: 'listing' },
  { from: ['listing'], party: 'acceptor', move: 'listing', to: 'same' },
  { from: ['listing'], party: 'acceptor', move: 'listing!', to: 'idle' },

  { from: ['idle'], party: 'connector', move: 'offer', to: 'manifest' },
  { from: ['idle'], party: 'connector', move: 'pull', to: 'pulling' },
  { from: ['pulling'], party: 'acceptor', move: 'offer', to: 'manifest' },

  { from: ['manifest'], party: 'sender', move: 'manifest', to: 'same' },
  { from: ['manifest'], party: 'sender', move: 'manifest!', to: 'streaming', version: 1 },
  { from: ['manifest'], party: 'sender', move: 'manifest!', to: 'deciding', version: 2 },
  { from: ['deciding'], party: 'receiver', move: 'need', to: 'same' },
  { from: ['deciding'], party: 'receiver', move: 'need!', to: 'streaming' },
  { from: ['streaming'], party: 'sender', move: 'segment', to: 'segment' },
  { from: ['segment'], party: 'sender', move: 'data', to: 'same' },
  { from: ['segment'], party: 'sender', move: 'data!', to: 'streaming' },
  { from: ['streaming', 'segment', 'committing'], party: 'receiver', move: 'acknowledge', to: 'same' },
  { from: ['streaming'], party: 'sender', move: 'commit', to: 'committing' },
  { from: ['committing'], party: 'receiver', move: 'committed', to: 'idle' },

  { from: receiving, party: 'receiver', move: 'resynchronise', to: 'reoffering' },
  { from: ['reoffering'], party: 'sender', move: 'offer', to: 'manifest' },
  ...dropped('reoffering', 'sender', senderTypes),

  { from: revocable, party: 'either', move: 'abort', to: 'aborting', way: 'sent' },
  { from: revocable, party: 'either', move: 'abort', to: 'answering', way: 'received' },
  { from: ['committing'], party: 'receiver', move: 'abort', to: 'aborting', way: 'sent' },
  { from: ['committing'], party: 'receiver', move: 'abort', to: 'answering', way: 'received' },
  { from: ['answering'], party: 'either', move: 'abort', to: 'idle', way: 'sent' },
  { from: ['aborting'], party: 'either', move: 'abort', to: 'idle', way: 'received' },
  ...dropped('aborting', 'sender', ['offer', ...senderTypes]),
  ...dropped('aborting', 'receiver', receiverTypes),

  { from: alive, party: 'either', move: 'refuse', to: 'closed' },
  { from: ['failed'], party: 'either', move: 'refuse', to: 'closed', way: 'sent' },
];

function dropped(state: State, party: Party, types: readonly MessageType[]): readonly Row[] {
  return types.map((move) => ({ from: [state], party, move, to: 'same', way: 'received', isDropped: true }));
}

export interface Transition {
  readonly to: State;
  readonly isDropped: boolean;
}

/** Who says it: this side or the other one. */
export interface Speaker {
  readonly side: Side;
  /** Undefined outside a transfer. */
  readonly role: Role | undefined;
}

const rowsByMove = new Map<string, Row[]>();
for (const row of rows) {
  for (const state of row.from) {
    const key = `${state} ${row.move}`;
    rowsByMove.set(key, [...(rowsByMove.get(key) ?? []), row]);
  }
}

/** Where a message leads that `speaker` says, as this side sees it (`way`); undefined where it may not be said. */
export function transitionOf(
  state: State,
  move: Move,
  way: Way,
  speaker: Speaker,
  version: ProtocolVersion,
): Transition | undefined {
  const row = rowsByMove
    .get(`${state} ${move}`)
    ?.find(
      (candidate) =>
        (candidate.way ?? way) === way &&
        (candidate.version ?? version) === version &&
        (candidate.party === 'either' ||
          candidate.party === speaker.side ||
          candidate.party === speaker.role),
    );
  if (row === undefined) return undefined;
  return { to: row.to === 'same' ? state : row.to, isDropped: row.isDropped === true };
}

/** The table as data, for the document's test. */
export const transitionRows: readonly Row[] = rows;
