/**
 * No program ends with a failure of our own, and no side breaks the protocol.
 *
 * Promise: whatever the world does, what leaves our code is a SnapdeltaError other than BugError. The run itself says which failures no world explains.
 */
import { Broken } from './invariant.js';
import type { Invariant } from './invariant.js';

const name = 'no failure is a bug';

export const failures: Invariant = {
  name,
  afterEvent: ({ failures: found }) => {
    const [first] = found;
    if (first === undefined) return;
    const { node, error } = first;
    if (error instanceof Broken) throw error;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Broken(name, `${node}: ${text}`);
  },
};
