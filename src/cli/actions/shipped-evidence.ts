/** `snapdelta tune --shipped`: the evidence of shipped profiles, made again. */
import { join } from 'node:path';
import { UsageError } from '../../base/errors.js';
import { formatDuration } from '../../base/units.js';
import { shippedProfileNames } from '../../engine/profile/read.js';
import { makeEvidence } from '../../harness/evidence.js';
import { writeEvidence } from '../../harness/io/write-evidence.js';
import { evidenceHeadline } from '../../harness/report/evidence-record.js';
import type { Evidence } from '../../harness/report/evidence-results.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';

/** What evidence is made with is published, not chosen. */
const fixed = ['workload', 'file', 'scale', 'strategy', 'vary', 'budget', 'seed', 'rounds'] as const;

export async function runShippedEvidence(input: Input, { signal, terminal }: Context): Promise<Outcome> {
  for (const name of fixed) {
    const isGiven = name === 'vary' || name === 'workload' || name === 'strategy';
    if (isGiven ? input.list(name).length > 0 : input.text(name) !== undefined)
      throw new UsageError(
        `--${name} does not go with --shipped, whose workloads, seed and budget are published`,
      );
  }
  const out = input.text('out') ?? 'reports';
  const documents: Evidence[] = [];
  const lines: string[] = [];
  for (const name of namesOf(input.text('profile'))) {
    const made = await makeEvidence(name, signal, (event) => {
      if (event.type === 'trial')
        terminal.progress(`${name}: ${formatDuration(event.spentMs)} of ${formatDuration(event.budgetMs)}`);
      if (event.type === 'measuring')
        terminal.progress(`${name}: round ${event.round} of ${event.rounds}: ${event.configuration}`);
    });
    const folder = join(out, name);
    await writeEvidence(made, folder);
    documents.push(made.evidence);
    lines.push(evidenceHeadline(made.evidence), `  ${join(folder, 'decision.md')}`);
  }
  return { document: documents, text: lines.join('\n'), kind: 'answer' };
}

function namesOf(profile: string | undefined): readonly string[] {
  const names = shippedProfileNames();
  if (profile === undefined) return names;
  if (names.includes(profile)) return [profile];
  throw new UsageError(`'${profile}' is not a shipped profile`, { hint: `one of ${names.join(', ')}` });
}
