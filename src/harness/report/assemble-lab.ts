/** Puts the document of a laboratory run together; verdicts are drawn when it is complete. */
import type { Profile } from '../../engine/profile/profile.js';
import { configurationRecord, type Configuration } from '../experiment/configuration.js';
import { metricDescriptors } from '../measurement/metric.js';
import type { Row, WorkloadRecord } from '../measurement/row.js';
import { judgeProfile } from '../tuning/verdict.js';
import { labSchemaName, type LabResults } from './lab-results.js';

export interface LabParts {
  readonly complete: boolean;
  readonly environment: LabResults['environment'];
  readonly options: LabResults['options'];
  readonly configurations: readonly Configuration[];
  readonly profiles: readonly Profile[];
  readonly workloads: readonly WorkloadRecord[];
  readonly rows: readonly Row[];
  readonly kernels: LabResults['kernels'];
}

export function assembleLab(parts: LabParts): LabResults {
  const { complete, environment, options, profiles, kernels } = parts;
  const configurations = parts.configurations.map(configurationRecord);
  // Jobs end in any order; documents do not show it.
  const measured = { configurations, workloads: [...parts.workloads], rows: inOrder(parts, configurations) };
  const ownId = (profile: Profile): string =>
    configurations.find(({ profiles: names }) => names.includes(profile.name))?.id ?? '';
  return {
    schema: labSchemaName,
    complete,
    environment,
    options,
    metrics: [...metricDescriptors],
    ...measured,
    kernels,
    profiles: profiles.map((profile) => ({
      name: profile.name,
      summary: profile.summary,
      configuration: ownId(profile),
      objectives: [...profile.objectives],
      link: profile.link,
    })),
    verdicts: complete ? profiles.map((profile) => judgeProfile(profile, ownId(profile), measured)) : [],
  };
}

function inOrder({ rows, workloads }: LabParts, configurations: readonly { readonly id: string }[]): Row[] {
  const place = new Map<string, number>();
  for (const { id } of configurations) {
    for (const { name } of workloads) place.set(key(id, name), place.size);
  }
  const placeOf = (row: Row): number => place.get(key(row.configuration, row.workload)) ?? place.size;
  return [...rows].sort((a, b) => placeOf(a) - placeOf(b));
}

function key(configuration: string, workload: string): string {
  return `${configuration}\n${workload}`;
}
