/** The real clock, for measurements. */
import type { Clock } from '../../base/clock.js';

export const realClock: Clock = { nowMs: () => performance.now() };
