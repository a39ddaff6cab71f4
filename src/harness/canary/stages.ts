/**
 * The stages of a rollout: which volumes run with the candidate in each, and when is judged.
 *
 * In `shadow` the candidate runs beside the stable side: the same volumes, edits, links and weather, and nobody uses what comes of it. Then it takes over shares of the volumes. Volumes are
 * in an order drawn from the seed; shadows are the last of it, so that each stage brings volumes that were not seen before. What was seen counts on.
 */
import { Random } from '../../base/prng.js';

export const stageNames = ['shadow', '1 %', '10 %', '50 %', '100 %'] as const;
export type StageName = (typeof stageNames)[number];

export interface Stage {
  readonly name: StageName;
  /** Volumes that run with the candidate for real. */
  readonly exposed: number;
  /** Numbers of the volumes whose figures come in this stage, in order. */
  readonly volumes: readonly number[];
  /** Volumes seen by its end. */
  readonly seen: number;
}

const shares: Readonly<Record<StageName, number>> = {
  shadow: 0,
  '1 %': 0.01,
  '10 %': 0.1,
  '50 %': 0.5,
  '100 %': 1,
};
const shadowShare = 0.2;

export function planStages(volumeCount: number, seed: number): Stage[] {
  const order = shuffled(volumeCount, new Random(seed).fork('order of volumes'));
  const shadows = order.slice(volumeCount - Math.ceil(volumeCount * shadowShare));
  const seen = new Set<number>();
  return stageNames.map((name) => {
    const exposed = Math.ceil(volumeCount * shares[name]);
    const run = name === 'shadow' ? shadows : order.slice(0, exposed);
    const volumes = run.filter((number) => !seen.has(number));
    for (const number of volumes) seen.add(number);
    return { name, exposed, volumes, seen: seen.size };
  });
}

function shuffled(count: number, random: Random): number[] {
  const order = [...Array(count).keys()];
  for (let place = count - 1; place > 0; place--) {
    const other = random.below(place + 1);
    [order[place], order[other]] = [order[other] ?? 0, order[place] ?? 0];
  }
  return order;
}
