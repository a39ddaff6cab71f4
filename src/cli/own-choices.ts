/** Profiles and strategies of ours that a benchmark runs as processes: --profiles, --strategy and --set, checked before anything runs. */
import { resolve } from 'node:path';
import { UsageError } from '../base/errors.js';
import { parseDuration } from '../base/units.js';
import { recogniserNames } from '../engine/detect/recognise/recognisers.js';
import { describeStrategy } from '../engine/strategy/settings.js';
import type { OwnChoice } from '../harness/experiment/contestant.js';
import type { Input } from './input.js';
import { chooseStrategy } from './strategy-choice.js';

const timeoutMsMax = 24 * 3_600_000;

/** Profiles, and a strategy beside them; where only a strategy is named, only that. */
export async function ownChoices(input: Input, defaultProfiles: readonly string[]): Promise<OwnChoice[]> {
  const { loadProfile } = await import('../engine/profile/read.js');
  const strategy = input.text('strategy');
  const set = input.list('set');
  const settings = input.pairs('set');
  const given = commaSeparated(input.list('profiles'));
  const names = given.length === 0 && strategy === undefined ? defaultProfiles : given;
  const words = [...set.flatMap((pair) => ['--set', pair])];
  const suffix = set.length === 0 ? '' : ` ${set.join(' ')}`;
  const profiles = names
    .filter((name) => name !== 'none')
    .map((name): OwnChoice => {
      const profile = loadProfile(name);
      const isFile = profile.name !== name;
      const own = strategy === undefined ? settings : {};
      chooseStrategy({ profile, strategy: undefined, settings: own, manifest: undefined });
      return {
        label: `${profile.name}${strategy === undefined ? suffix : ''}`,
        summary: profile.summary,
        options: ['--profile', isFile ? resolve(name) : name, ...(strategy === undefined ? words : [])],
        isSigned: profile.features.signatures === 'required',
      };
    });
  if (strategy === undefined) return profiles;
  const chosen = chooseStrategy({ profile: undefined, strategy, settings, manifest: undefined });
  return [
    ...profiles,
    {
      label: `${strategy}${suffix}`,
      summary: describeStrategy(chosen),
      options: ['--strategy', strategy, ...words],
      isSigned: false,
    },
  ];
}

/** One of ours with all recognisers, without each of them, and with none: what each is worth on a pair. */
export function withEachRecogniser(choice: OwnChoice): OwnChoice[] {
  const without = recogniserNames.map((left) => ({
    words: `without ${left}`,
    value: recogniserNames.filter((name) => name !== left).join(','),
  }));
  const sets = [{ words: 'all', value: 'all' }, ...without, { words: 'none', value: 'none' }];
  return sets.map(({ words, value }) => ({
    ...choice,
    label: `${choice.label}, recognisers: ${words}`,
    options: [...choice.options, '--set', `recognisers=${value}`],
  }));
}

/** Lists that are given with commas, in several options, or both. */
export function commaSeparated(given: readonly string[]): string[] {
  return given.flatMap((text) => text.split(',').map((word) => word.trim())).filter((word) => word !== '');
}

/** Of --timeout, for each command: by default 10 minutes, at most a day. */
export function timeoutMsOf(input: Input): number {
  const text = input.text('timeout') ?? '10min';
  const ms = parseDuration(text, '--timeout');
  if (ms > 0 && ms <= timeoutMsMax) return ms;
  throw new UsageError(`--timeout: '${text}' is not within 24h`);
}
