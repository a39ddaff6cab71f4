/** What came of running a trace or a fixture again. */
import { textFacts, textTable } from '../../base/text-table.js';
import type { ReplayedFixture, ReplayedTrace } from '../../harness/replay.js';
import type { TraceRecord } from '../../simulator/trace/format.js';
import { scenarioSize, verdictFacts } from './simulation.js';

export function replayedTraceText(
  file: string,
  { outcome, expectedDigest, divergence }: ReplayedTrace,
): string {
  const { scenario, digest } = outcome;
  const facts: [string, string][] = [
    ['trace', file],
    ['scenario', `${scenario.name}, seed ${scenario.seed}`],
  ];
  if (divergence === undefined)
    return textFacts([...facts, ['replay', `the same digest, ${digest}`], ...verdictFacts(outcome)]);
  const { index, first, second, context } = divergence;
  const told = textFacts([
    ...facts,
    ['replay', `DIVERGED: ${digest} where the trace has ${expectedDigest}`],
    ['at', index === undefined ? 'a name: all events are the same' : `event ${index}, counted from 0`],
  ]);
  if (index === undefined) return told;
  const rows = [
    ...context.map((record, at) => [String(index - context.length + at), 'both', ...cells(record)]),
    [String(index), 'trace', ...cells(first)],
    [String(index), 'replay', ...cells(second)],
  ];
  return `${told}\n\n${textTable(['event', 'in', 'at ms', 'who', 'what', 'detail'], rows)}`;
}

function cells(record: TraceRecord | undefined): string[] {
  if (record === undefined) return ['', '', 'has ended', ''];
  const { atNs, entity, kind, detail } = record;
  return [(atNs / 1e6).toFixed(6), entity, kind, String(detail)];
}

export function replayedFixtureText(file: string, { outcome, fixture, verdict }: ReplayedFixture): string {
  const words = {
    reproduced:
      outcome.digest === fixture.digest
        ? 'REPRODUCED: the same invariant breaks in the very same run'
        : 'REPRODUCED: the same invariant breaks; the run is another one, since the code has changed',
    other: `ANOTHER FAILURE: the fixture broke '${fixture.violation.invariant}'`,
    passes: `no longer fails: '${fixture.violation.invariant}' broke when the fixture was written`,
  };
  const { found, scenario } = fixture;
  return textFacts([
    ['fixture', `${file}: ${scenarioSize(scenario)}`],
    ...(found === undefined ? [] : [['found in', `${found.name}, seed ${found.seed}`] as const]),
    ['replay', words[verdict]],
    ...verdictFacts(outcome),
    ['digest', outcome.digest],
  ]);
}
