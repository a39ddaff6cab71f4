/**
 * A version says truly what it is and what it was made from.
 *
 * Promise: a dot has the same vector, time and parents wherever and whenever it is seen. A version's vector counts all that its parents' do. It is later than what it was made from, unless
 * the writer's own clock was set right by more than clocks may differ (versions/hybrid-clock.ts), and no server takes over a time that is further ahead than that.
 */
import { compareTimes, dotText, isMerge } from '../../replication/versions/version.js';
import type { Version } from '../../replication/versions/version.js';
import { skewMsMax } from '../../replication/versions/limits.js';
import { countOf } from '../../replication/versions/vector.js';
import { epochMs } from '../process/wall-clock.js';
import { isServer } from '../scenario/scenario.js';
import type { Scenario } from '../scenario/scenario.js';
import { Broken } from './invariant.js';
import type { Invariant, RunView } from './invariant.js';

const name = 'versions say what they are';

export const history: Invariant = {
  name,
  afterCommit: (run, _, { version }) => {
    check(run, version);
    return Promise.resolve();
  },
  afterAcknowledgement: (run, _, version) => {
    check(run, version);
    return Promise.resolve();
  },
  afterRestart: (run, { running }) => {
    for (const { version } of running?.list('') ?? []) check(run, version);
    return Promise.resolve();
  },
};

function check(run: RunView, version: Version): void {
  const problem = problemOf(run, version);
  if (problem !== undefined)
    throw new Broken(name, `version ${dotText(version.dot)} of ${version.volume} ${problem}`);
}

function problemOf({ ledger, nowMs, scenario }: RunView, version: Version): string | undefined {
  const { volume, dot, vector, time } = version;
  if (!ledger.isSameVersion(version))
    return 'has another vector, time or parent than where it was seen first';
  const aheadMs = time.wallMs - epochMs - nowMs;
  if (aheadMs > skewMsMax + fastestMs(scenario)) return `is ${aheadMs} ms ahead of the world`;
  for (const parent of version.parents) {
    const from = ledger.version(volume, parent);
    if (from === undefined) continue;
    const unknown = Object.keys(from.vector).find(
      (writer) => countOf(vector, writer) < countOf(from.vector, writer),
    );
    if (unknown !== undefined) return `does not count ${unknown} as its parent ${dotText(parent)} does`;
    const isTold = from.time.wallMs - time.wallMs <= skewMsMax;
    const order = compareTimes(from.time, time);
    if (isTold && (order > 0 || (order === 0 && !isMerge(dot))))
      return `is not later than ${dotText(parent)}`;
  }
  return undefined;
}

/** How far the fastest server's clock can be ahead of the world: skew, all jumps forward, and a second of drift. */
function fastestMs({ nodes, faults }: Scenario): number {
  const ahead = nodes
    .filter(isServer)
    .map(({ name: node, clock }) =>
      faults.reduce(
        (sum, { fault }) =>
          fault.kind === 'clock-jump' && fault.node === node ? sum + Math.max(0, fault.byMs) : sum,
        Math.max(0, clock.skewMs),
      ),
    );
  return Math.max(0, ...ahead) + 1000;
}
