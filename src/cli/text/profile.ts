/** A profile for people: what it runs, what it wants, what it allows. */
import { formatBytes, formatDuration, formatNumber } from '../../base/units.js';
import type { Profile } from '../../engine/profile/profile.js';
import { fingerprints } from '../../engine/fingerprint/fingerprint.js';
import { idRiskLog10, idSpaceBytesDefault } from '../../engine/profile/id-risk.js';
import { settingsOf } from '../../engine/strategy/settings.js';
import { textFacts } from '../../base/text-table.js';

export function profileText(profile: Profile): string {
  const { strategy, limits, features, link } = profile;
  const settings = Object.entries(settingsOf(strategy)).map(([key, value]) => `${key}=${value}`);
  const wants = profile.objectives.map(({ metric, weight }) => `${formatNumber(weight * 100)} % ${metric}`);
  const allows = [
    limits.workersMax === undefined
      ? []
      : [`${limits.workersMax} worker${limits.workersMax === 1 ? '' : 's'}`],
    limits.peakMemoryBytesMax === undefined ? [] : [`${formatBytes(limits.peakMemoryBytesMax)} of memory`],
    limits.cpuMsPerMiBMax === undefined
      ? []
      : [`${formatDuration(limits.cpuMsPerMiBMax)} of CPU for each MiB`],
    limits.exchangeBytesPerMiBMax === undefined
      ? []
      : [`${formatBytes(limits.exchangeBytesPerMiBMax)} of exchange for each MiB`],
  ].flat();
  return [
    `${profile.name}: ${profile.summary}`,
    '',
    textFacts([
      ['strategy', strategy.name],
      ['settings', settings.join(' ')],
      ['wants', wants.join(', ')],
      [
        'link',
        `${formatNumber(link.bitsPerSecond / 1e6)} Mbit/s, round trip ${formatDuration(link.roundTripMs)}`,
      ],
      ['ids', idsText(profile)],
      ['at most', allows.length === 0 ? 'unlimited' : allows.join(', ')],
      [
        'features',
        Object.entries(features)
          .map(([key, value]) => `${key}=${value}`)
          .join(' '),
      ],
    ]),
  ].join('\n');
}

function idsText({ strategy, limits }: Profile): string {
  const { name, digestBytes, collisionResistant } = fingerprints[strategy.fingerprint];
  const space = limits.idSpaceBytesMax ?? idSpaceBytesDefault;
  return [
    `${name}, ${digestBytes * 8} bits`,
    `accidental collision within ${formatBytes(space)}: at most 1e${Math.ceil(idRiskLog10(strategy, space))}`,
    `planted collision: ${collisionResistant ? 'not feasible' : 'easy'}`,
  ].join('; ');
}
