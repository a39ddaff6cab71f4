/** `snapdelta tune`: runs the search, shows how far it is, writes the profile, the decision record and the page. */
import { join } from 'node:path';
import { UsageError } from '../../base/errors.js';
import { formatDuration, parseDuration } from '../../base/units.js';
import { profileText } from '../../engine/profile/write.js';
import type { Profile } from '../../engine/profile/profile.js';
import { resolveStrategy } from '../../engine/strategy/settings.js';
import { replaceFile } from '../../harness/io/output-file.js';
import { writeReport } from '../../harness/io/write-report.js';
import { renderTable } from '../../harness/report/terminal.js';
import { tuneRecord } from '../../harness/report/tune-record.js';
import type { TuneResults } from '../../harness/report/tune-results.js';
import { frontTable, tuneHeadline, tuneReasons } from '../../harness/report/tune-tables.js';
import { tune, type TuneEvent } from '../../harness/tune.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { tableStyle } from '../table-style.js';

const seedMax = 2 ** 31 - 1;

export async function runTune(input: Input, { signal, terminal }: Context): Promise<Outcome> {
  const { loadProfile } = await import('../../engine/profile/read.js');
  const name = input.text('profile');
  if (name === undefined)
    throw new UsageError('--profile is required', {
      hint: 'or --shipped, for the evidence of those that are shipped',
    });
  const profile = loadProfile(name);
  const outPath = input.text('out') ?? join('reports', 'out', `tune-${profile.name}`);
  const workloads = input.list('workload');
  const file = input.text('file');
  const scale = input.share('scale');
  const strategies = input.list('strategy');
  const budget = input.text('budget');
  const results = await tune(
    {
      profile,
      outPath,
      seed: input.count('seed', 0, seedMax) ?? 1,
      rounds: input.count('rounds', 0, 1000) ?? 5,
      restart: input.flag('restart'),
      signal,
      space: { values: valuesOf(input), ...(strategies.length === 0 ? {} : { strategies }) },
      ...(budget === undefined ? {} : { budgetMs: budgetOf(budget) }),
      ...(scale === undefined ? {} : { scale: scaleOf(scale) }),
      ...(file === undefined ? {} : { workloadFile: file }),
      ...(workloads.length === 0 ? {} : { workloads }),
    },
    (event) => terminal.progress(lineOf(event)),
  );
  const { pagePath } = await writeReport(results, outPath, {
    signal,
    onProgress: ({ done, total, file: name }) => terminal.progress(`drawing ${name} (${done} of ${total})`),
  });
  const recordPath = join(outPath, 'decision.md');
  replaceFile(recordPath, tuneRecord(results, 'tune-front-light.svg'));
  const profilePath = join(outPath, 'profile.yaml');
  replaceFile(profilePath, profileText(recommended(profile, results), profileHead(results)));
  const text = [
    renderTable(frontTable(results), tableStyle(terminal)),
    '',
    tuneHeadline(results),
    ...tuneReasons(results).map((reason) => `  ${reason}`),
    '',
    `${profilePath}\n${recordPath}\n${pagePath}`,
  ].join('\n');
  return { document: results, text, kind: 'answer' };
}

/** The profile with the strategy that is recommended; its own where none is better. */
function recommended(profile: Profile, { verdict, configurations }: TuneResults): Profile {
  const found = configurations.find(({ id }) => id === verdict.recommended);
  if (verdict.kind !== 'better' || found === undefined) return profile;
  const { family, fingerprint, subBlock, parameters } = found;
  return { ...profile, strategy: resolveStrategy(family, { ...parameters, fingerprint, subBlock }) };
}

function profileHead(results: TuneResults): string[] {
  return [
    `${tuneHeadline(results)}.`,
    `Decision record: decision.md; digest of the trials ${results.digest}.`,
  ];
}

/** `--vary KEY=A,B`: by key the values. Names of recognisers have commas of their own and cannot be listed; `all` and `none` can. */
function valuesOf(input: Input): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(input.pairs('vary')).map(([key, text]) => {
      const values = text.split(',').map((value) => value.trim());
      if (values.includes(''))
        throw new UsageError(`--vary ${key}: expected values with commas between, not '${text}'`);
      return [key, [...new Set(values)]];
    }),
  );
}

function budgetOf(text: string): number {
  const budgetMs = parseDuration(text, '--budget');
  if (budgetMs > 0) return budgetMs;
  throw new UsageError(`--budget: expected a time above 0, not '${text}'`);
}

function scaleOf(scale: number): number {
  if (scale > 0) return scale;
  throw new UsageError('--scale: expected a number above 0');
}

function lineOf(event: TuneEvent): string {
  switch (event.type) {
    case 'preparing':
      return `making workload ${event.workload} (${event.done} of ${event.total})`;
    case 'absent':
      return `workload ${event.workload} is left out: ${event.reason}`;
    case 'trial':
      return `${formatDuration(event.spentMs)} of ${formatDuration(event.budgetMs)}: ${event.trial.origin}, ${event.trial.key}`;
    case 'measuring':
      return `round ${event.round} of ${event.rounds}: ${event.configuration}`;
  }
}
