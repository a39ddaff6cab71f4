/** One connection and a scripted other side that may say anything at any time, right or wrong. */
import { expect } from 'vitest';
import { numberOf, writeBody } from '../../../src/replication/protocol/codec.js';
import { Connection, type ConnectionEvent } from '../../../src/replication/protocol/connection.js';
import { writeFrame } from '../../../src/replication/protocol/frame.js';
import { capabilityNames } from '../../../src/replication/protocol/messages.js';
import type { Capability, Message, ProtocolVersion } from '../../../src/replication/protocol/messages.js';
import type { Side } from '../../../src/replication/protocol/transitions.js';
import { agreeing, hello, need, offer, plainOffer, segment, terms } from './samples.js';

export class Script {
  readonly connection: Connection;
  readonly #version: ProtocolVersion;
  #sequence = 0;

  constructor(side: Side, version: ProtocolVersion = 2) {
    this.connection = new Connection(side);
    this.#version = version;
  }

  /** The other side says this, well-formed as it may be. */
  say(message: Message): readonly ConnectionEvent[] {
    return this.sayBody(numberOf(message.type), writeBody(message, this.#version));
  }

  sayBody(number: number, body: Uint8Array): readonly ConnectionEvent[] {
    return this.connection.receive(this.frame(number, body));
  }

  /** The next frame of the other side. */
  frame(number: number, body: Uint8Array): Uint8Array {
    return writeFrame(number, this.#sequence++, body);
  }

  /** What goes well, said by the other side (`<`) or by this one (`>`). */
  run(...steps: readonly (readonly ['<' | '>', Message])[]): this {
    for (const [way, message] of steps) {
      if (way === '>') this.connection.send(message);
      else expect(this.say(message)).toEqual([message]);
    }
    return this;
  }
}

/** A connection that agreed on a version and capabilities. */
export function greeted(
  side: Side,
  version: ProtocolVersion = 2,
  capabilities: readonly Capability[] = capabilityNames,
): Script {
  const ours = { ...hello, versions: [version], capabilities: version === 1 ? [] : capabilities };
  const welcome = agreeing(ours, terms);
  if (welcome === undefined) throw new Error('the samples agree');
  const script = new Script(side, version);
  return side === 'connector'
    ? script.run(['>', ours], ['<', welcome])
    : script.run(['<', ours], ['>', welcome]);
}

export const manifest: Message = { type: 'manifest', bytes: new Uint8Array(5) };
export const data: Message = { type: 'data', bytes: new Uint8Array(6) };

/** An acceptor that takes a push, in the state named. */
export function pushed(
  state: 'manifest' | 'deciding' | 'streaming' | 'segment' | 'committing',
  version: ProtocolVersion = 2,
  capabilities: readonly Capability[] = capabilityNames,
): Script {
  const isPlain = version === 1 || capabilities.length === 0;
  const answer = { ...need, ...(isPlain ? { token: '', creditBytes: 0, runs: [[0, 5]] as const } : {}) };
  const first = { ...segment, ...(isPlain ? { baseRuns: [] } : {}) };
  const script = greeted('acceptor', version, capabilities).run(['<', isPlain ? plainOffer : offer]);
  if (state === 'manifest') return script;
  script.run(['<', manifest]);
  if (state === 'deciding') return script;
  if (version > 1) script.run(['>', answer]);
  if (state === 'streaming') return script;
  script.run(['<', first]);
  if (state === 'segment') return script;
  return script.run(
    ['<', data],
    ['>', { type: 'acknowledge', index: 0, creditBytes: isPlain ? 0 : 6 }],
    ['<', { ...first, index: 1, first: 3, count: 2 }],
    ['<', data],
    ['<', { type: 'commit', segmentCount: 2 }],
  );
}

/** A connector that pushes, up to the receiver's turn. */
export function pushing(capabilities: readonly Capability[] = capabilityNames): Script {
  const isPlain = capabilities.length === 0;
  return greeted('connector', 2, capabilities).run(['>', isPlain ? plainOffer : offer], ['>', manifest]);
}
