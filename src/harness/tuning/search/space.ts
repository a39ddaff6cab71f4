/**
 * What a search may choose from: families of strategies, and for each the values that its settings may have. A point is one choice of each.
 *
 * Law: the order of families, axes and values is the order given, and everything drawn follows from the random stream alone. Settings that have no effect beside others (the level of
 * a codec that has none) are put to one value, so that two points that would do the same are one.
 */
import { assert, present } from '../../../base/errors.js';
import type { Random } from '../../../base/prng.js';
import type { ParameterValue } from '../../../engine/package/model.js';
import { resolveStrategy, settingsOf } from '../../../engine/strategy/settings.js';
import type { Strategy, StrategyName } from '../../../engine/strategy/strategy.js';

export interface Axis {
  /** A setting, as `--set` calls it. */
  readonly key: string;
  /** In an order in which neighbours are alike. */
  readonly values: readonly ParameterValue[];
}

export interface Family {
  readonly strategy: StrategyName;
  readonly axes: readonly Axis[];
  /** Settings that are not searched. */
  readonly fixed: Readonly<Record<string, ParameterValue>>;
}

export type SearchSpace = readonly Family[];

export interface SpacePoint {
  /** Index of the family. */
  readonly family: number;
  /** Index of the value of each of its axes. */
  readonly choices: readonly number[];
}

/** How many points a space has, those that do the same counted each. */
export function spaceSize(space: SearchSpace): number {
  return space.reduce(
    (sum, { axes }) => sum + axes.reduce((product, { values }) => product * values.length, 1),
    0,
  );
}

/** Every point, in order: the last axis changes fastest. */
export function* spacePoints(space: SearchSpace): Generator<SpacePoint> {
  for (const [family, { axes }] of space.entries()) {
    const choices = axes.map(() => 0);
    for (let axis = axes.length; axis >= 0;) {
      yield { family, choices: [...choices] };
      for (axis = axes.length - 1; axis >= 0; axis--) {
        const next = present(choices[axis], 'choice') + 1;
        choices[axis] = next % axisOf(axes, axis).values.length;
        if (next < axisOf(axes, axis).values.length) break;
      }
      if (axis < 0) break;
    }
  }
}

/** A family, each as likely, and a value of each axis, each as likely. */
export function randomPoint(space: SearchSpace, random: Random): SpacePoint {
  const family = random.below(space.length);
  const { axes } = present(space[family], 'family');
  return { family, choices: axes.map(({ values }) => random.below(values.length)) };
}

/** Each axis by a coin from one parent or the other; of parents of two families the first. */
export function crossed(a: SpacePoint, b: SpacePoint, random: Random): SpacePoint {
  if (a.family !== b.family) return a;
  const choices = a.choices.map((choice, i) =>
    random.below(2) === 0 ? choice : present(b.choices[i], 'choice'),
  );
  return { family: a.family, choices };
}

/** About one axis changed: to a neighbouring value, or one time in four to any. One time in ten another family altogether. */
export function mutated(space: SearchSpace, point: SpacePoint, random: Random): SpacePoint {
  if (space.length > 1 && random.below(10) === 0) return randomPoint(space, random);
  const { axes } = present(space[point.family], 'family');
  const movable = axes.filter(({ values }) => values.length > 1).length;
  const choices = point.choices.map((choice, i) => {
    const { values } = axisOf(axes, i);
    if (values.length === 1 || random.below(movable) > 0) return choice;
    if (random.below(4) === 0) return random.below(values.length);
    const step = random.below(2) === 0 ? -1 : 1;
    return choice + step >= 0 && choice + step < values.length ? choice + step : choice - step;
  });
  return { family: point.family, choices };
}

/** The point, and each that differs from it in one axis. */
export function variations(space: SearchSpace, point: SpacePoint): SpacePoint[] {
  const { axes } = present(space[point.family], 'family');
  const varied = axes.flatMap(({ values }, axis) =>
    [...values.keys()]
      .filter((choice) => choice !== point.choices[axis])
      .map((choice) => ({ family: point.family, choices: point.choices.with(axis, choice) })),
  );
  return [point, ...varied];
}

/** The point of the space that a strategy is; undefined where it lies outside. */
export function pointOf(space: SearchSpace, strategy: Strategy): SpacePoint | undefined {
  const key = strategyKey(strategy);
  for (const point of spacePoints(space)) {
    if (strategyKey(strategyOf(space, point)) === key) return point;
  }
  return undefined;
}

/** The strategy of a point, without settings that have no effect. */
export function strategyOf(space: SearchSpace, { family, choices }: SpacePoint): Strategy {
  const { strategy, axes, fixed } = present(space[family], 'family');
  assert(choices.length === axes.length, 'a choice for each axis');
  const chosen = Object.fromEntries(
    axes.map(({ key, values }, i) => [key, present(values[present(choices[i], 'choice')], 'value')]),
  );
  return withoutIdleSettings(resolveStrategy(strategy, { ...fixed, ...chosen }));
}

/** Equal for strategies that do the same. */
export function strategyKey(strategy: Strategy): string {
  const settings = settingsOf(withoutIdleSettings(strategy));
  return `${strategy.name} ${Object.entries(settings)
    .map(([key, value]) => `${key}=${String(value)}`)
    .sort()
    .join(' ')}`;
}

/** A level where the codec has none, and an encoder for deflate where none deflates, are those that are usual. */
function withoutIdleSettings(strategy: Strategy): Strategy {
  const { codec, level, deflate } = strategy.compression;
  const hasLevel = codec !== 'stored' && codec !== 'lz4';
  const mayDeflate = codec === 'auto' || codec === 'deflate';
  const compression = {
    codec,
    level: hasLevel ? level : 3,
    deflate: mayDeflate ? deflate : 'native',
  } as const;
  return { ...strategy, compression };
}

function axisOf(axes: readonly Axis[], i: number): Axis {
  return present(axes[i], 'axis');
}
