/**
 * Memory stays within its limits.
 *
 * Promise: after each event an agent's cache holds at most the bytes that it was given. (What receivers have waiting they check themselves, against the credit that they granted.)
 */
import { Broken } from './invariant.js';
import type { Invariant } from './invariant.js';

const name = 'memory stays within limits';

export const memory: Invariant = {
  name,
  afterEvent: ({ agents }) => {
    for (const { name: agent, cacheBytes, cacheBytesMax } of agents)
      if (cacheBytes > cacheBytesMax)
        throw new Broken(name, `the cache of ${agent} holds ${cacheBytes} bytes of ${cacheBytesMax}`);
  },
};
