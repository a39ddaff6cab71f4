/** The two ends of a connection's beginning: hello and welcome, under a patience of their own. */
import { fingerprintNames } from '../../engine/fingerprint/fingerprint.js';
import { WorldError } from '../../base/errors.js';
import type { Link, Runtime } from '../../base/runtime.js';
import { answerHello, type AcceptorTerms } from '../protocol/agreement.js';
import {
  capabilityNames,
  protocolVersions,
  type Capability,
  type ProtocolVersion,
} from '../protocol/messages.js';
import { Conversation } from './conversation.js';

export interface Patience {
  /** From the opened link to the welcome. */
  readonly helloMsMax: number;
  /** On a link on which nothing moves. */
  readonly idleMsMax: number;
}

export const usualPatience: Patience = { helloMsMax: 10_000, idleMsMax: 120_000 };

/** What a side can do, for tests and for upgrades in steps; by default everything. */
export interface Abilities {
  readonly versions?: readonly ProtocolVersion[];
  readonly capabilities?: readonly Capability[];
}

export interface Identity extends Abilities {
  readonly name: string;
  readonly software: string;
}

/** As the connector: says hello, waits for the welcome. Throws PeerRefusal, WorldError, DataError; then the link is gone. */
export async function greet(
  link: Link,
  identity: Identity,
  runtime: Runtime,
  patience: Patience = usualPatience,
): Promise<Conversation> {
  const talk = new Conversation(link, 'connector', runtime, patience.helloMsMax);
  await talk.send({
    type: 'hello',
    versions: identity.versions ?? protocolVersions,
    name: identity.name,
    software: identity.software,
    capabilities: identity.capabilities ?? capabilityNames,
    fingerprints: fingerprintNames,
  });
  await talk.expect('welcome');
  talk.idleMsMax = patience.idleMsMax;
  return talk;
}

/** As the acceptor: waits for a hello and answers it. Undefined where nothing in common was found, which the connector was told. */
export async function welcome(
  link: Link,
  terms: AcceptorTerms,
  runtime: Runtime,
  patience: Patience = usualPatience,
): Promise<Conversation | undefined> {
  const talk = new Conversation(link, 'acceptor', runtime, patience.helloMsMax);
  const hello = await talk.next();
  if (hello === undefined) {
    throw new WorldError(`${talk.peer} connected and said nothing`);
  }
  if (hello.type !== 'hello') return undefined;
  const answer = answerHello(hello, terms);
  if (answer.type === 'refuse') {
    await talk.refuse(answer.code, answer.reason);
    return undefined;
  }
  await talk.send(answer);
  talk.idleMsMax = patience.idleMsMax;
  return talk;
}
