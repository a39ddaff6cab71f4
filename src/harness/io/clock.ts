/** The real clocks, for measurements. */
import type { Clock } from '../../base/clock.js';

export const realClock: Clock = { nowMs: () => performance.now() };

/**
 * CPU time of this process, user and system, all its threads; in steps of a microsecond on Linux. What other processes do on the machine
 * does not count, apart from the caches and the bandwidth that they take.
 */
export const cpuClock: Clock = {
  nowMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** For people, as ISO 8601. */
export function wallTime(): string {
  return new Date().toISOString();
}
