/** For each family the point that is most like a strategy: of every axis the value that the strategy has, else the middle one. */
import { settingsOf } from '../../../engine/strategy/settings.js';
import type { Strategy } from '../../../engine/strategy/strategy.js';
import type { SearchSpace, SpacePoint } from './space.js';

export function likestPoints(space: SearchSpace, strategy: Strategy): SpacePoint[] {
  const settings = settingsOf(strategy);
  return space.map(({ axes }, family) => ({
    family,
    choices: axes.map(({ key, values }) => {
      const same = values.findIndex((value) => value === settings[key]);
      return same >= 0 ? same : values.length >> 1;
    }),
  }));
}
