/** CPU time of this process, for kernels that run on the calling thread: what else the machine does at the time is not charged. */
import type { Clock } from '../../base/clock.js';

export const cpuClock: Clock = {
  nowMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};
