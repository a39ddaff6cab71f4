/**
 * One series: a volume's first version and the versions that follow, pushed one after another over a topology while the weather is bad. Everything is simulated, so the numbers are exact.
 *
 * Law: a series is a function of its plan. Faults have a stream of their own, so that every strategy meets the same ones at the same times.
 */
import { WorldError } from '../../base/errors.js';
import { Random } from '../../base/prng.js';
import { memorySnapshot } from '../../engine/snapshot/memory.js';
import type { ScheduledFault } from '../../simulator/fault/schedule.js';
import type { Calibration } from '../../simulator/process/calibration.js';
import type { CrashKind } from '../../simulator/process/node.js';
import type { Equipment } from '../../simulator/run/equipment.js';
import { Images } from '../../simulator/scenario/image.js';
import { LinkWorld, serverName } from './link-world.js';
import type { LinkProfile, LinkStrategy, Severity, Topology } from './plans.js';

export interface SeriesPlan {
  readonly profile: LinkProfile;
  readonly strategy: LinkStrategy;
  readonly topology: Topology;
  readonly severity: Severity;
  readonly seed: number;
  /** Of the first image. */
  readonly bytes: number;
  /** Versions after the first. */
  readonly snapshots: number;
  /** Whether the first server crashes in the midst of every second push, for the lag of recovery. */
  readonly isProbed: boolean;
}

export interface SeriesResult {
  /** For each version after the first whose push was not probed: from the call until the last server shows it. */
  readonly syncMs: readonly number[];
  /** For each push that was probed, and not faster than its crash: from the restart of the first server until that push had come to its end. */
  readonly lagsMs: readonly number[];
  /** Of the pushes that were not probed, with headers and what was sent again. */
  readonly bytesOnWire: number;
  /** CPU of all machines for them. */
  readonly workedMs: number;
  /** Connections that the agent needed for them. */
  readonly attempts: number;
}

const volume = 'disk';
/** Between two pushes. */
const pauseMs = 1000;
/** A machine that crashed is away for so long. */
const downMs = 500;
/** Faults are drawn for so long; a series that is not through by then has good weather. */
const weatherMsMax = 2 * 3_600_000;

export async function runSeries(
  plan: SeriesPlan,
  calibration: Calibration,
  equipment: Equipment,
): Promise<SeriesResult> {
  const { profile, strategy, topology, severity, seed, bytes, snapshots, isProbed } = plan;
  const images = new Images(seed, [{ name: volume, bytes, kind: profile.kind, edit: profile.edit }]);
  const { create, capabilities } = strategy;
  const hops = topology.hops.map((hop) => ({ ...hop, loss: Math.min(1, hop.loss + severity.loss) }));
  const links = new LinkWorld(seed, hops, calibration, equipment, {
    create,
    agent: { abilities: { capabilities } },
  });
  const { world } = links;
  await links.start();
  const push = async (number: number): Promise<number> => {
    const snapshot = memorySnapshot('image', [{ path: '', bytes: images.image(volume, number) }]);
    const { version, attempts } = await links.agent.push('server', volume, snapshot);
    await links.arrived(version);
    return attempts;
  };
  await links.cost(() => push(0));
  world.schedule(weather(severity, seed, hops.length, world.loop.nowMs));
  const syncMs: number[] = [];
  const lagsMs: number[] = [];
  let [bytesOnWire, workedMs, attempts] = [0, 0, 0];
  for (let number = 1; number <= snapshots; number++) {
    await world.run({ untilMs: world.loop.nowMs + pauseMs });
    if (isProbed && number % 2 === 0) {
      // Half as long after the begin as the fastest push has taken.
      const atMs = world.loop.nowMs + Math.min(...syncMs) / 2;
      world.schedule([{ atMs, fault: { kind: 'crash', node: 'server', how: 'process', downMs } }]);
      await links.cost(() => push(number));
      const lagMs = world.loop.nowMs - atMs - downMs;
      if (lagMs > 0) lagsMs.push(lagMs);
      continue;
    }
    const { result, cost } = await links.cost(() => push(number));
    syncMs.push(cost.ms);
    bytesOnWire += cost.bytesOnWire;
    workedMs += cost.workedMs;
    attempts += result;
  }
  for (const { name, failure } of world.nodes)
    if (failure !== undefined) throw new WorldError(`${name} failed`, { cause: failure });
  return { syncMs, lagsMs, bytesOnWire, workedMs, attempts };
}

/** Resets of every hop and crashes of the first server, each at times without memory. */
export function weather(
  severity: Severity,
  seed: number,
  hopCount: number,
  startMs: number,
): ScheduledFault[] {
  const random = new Random(seed).fork('weather');
  const hops = Array.from({ length: hopCount }, (_, index) => serverName(index));
  const names = ['agent', ...hops];
  const resets = hops.flatMap((_, index) =>
    times(severity.resetsPerMinute, random.fork(`resets ${index}`)).map((atMs): ScheduledFault => ({
      atMs: startMs + atMs,
      fault: { kind: 'reset', from: names[index] ?? '', to: names[index + 1] ?? '' },
    })),
  );
  const kinds = random.fork('kinds');
  const crashes = times(severity.crashesPerMinute, random.fork('crashes')).map((atMs): ScheduledFault => ({
    atMs: startMs + atMs,
    fault: { kind: 'crash', node: 'server', how: kinds.pick<CrashKind>(['process', 'power']), downMs },
  }));
  return [...resets, ...crashes];
}

/** Of a Poisson process. */
function times(perMinute: number, random: Random): number[] {
  const all: number[] = [];
  if (perMinute === 0) return all;
  for (let atMs = 0; ;) {
    atMs += (-Math.log(1 - random.float()) * 60_000) / perMinute;
    if (atMs > weatherMsMax) return all;
    all.push(atMs);
  }
}
