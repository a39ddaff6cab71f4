/** The invariants that every run is watched by, cheapest first. */
import { agreement } from './agreement.js';
import { audit } from './audit.js';
import { failures } from './failures.js';
import { history } from './history.js';
import type { Invariant } from './invariant.js';
import { leftovers } from './leftovers.js';
import { memory } from './memory.js';
import { merges } from './merges.js';
import { promises } from './promises.js';
import { whole } from './whole.js';

export const invariants: readonly Invariant[] = [
  failures,
  memory,
  history,
  promises,
  whole,
  audit,
  agreement,
  merges,
  leftovers,
];
