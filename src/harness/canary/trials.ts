/**
 * Candidates whose worth is known beforehand, to learn how often the judge errs: bad ones, in which a metric is worse by 10 % at least or a gate is broken, and harmless ones, in which every metric
 * stays within 1 %.
 *
 * Law: the same seed gives the same candidates. Flaws are planted into a copy of the stable side through what the fleet lets a side do (side.ts), strengths are drawn. Those at the border
 * were chosen so that one metric is worse by 10 to 12 % over the fleet (docs/canary.md has the figures): a judge that is told where harm begins errs there, if anywhere.
 */
import { present } from '../../base/errors.js';
import { Random } from '../../base/prng.js';
import { resolveStrategy, settingsOf } from '../../engine/strategy/settings.js';
import type { Strategy } from '../../engine/strategy/strategy.js';
import type { FlawName, Side } from './side.js';

export type TrialKind = 'bad' | 'harmless';

export interface TrialCandidate {
  readonly kind: TrialKind;
  readonly name: string;
  readonly side: Side;
}

/** Strengths are drawn between these, evenly in their logarithms. */
interface Range {
  readonly flaw: FlawName;
  readonly low: number;
  readonly high: number;
}

const borderFlaws: readonly Range[] = [
  { flaw: 'small-segments-stored', low: 19_800, high: 20_500 },
  { flaw: 'base-forgotten', low: 0.09, high: 0.1 },
  { flaw: 'more-work', low: 0.285, high: 0.33 },
  { flaw: 'more-memory', low: 0.105, high: 0.125 },
  { flaw: 'slow-acknowledgement', low: 0.11, high: 0.125 },
  { flaw: 'slow-tail', low: 0.12, high: 0.2 },
  { flaw: 'connections-given-up', low: 0.022, high: 0.026 },
];

const clearFlaws: readonly Range[] = [
  { flaw: 'small-segments-stored', low: 34_000, high: 262_144 },
  { flaw: 'base-forgotten', low: 0.12, high: 0.6 },
  { flaw: 'more-work', low: 0.33, high: 1 },
  { flaw: 'more-memory', low: 0.12, high: 1 },
  { flaw: 'slow-acknowledgement', low: 0.13, high: 0.6 },
  { flaw: 'slow-tail', low: 0.5, high: 8 },
  { flaw: 'connections-given-up', low: 0.02, high: 0.1 },
  { flaw: 'objects-lost', low: 0.02, high: 0.2 },
  { flaw: 'durable-later', low: 1500, high: 20_000 },
  { flaw: 'pushes-skipped', low: 0.02, high: 0.2 },
  { flaw: 'old-agents-refused', low: 1, high: 1 },
  { flaw: 'own-manifest-form', low: 1, high: 1 },
  { flaw: 'clock-in-packages', low: 1, high: 1 },
];

/** In turn. */
const badFlaws = [...borderFlaws, ...clearFlaws];

/** Far enough below 1 % that what hangs on them stays below it, too. */
const harmlessFlaws: readonly Range[] = [
  { flaw: 'more-work', low: 0.003, high: 0.025 },
  { flaw: 'more-memory', low: 0.001, high: 0.009 },
  { flaw: 'slow-acknowledgement', low: 0.001, high: 0.008 },
  { flaw: 'small-segments-stored', low: 1, high: 64 },
];

/** Every third bad candidate is one of a configuration, if the stable side's settings are such that it is bad. */
const badSettings: readonly {
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly isBadFor: (stable: Strategy) => boolean;
}[] = [
  { settings: { codec: 'stored' }, isBadFor: compresses },
  { settings: { level: 6 }, isBadFor: isFast },
  { settings: { codec: 'lz4' }, isBadFor: compresses },
  { settings: { subBlock: false }, isBadFor: ({ subBlock }) => subBlock },
  { settings: { level: 9 }, isBadFor: isFast },
];

function compresses({ compression: { codec } }: Strategy): boolean {
  return codec === 'auto' || codec === 'zstd';
}

function isFast({ compression: { codec, level } }: Strategy): boolean {
  return (codec === 'auto' || codec === 'zstd') && level !== 'auto' && level <= 3;
}

export function trialCandidates(
  stable: Side,
  kind: TrialKind,
  count: number,
  seed: number,
): TrialCandidate[] {
  const worse = badSettings.filter(({ isBadFor }) => isBadFor(stable.strategy));
  let flawCount = 0;
  return Array.from({ length: count }, (_, index) => {
    const random = new Random(seed).fork(`${kind} ${index}`);
    if (kind === 'harmless') {
      const ranges = Array.from({ length: index % 3 }, () => drawnFrom(harmlessFlaws, random.u32()));
      return flawed(stable, kind, index, ranges, random);
    }
    if (index % 3 === 2 && worse.length > 0) {
      const { settings } = drawnFrom(worse, Math.floor(index / 3));
      const { name } = stable.strategy;
      const strategy = resolveStrategy(name, { ...settingsOf(stable.strategy), ...settings });
      const words = Object.entries(settings).map(([key, value]) => `${key} ${String(value)}`);
      return { kind, name: words.join(', '), side: { ...stable, label: `${kind} ${index}`, strategy } };
    }
    return flawed(stable, kind, index, [drawnFrom(badFlaws, flawCount++)], random);
  });
}

function flawed(
  stable: Side,
  kind: TrialKind,
  index: number,
  ranges: readonly Range[],
  random: Random,
): TrialCandidate {
  const byName = new Map(ranges.map((range) => [range.flaw, range]));
  const flaws = [...byName.values()].map(({ flaw, low, high }) => ({
    name: flaw,
    strength: Number((low * (high / low) ** random.float()).toPrecision(3)),
  }));
  const name =
    flaws.length === 0 ? 'the same' : flaws.map((flaw) => `${flaw.name} ${flaw.strength}`).join(', ');
  return { kind, name, side: { ...stable, label: `${kind} ${index}`, flaws } };
}

function drawnFrom<T>(items: readonly T[], at: number): T {
  return present(items[at % items.length], 'item');
}
