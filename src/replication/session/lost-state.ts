/**
 * An agent whose state was lost or set back counts what it has counted before, and a server refuses the dot. Then the state is brought behind what the server has of this writer.
 *
 * Law: the push that was refused fails all the same, so that two machines under one name, who would each take the other's versions for their own past, hear of each other.
 */
import type { ListedVersion } from '../protocol/messages.js';
import { dotText, type Version } from '../versions/version.js';
import type { AgentStates } from './agent-state.js';
import type { PeerRefusal } from './failures.js';

/** `rows`: what the server that refused has of the volume. Returns the refusal with the way out. Throws WorldError, DataError of the state. */
export async function goBehind(
  states: AgentStates,
  volume: string,
  writer: string,
  rows: readonly ListedVersion[],
  refusal: PeerRefusal,
): Promise<PeerRefusal> {
  const state = await states.load(volume);
  const taken = state.pending?.version.dot.counter;
  let last: Version | undefined;
  for (const { version } of rows)
    if (version.dot.writer === writer && version.dot.counter > (last?.dot.counter ?? 0)) last = version;
  // Another conflict than about the count.
  if (taken === undefined || last === undefined || last.dot.counter < taken) return refusal;
  await states.save(volume, { ...state, counter: last.dot.counter, last, pending: undefined });
  return refusal.withHint(
    `if only this agent's state was lost, push again: the next version goes behind ${dotText(last.dot)}; if another machine pushes as '${writer}', give it a new name`,
  );
}
