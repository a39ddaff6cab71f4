/** A profile as a YAML document that read.ts reads back to the same profile. */
import { stringify } from 'yaml';
import { settingsOf } from '../strategy/settings.js';
import { objectiveMetrics, type Profile } from './profile.js';

/** `comment`: lines for its head, without `#`. */
export function profileText(profile: Profile, comment: readonly string[] = []): string {
  const { name, summary, strategy, objectives, link, limits, features } = profile;
  const { workersMax, peakMemoryBytesMax, cpuMsPerMiBMax, exchangeBytesPerMiBMax, idSpaceBytesMax } = limits;
  const bounds = { workersMax, peakMemoryBytesMax, cpuMsPerMiBMax, exchangeBytesPerMiBMax };
  const weightOf = (metric: string): number => objectives.find((one) => one.metric === metric)?.weight ?? 0;
  const document = {
    name,
    summary,
    strategy: { name: strategy.name, ...settingsOf(strategy) },
    objectives: Object.fromEntries(objectiveMetrics.map((metric) => [metric, weightOf(metric)])),
    link,
    limits: {
      ...Object.fromEntries(Object.entries(bounds).map(([key, value]) => [key, value ?? 'unlimited'])),
      ...(idSpaceBytesMax === undefined ? {} : { idSpaceBytesMax }),
    },
    features,
  };
  return `${comment.map((line) => `# ${line}\n`).join('')}${stringify(document, { lineWidth: 0 })}`;
}
