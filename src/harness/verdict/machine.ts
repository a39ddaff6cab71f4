/** Whether two sets of figures come from one machine, and whether it was as fast both times. */
import type { Environment } from '../measurement/environment.js';

const stamps = ['cpu', 'cores', 'platform', 'kernel', 'node', 'v8'] as const;

/** Virtual machines lose some memory to their kernel from boot to boot. */
const memoryShareMax = 0.01;

/** What differs, as `CPU: A there, B here`; empty for one machine. */
export function machineDifferences(first: Environment, second: Environment): string[] {
  const differing = stamps
    .filter((stamp) => first[stamp] !== second[stamp])
    .map((stamp) => `${stamp} (${first[stamp]}, ${second[stamp]})`);
  const ratio = Math.abs(first.memoryBytes / second.memoryBytes - 1);
  return ratio > memoryShareMax
    ? [...differing, `memory (${first.memoryBytes}, ${second.memoryBytes} bytes)`]
    : differing;
}

/** Beyond this, what the calibration of both runs says is that the machine itself changed its speed. */
const speedShareMax = 0.1;

/** By the short calibration that every run takes down. True where there is nothing to compare. */
export function isMachineSteady(first: Environment | null, second: Environment | null): boolean {
  if (first === null || second === null) return true;
  const [before, after] = [first.calibration, second.calibration];
  return (Object.keys(before) as (keyof typeof before)[]).every(
    (name) => Math.abs(Math.log(after[name] / before[name])) <= Math.log1p(speedShareMax),
  );
}
