/**
 * The space that a profile leaves to a search: every strategy that keeps its features, over the sizes, efforts, codecs and levels that people ask about. Fingerprint, recorded
 * decisions and the encoder for deflate are demands, not choices: they stay as the profile has them.
 */
import { UsageError } from '../../../base/errors.js';
import { suggestion } from '../../../base/suggest.js';
import type { ParameterValue } from '../../../engine/package/model.js';
import type { Profile } from '../../../engine/profile/profile.js';
import { violations } from '../../../engine/profile/requirements.js';
import { resolveStrategy, settingKeys } from '../../../engine/strategy/settings.js';
import { strategyNames, type StrategyName } from '../../../engine/strategy/strategy.js';
import { spacePoints, type Axis, type Family, type SearchSpace } from './space.js';

const KiB = 1024;
const sizes = [4 * KiB, 8 * KiB, 16 * KiB, 32 * KiB, 64 * KiB, 128 * KiB];
const chunked: readonly Axis[] = [{ key: 'averageBytes', values: sizes }];

const own: Readonly<Record<StrategyName, readonly Axis[]>> = {
  adaptive: [
    { key: 'blockBytes', values: [KiB, 4 * KiB, 16 * KiB, 64 * KiB] },
    { key: 'effort', values: ['fast', 'thorough', 'maximum'] },
    { key: 'recognisers', values: ['all', 'none'] },
  ],
  compare: [{ key: 'blockBytes', values: [KiB, 2 * KiB, ...sizes] }],
  fixed: [{ key: 'blockBytes', values: sizes }],
  fastcdc: chunked,
  strided: chunked,
  rolling: [{ key: 'blockBytes', values: [0, 512, KiB, 2 * KiB, 4 * KiB, 8 * KiB, 16 * KiB] }],
};

/** Levels lie in an order in which neighbours are alike; `auto` is most like the high ones. */
const common: readonly Axis[] = [
  { key: 'subBlock', values: [true, false] },
  { key: 'codec', values: ['stored', 'lz4', 'auto', 'zstd'] },
  { key: 'level', values: [1, 2, 3, 6, 9, 12, 15, 'auto', 19] },
];

/** What the caller asks for in place of the usual. */
export interface SpaceChoice {
  /** By default every strategy that the profile allows. */
  readonly strategies?: readonly string[];
  /** By key the values of an axis, instead of the usual ones; one value takes the axis out of the search. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
}

/** Throws UsageError for names and values that no strategy has, and where nothing is left that the profile allows. */
export function profileSpace(profile: Profile, { strategies, values = {} }: SpaceChoice = {}): SearchSpace {
  for (const name of strategies ?? []) {
    if (!strategyNames.some((known) => known === name)) {
      throw new UsageError(`unknown strategy '${name}'`, { hint: suggestion(name, strategyNames) });
    }
  }
  const names = strategyNames.filter((name) => strategies?.includes(name) ?? true);
  const known = [...new Set(names.flatMap((name) => settingKeys(name)))];
  for (const key of Object.keys(values)) {
    if (!known.includes(key)) {
      throw new UsageError(`none of the strategies that are searched has a setting '${key}'`, {
        hint: suggestion(key, known),
      });
    }
  }
  const families = names.flatMap((name) => familyOf(name, profile, values));
  if (families.length === 0) {
    throw new UsageError(`profile ${profile.name} allows none of the strategies ${names.join(', ')}`, {
      hint: 'its features say which may run: snapdelta profiles NAME',
    });
  }
  return families;
}

function familyOf(
  strategy: StrategyName,
  profile: Profile,
  values: Readonly<Record<string, readonly string[]>>,
): Family[] {
  const { fingerprint, decisions, compression } = profile.strategy;
  const asked = Object.entries(values).filter(([key]) => settingKeys(strategy).includes(key));
  const usual = [...own[strategy], ...common];
  const extra = asked.filter(([key]) => !usual.some((axis) => axis.key === key));
  const axes = [
    ...usual.map(({ key, values: before }) => ({ key, values: values[key] ?? before })),
    ...extra.map(([key, given]) => ({ key, values: given })),
  ];
  const demanded: Readonly<Record<string, ParameterValue>> = {
    fingerprint,
    decisions,
    deflate: compression.deflate,
  };
  const fixed = Object.fromEntries(Object.entries(demanded).filter(([key]) => values[key] === undefined));
  const isAllowed = (settings: Readonly<Record<string, ParameterValue>>): boolean =>
    violations(resolveStrategy(strategy, settings), profile).length === 0;
  // An axis keeps the values with which something that the profile allows is left.
  const allowed = allowedAxes({ strategy, axes, fixed }, isAllowed);
  return allowed.every(({ values: left }) => left.length > 0) ? [{ strategy, axes: allowed, fixed }] : [];
}

function allowedAxes(
  family: Family,
  isAllowed: (settings: Readonly<Record<string, ParameterValue>>) => boolean,
): Axis[] {
  const left = family.axes.map(() => new Set<number>());
  for (const point of spacePoints([family])) {
    const settings = Object.fromEntries(
      family.axes.map(({ key, values }, i) => [key, values[point.choices[i] ?? 0] ?? '']),
    );
    if (isAllowed({ ...family.fixed, ...settings }))
      point.choices.forEach((choice, i) => left[i]?.add(choice));
  }
  return family.axes.map(({ key, values }, i) => ({
    key,
    values: values.filter((_, choice) => left[i]?.has(choice)),
  }));
}
