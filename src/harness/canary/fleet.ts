/**
 * A fleet of simulated volumes: sizes, kinds of data, edits, links, weather and versions of agents, all drawn from one seed.
 *
 * Law: a volume follows from the fleet's seed and its number alone; a larger fleet has the volumes of a smaller one, and more. Shares are those of a fleet that somebody could have, not
 * of one that anybody has: most volumes have good links and weather, some have neither.
 */
import { present } from '../../base/errors.js';
import { Random } from '../../base/prng.js';
import type { ScenarioVolume, VolumeEdit, VolumeKind } from '../../simulator/scenario/scenario.js';
import { linkKinds, type LinkKind } from '../links/link-kinds.js';
import { severities, type Severity } from '../links/plans.js';

export interface FleetVolume {
  readonly number: number;
  /** Of its images, its weather and its world. */
  readonly seed: number;
  readonly volume: ScenarioVolume;
  readonly link: LinkKind;
  readonly severity: Severity;
  /** Protocol versions of its agent. */
  readonly agentVersions: readonly (1 | 2)[];
}

/** Versions of a volume after its first. */
export const pushesEach = 3;

const KiB = 1024;
const bytesMin = 32 * KiB;
const bytesMax = 192 * KiB;

interface Share<T> {
  readonly share: number;
  readonly of: T;
}

const linkShares: readonly Share<string>[] = [
  { share: 0.3, of: 'lan' },
  { share: 0.3, of: 'wan' },
  { share: 0.24, of: 'measured' },
  { share: 0.08, of: 'satellite' },
  { share: 0.08, of: 'thin' },
];
const kindShares: readonly Share<VolumeKind>[] = [
  { share: 0.55, of: 'text' },
  { share: 0.3, of: 'random' },
  { share: 0.15, of: 'sparse' },
];
const editShares: readonly Share<VolumeEdit>[] = [
  { share: 0.4, of: { kind: 'overwrite', count: 16, bytes: 300 } },
  { share: 0.2, of: { kind: 'insert', count: 8, bytes: 200 } },
  { share: 0.2, of: { kind: 'append', count: 1, bytes: 16 * KiB } },
  { share: 0.1, of: { kind: 'remove', count: 4, bytes: 500 } },
  { share: 0.06, of: { kind: 'move', count: 2, bytes: 8 * KiB } },
  { share: 0.04, of: { kind: 'rewrite', count: 1, bytes: 1 } },
];
/** Positions in the list of severities. */
const weatherShares: readonly Share<number>[] = [
  { share: 0.6, of: 0 },
  { share: 0.2, of: 1 },
  { share: 0.12, of: 2 },
  { share: 0.08, of: 3 },
];
/** One agent in seven has not been upgraded yet. */
const oldAgentShare = 1 / 7;

export function fleetVolume(fleetSeed: number, number: number): FleetVolume {
  const random = new Random(fleetSeed).fork(`volume ${number}`);
  const bytes = Math.round(bytesMin * (bytesMax / bytesMin) ** random.fork('bytes').float());
  const linkName = drawn(linkShares, random.fork('link'));
  const kind = drawn(kindShares, random.fork('kind'));
  const edit = drawn(editShares, random.fork('edit'));
  const weather = drawn(weatherShares, random.fork('weather'));
  return {
    number,
    seed: random.fork('seed').u32(),
    volume: { name: 'disk', bytes, kind, edit },
    link: present(
      linkKinds.find(({ name }) => name === linkName),
      'link',
    ),
    severity: present(severities[weather], 'severity'),
    agentVersions: random.fork('agent').float() < oldAgentShare ? [1] : [1, 2],
  };
}

function drawn<T>(shares: readonly Share<T>[], random: Random): T {
  let left = random.float();
  for (const { share, of } of shares) {
    left -= share;
    if (left < 0) return of;
  }
  return present(shares.at(-1), 'share').of;
}
