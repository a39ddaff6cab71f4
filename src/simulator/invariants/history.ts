/**
 * A version says truly what it is and what it was made from.
 *
 * Promise: a dot has the same vector, time and parents wherever and whenever it is seen. A version's vector counts all that its parents' do. It is later than what it was made from where
 * no two clocks differ by more than they may (versions/hybrid-clock.ts), and no server takes over a time that is further ahead than that.
 */
import { compareTimes, dotText, isMerge } from '../../replication/versions/version.js';
import type { Version } from '../../replication/versions/version.js';
import { skewMsMax } from '../../replication/versions/limits.js';
import { countOf } from '../../replication/versions/vector.js';
import { epochMs } from '../process/wall-clock.js';
import { isServer } from '../scenario/scenario.js';
import type { Scenario, ScenarioNode } from '../scenario/scenario.js';
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
    const order = compareTimes(from.time, time);
    if (areClocksClose(scenario) && (order > 0 || (order === 0 && !isMerge(dot))))
      return `is not later than ${dotText(parent)}`;
  }
  return undefined;
}

/** How far a clock can be off the world's time, both ways: skew, all jumps, and a second of drift. */
function offsetsOf({ faults }: Scenario, { name: node, clock }: ScenarioNode): readonly [number, number] {
  const jumps = faults.flatMap(({ fault }) =>
    fault.kind === 'clock-jump' && fault.node === node ? [fault.byMs] : [],
  );
  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
  const ahead = Math.max(0, clock.skewMs) + sum(jumps.filter((byMs) => byMs > 0));
  const behind = Math.min(0, clock.skewMs) + sum(jumps.filter((byMs) => byMs < 0));
  return [behind - 1000, ahead + 1000];
}

/** How far the fastest server's clock can be ahead of the world. */
function fastestMs(scenario: Scenario): number {
  return Math.max(...scenario.nodes.filter(isServer).map((node) => offsetsOf(scenario, node)[1]));
}

/** Whether no clock ever refuses what another one says. */
function areClocksClose(scenario: Scenario): boolean {
  const offsets = scenario.nodes.map((node) => offsetsOf(scenario, node));
  return (
    Math.max(...offsets.map(([, ahead]) => ahead)) - Math.min(...offsets.map(([behind]) => behind)) <=
    skewMsMax
  );
}
