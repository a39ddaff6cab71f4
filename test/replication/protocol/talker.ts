/** A side that says whatever it may, at random: every state, crossing and abort that a conversation can have. */
import { Random } from '../../../src/base/prng.js';
import { answerHello } from '../../../src/replication/protocol/agreement.js';
import { Connection, type ConnectionEvent } from '../../../src/replication/protocol/connection.js';
import { packageBytesMax } from '../../../src/replication/protocol/limits.js';
import { capabilityNames, resynchroniseReasons } from '../../../src/replication/protocol/messages.js';
import type { Capability, Hello, Message, Need, Offer } from '../../../src/replication/protocol/messages.js';
import type { Side } from '../../../src/replication/protocol/transitions.js';
import { hello, terms, version } from './samples.js';

const segmentBytesMax = 4096;

type Runs = Need['runs'];

export class Talker {
  readonly connection: Connection;
  readonly #random: Random;
  /** In how many of a thousand turns it gives a transfer up or asks for another offer. */
  readonly #upsetPerMille: number;
  #hello: Hello | undefined;
  #offer: Offer | undefined;
  /** Sender: bytes of the manifest or package still to be said. */
  #bytesLeft = 0;
  /** Sender: needed blocks not yet brought, [low, high). */
  #low = 0;
  #high = 0;
  /** Receiver: packages to be acknowledged. */
  #packages: number[] = [];

  constructor(side: Side, random: Random, upsetPerMille: number) {
    this.connection = new Connection(side);
    this.#random = random;
    this.#upsetPerMille = upsetPerMille;
  }

  /** What it says next and the bytes; undefined where it waits. */
  say(): { readonly message: Message; readonly bytes: Uint8Array } | undefined {
    const message = this.#next();
    if (message === undefined) return undefined;
    const bytes = this.connection.send(message);
    if (message.type === 'offer') this.#begin(message);
    if (message.type === 'segment') this.#bytesLeft = message.packageBytes;
    if (message.type === 'data' || message.type === 'manifest') this.#bytesLeft -= message.bytes.length;
    return { message, bytes };
  }

  hear(bytes: Uint8Array): readonly ConnectionEvent[] {
    const events = this.connection.receive(bytes);
    for (const event of events) this.#heard(event);
    return events;
  }

  #heard(event: ConnectionEvent): void {
    if (event.type === 'hello') this.#hello = event;
    else if (event.type === 'offer') this.#begin(event);
    else if (event.type === 'need') for (const [, needed] of event.runs) this.#high += needed;
    else if (event.type === 'segment') this.#packages.push(event.packageBytes);
  }

  #begin(offer: Offer): void {
    this.#offer = offer;
    this.#bytesLeft = offer.manifestBytes;
    this.#low = 0;
    this.#high = 0;
    this.#packages = [];
  }

  #has(capability: Capability): boolean {
    return this.connection.agreed?.capabilities.includes(capability) === true;
  }

  get #isPlain(): boolean {
    return this.connection.agreed?.version === 1;
  }

  #chance(perMille: number): boolean {
    return this.#random.below(1000) < perMille;
  }

  #next(): Message | undefined {
    const { side, state, role } = this.connection;
    const isTransfer =
      role !== undefined && !['idle', 'aborting', 'answering', 'closed', 'failed'].includes(state);
    if (isTransfer && this.#chance(this.#upsetPerMille)) {
      const upset = this.#upset();
      if (upset !== undefined) return upset;
    }
    if (state === 'answering') return { type: 'abort', reason: 'so be it' };
    if (role === 'sender') return this.#send();
    if (role === 'receiver') return this.#receive();
    return side === 'connector' ? this.#connect() : this.#accept();
  }

  #upset(): Message | undefined {
    const { state, role } = this.connection;
    const mayAsk = role === 'receiver' && !this.#isPlain && state !== 'pulling' && state !== 'reoffering';
    if (mayAsk && this.#chance(500)) {
      return { type: 'resynchronise', reason: this.#random.pick(resynchroniseReasons) };
    }
    return role === 'sender' && state === 'committing' ? undefined : { type: 'abort', reason: 'enough' };
  }

  #connect(): Message | undefined {
    switch (this.connection.state) {
      case 'new':
        return {
          ...hello,
          versions: this.#random.pick([[1, 2], [2], [1]]),
          capabilities: this.#random.pick([capabilityNames, [], this.#some()]),
        };
      case 'idle':
        if (this.#chance(300)) return { type: 'list', volume: 'disk' };
        if (this.#chance(500)) return this.#offered();
        return {
          type: 'pull',
          volume: 'disk',
          dot: this.#random.pick([null, version.dot]),
          base: null,
          resume: '',
          first: this.#has('progressive') ? ['etc'] : [],
        };
      default:
        return undefined;
    }
  }

  #some(): readonly Capability[] {
    return capabilityNames.filter(() => this.#chance(500));
  }

  #accept(): Message | undefined {
    const { state } = this.connection;
    if (state === 'greeted' && this.#hello !== undefined)
      return answerHello(this.#hello, { ...terms, segmentBytesMax });
    if (state !== 'listing') return undefined;
    const row = { version, content: 'ff', totalBytes: 7, isHead: false };
    return { type: 'listing', rows: this.#random.pick([[], [row], [row, row]]), isLast: this.#chance(500) };
  }

  #offered(): Offer {
    const hasBase = (this.#has('select') || this.#has('delta')) && this.#chance(600);
    return {
      type: 'offer',
      version,
      base: hasBase ? { writer: 'agent', counter: 1 } : null,
      manifestBytes: 1 + this.#random.below(this.#chance(50) ? 200_000 : 500),
      manifestForm: hasBase && this.#has('manifest-delta') ? 'delta' : 'whole',
      resume: this.#has('resume') ? 'token' : '',
    };
  }

  #send(): Message | undefined {
    switch (this.connection.state) {
      case 'pulling':
      case 'reoffering':
        return this.#offered();
      case 'manifest':
        return { type: 'manifest', bytes: this.#piece() };
      case 'segment':
        return { type: 'data', bytes: this.#piece() };
      case 'streaming':
        return this.#isPlain ? this.#plainSegment() : this.#segment();
      default:
        return undefined;
    }
  }

  #piece(): Uint8Array {
    const length = 1 + this.#random.below(Math.min(this.#bytesLeft, 65_536));
    return new Uint8Array(length).fill(this.#random.below(256));
  }

  #plainSegment(): Message | undefined {
    if (this.connection.creditBytes === 0) return undefined;
    if (this.#chance(300)) return { type: 'commit', segmentCount: this.connection.nextIndex };
    const first = this.#low;
    this.#low += 2;
    const packageBytes = 1 + this.#random.below(3000);
    return { type: 'segment', index: this.connection.nextIndex, first, count: 2, packageBytes, baseRuns: [] };
  }

  #segment(): Message | undefined {
    const { nextIndex, creditBytes } = this.connection;
    const left = this.#high - this.#low;
    if (left === 0) return { type: 'commit', segmentCount: nextIndex };
    if (creditBytes === 0) return undefined;
    const packageBytes = this.#chance(100)
      ? creditBytes
      : 1 + this.#random.below(Math.min(creditBytes, 3000));
    const count = 1 + this.#random.below(left);
    const fromEnd = this.#has('progressive') && this.#chance(500);
    const first = fromEnd ? this.#high - count : this.#low;
    if (fromEnd) this.#high -= count;
    else this.#low += count;
    const refers = this.#has('delta') && this.#offer?.base !== null;
    return {
      type: 'segment',
      index: nextIndex,
      first,
      count,
      packageBytes,
      baseRuns: refers
        ? [
            [9, 1],
            [3, 4],
          ]
        : [],
    };
  }

  #receive(): Message | undefined {
    const { state, nextIndex, unacknowledged } = this.connection;
    if (state === 'deciding') return this.#need();
    const whole = state === 'segment' ? unacknowledged - 1 : unacknowledged;
    if (whole > 0 && ['streaming', 'segment', 'committing'].includes(state)) {
      const creditBytes = this.#packages.shift() ?? 0;
      return {
        type: 'acknowledge',
        index: nextIndex - unacknowledged,
        creditBytes: this.#has('credit') ? creditBytes : 0,
      };
    }
    if (state !== 'committing') return undefined;
    return { type: 'committed', dot: version.dot, head: version.dot, concurrent: [] };
  }

  #need(): Message {
    const isLast = this.#chance(600) || !this.#has('select');
    const choices: readonly [Runs, ...Runs[]] = this.#has('select')
      ? [
          [],
          [[0, 3]],
          [
            [2, 1],
            [5, 9],
          ],
        ]
      : [[], [[0, 7]]];
    const runs = this.#random.pick(choices);
    return {
      type: 'need',
      token: isLast && this.#has('resume') ? 'token' : '',
      runs,
      isLast,
      firstIndex: isLast && this.#has('resume') ? this.#random.below(3) : 0,
      creditBytes:
        isLast && this.#has('credit') ? packageBytesMax(segmentBytesMax) + this.#random.below(9999) : 0,
    };
  }
}
