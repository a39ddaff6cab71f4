/**
 * One volume of the fleet with one side: its pushes over its link in its weather, then whether everything that was acknowledged is still there, byte for byte, after a loss of power.
 *
 * Law: figures, digest and findings follow from volume and side alone. Faults have a stream of their own, so that both sides meet the same ones at the same times.
 */
import { sha256 } from '../../base/builtins.js';
import { present } from '../../base/errors.js';
import { Random } from '../../base/prng.js';
import { memoryTarget } from '../../engine/snapshot/target-memory.js';
import { memoryView } from '../../engine/snapshot/memory.js';
import type { Snapshot } from '../../engine/snapshot/snapshot.js';
import { verifyAudit } from '../../replication/audit/verify.js';
import { restoreVersion } from '../../replication/coding/restore.js';
import type { Version } from '../../replication/versions/version.js';
import { usualCalibration } from '../../simulator/process/calibration.js';
import type { Equipment } from '../../simulator/run/equipment.js';
import { Images } from '../../simulator/scenario/image.js';
import { LinkWorld, type LinkWorldOptions } from '../links/link-world.js';
import { weather } from '../links/series.js';
import type { WorkPrices } from '../tuning/work-prices.js';
import { pushesEach, type FleetVolume } from './fleet.js';
import { storeOf } from './flawed-store.js';
import type { Problem } from './gates.js';
import { EncodingRecord, SideCoder } from './side-coder.js';
import { capabilitiesOf, repositoryOf, strengthOf, type Side } from './side.js';

/** What a volume's pushes after the first cost. */
export interface VolumeFigures {
  /** From the call until the server shows it, one for each push. */
  readonly syncMs: readonly number[];
  /** In both directions, with headers and what was sent again. */
  readonly wireBytes: number;
  /** Objects that the server keeps in the end. */
  readonly storedBytes: number;
  /** CPU of agent and server, by the model. */
  readonly workMs: number;
  /** Of real directories alone: CPU of the applies, which `workMs` then lacks. */
  readonly applyMs?: number;
  /** Most that the agent held at once for a segment: its base, its target, its package, the cache. */
  readonly peakBytes: number;
  /** Connections that a push needed beyond its first. */
  readonly retries: number;
}

export interface VolumeRun {
  readonly number: number;
  /** Of every package and figure, in hex. */
  readonly digest: string;
  /** Undefined where the volume's pushes did not all come to their end. */
  readonly figures: VolumeFigures | undefined;
  readonly problems: readonly Problem[];
}

const pauseMs = 1000;
/** Of the pushes that a slow tail concerns. */
const tailShare = 0.05;

interface Acknowledged {
  readonly version: Version;
  readonly snapshot: number;
}

/** A world around one volume, with one side or another in it. */
export class VolumeWorld {
  readonly links: LinkWorld;
  readonly record = new EncodingRecord();
  readonly acknowledged: Acknowledged[] = [];
  readonly #volume: FleetVolume;
  readonly #equipment: Equipment;
  readonly #prices: WorkPrices;
  readonly #images: Images;
  readonly #chance: Random;
  #side: Side;

  constructor(volume: FleetVolume, side: Side, equipment: Equipment, prices: WorkPrices) {
    const { seed, link, severity } = volume;
    this.#volume = volume;
    this.#equipment = equipment;
    this.#prices = prices;
    this.#side = side;
    this.#images = new Images(seed, [volume.volume]);
    this.#chance = new Random(seed).fork('pushes');
    const lossy = { ...link, loss: Math.min(1, link.loss + severity.loss) };
    this.links = new LinkWorld(seed, lossy, usualCalibration, equipment, this.options(side, side));
  }

  /** `versions`: protocol versions of the agent; by default those of the volume's. */
  options(agentSide: Side, serverSide: Side, versions = this.#volume.agentVersions): LinkWorldOptions {
    const isOldRefused = strengthOf(serverSide, 'old-agents-refused') > 0;
    return {
      create: repositoryOf(serverSide),
      agent: { abilities: { versions, capabilities: capabilitiesOf(agentSide) } },
      server: {
        abilities: { versions: isOldRefused ? [2] : [1, 2], capabilities: capabilitiesOf(serverSide) },
      },
      agentCoder: (own, machine) =>
        new SideCoder(
          own,
          machine,
          this.#equipment,
          this.#prices,
          agentSide,
          this.record,
          () => this.links.agent.cacheBytes,
        ),
      serverStore: storeOf(serverSide),
    };
  }

  async restart(
    agentSide: Side,
    serverSide: Side,
    versions?: readonly (1 | 2)[],
    how?: 'process' | 'power',
  ): Promise<void> {
    this.#side = agentSide;
    await this.links.restart(this.options(agentSide, serverSide, versions), how);
  }

  image(snapshot: number): Uint8Array {
    return this.#images.image(this.#volume.volume.name, snapshot);
  }

  /** Attempts that it took. */
  async push(snapshot: number): Promise<number> {
    const { name } = this.#volume.volume;
    const side = this.#side;
    const tail = strengthOf(side, 'slow-tail');
    const isInTail = this.#chance.fork(`tail ${snapshot}`).float() < tailShare;
    const isSkipped = this.#chance.fork(`skip ${snapshot}`).float() < strengthOf(side, 'pushes-skipped');
    const before = this.acknowledged.at(-1);
    if (isSkipped && before !== undefined) {
      this.acknowledged.push({ version: before.version, snapshot });
      return 1;
    }
    const { world, agent } = this.links;
    const startMs = world.loop.nowMs;
    const { version, attempts } = await agent.push('server', name, imageOf(this.image(snapshot)));
    await this.links.arrived(version);
    const late = strengthOf(side, 'slow-acknowledgement') + (isInTail ? tail : 0);
    if (late > 0) {
      const machine = present(world.node('agent').process, 'the agent');
      await machine.sleep((world.loop.nowMs - startMs) * late);
    }
    this.acknowledged.push({ version, snapshot });
    return attempts;
  }

  /** Of each version that was acknowledged, what is wrong with what the server has. */
  async damage(): Promise<string[]> {
    const repository = this.links.repository('server');
    if (repository === undefined) return ['the server does not open its repository'];
    const found: string[] = [];
    for (const { version, snapshot } of this.acknowledged) {
      const stored = repository.version(version.volume, version.dot);
      if (stored === undefined) {
        found.push(`snapshot ${snapshot} was acknowledged and is not there`);
        continue;
      }
      const target = memoryTarget();
      try {
        await restoreVersion(repository, stored, target);
      } catch (error) {
        found.push(`snapshot ${snapshot} cannot be restored: ${messageOf(error)}`);
        continue;
      }
      if (!hasBytes(target.snapshot(), this.image(snapshot)))
        found.push(`snapshot ${snapshot} is restored with other bytes`);
    }
    return found;
  }

  /** What broke that no weather explains. */
  async brokenInvariants(): Promise<string[]> {
    const failures = this.links.world.nodes.flatMap(({ name, failure }) =>
      failure === undefined ? [] : [`${name} failed: ${messageOf(failure)}`],
    );
    const audit = await verifyAudit(this.links.store('server'));
    return audit.state === 'intact'
      ? failures
      : [...failures, `the audit log is damaged at ${audit.sequence}: ${audit.reason}`];
  }
}

export async function runVolume(
  volume: FleetVolume,
  side: Side,
  equipment: Equipment,
  prices: WorkPrices,
): Promise<VolumeRun> {
  const world = new VolumeWorld(volume, side, equipment, prices);
  const { links, record } = world;
  const problems: Problem[] = [];
  const found = (gate: Problem['gate'], messages: readonly string[]): void => {
    for (const message of messages) problems.push({ gate, volume: volume.number, message });
  };
  let figures: VolumeFigures | undefined;
  try {
    figures = await measured(world, volume);
  } catch (error) {
    const isOld = !volume.agentVersions.includes(2);
    found(isOld ? 'compatibility' : 'invariants', [`a push did not come to its end: ${messageOf(error)}`]);
  }
  if (figures !== undefined) {
    found('invariants', (await links.cost(() => world.brokenInvariants())).result);
    links.world.endFaults();
    await world.restart(side, side, volume.agentVersions, 'power');
    found('exactness', (await links.cost(() => world.damage())).result);
  }
  const text = JSON.stringify([figures ?? null, problems]);
  const digest = sha256(Buffer.concat([record.digest, Buffer.from(text)]));
  return { number: volume.number, digest: Buffer.from(digest).toString('hex'), figures, problems };
}

async function measured(world: VolumeWorld, { severity, seed }: FleetVolume): Promise<VolumeFigures> {
  const { links, record } = world;
  await links.start();
  await links.cost(() => world.push(0));
  const { loop } = links.world;
  links.world.schedule(weather(severity, seed, 1, loop.nowMs));
  const syncMs: number[] = [];
  let [wireBytes, workMs, retries] = [0, 0, 0];
  for (let snapshot = 1; snapshot <= pushesEach; snapshot++) {
    await links.world.run({ untilMs: loop.nowMs + pauseMs });
    const { result: attempts, cost } = await links.cost(() => world.push(snapshot));
    syncMs.push(cost.ms);
    wireBytes += cost.bytesOnWire;
    workMs += cost.workedMs;
    retries += attempts - 1;
  }
  const objects = (await links.cost(() => links.store('server').list(''))).result;
  const storedBytes = objects.reduce((sum, { bytes }) => sum + bytes, 0);
  return { syncMs, wireBytes, storedBytes, workMs, peakBytes: record.peakBytes, retries };
}

function imageOf(bytes: Uint8Array): Snapshot {
  const entry = { path: '', kind: 'file', mode: 0o644, mtimeMicros: 0, sizeBytes: bytes.length } as const;
  return memoryView('image', [entry], bytes);
}

function hasBytes(snapshot: Snapshot, image: Uint8Array): boolean {
  const bytes = new Uint8Array(snapshot.layout.totalBytes);
  snapshot.openReader().read(0, bytes);
  return Buffer.compare(bytes, image) === 0;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
