/** The invariants that every run is watched by, cheapest first. */
import { agreement } from './agreement.js';
import { audit } from './audit.js';
import { failures } from './failures.js';
import type { Invariant } from './invariant.js';
import { promises } from './promises.js';
import { whole } from './whole.js';

export const invariants: readonly Invariant[] = [failures, promises, whole, audit, agreement];
