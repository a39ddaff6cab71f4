/** `snapdelta replay`. */
import { exitCodes } from '../../base/errors.js';
import { readReplayable } from '../../harness/io/simulation-files.js';
import { replayFixture, replayTrace } from '../../harness/replay.js';
import type { ReplayedFixture, ReplayedTrace } from '../../harness/replay.js';
import type { Outcome } from '../command.js';
import type { Input } from '../input.js';
import { replayedFixtureText, replayedTraceText } from '../text/replay.js';

export async function runReplay(input: Input): Promise<Outcome> {
  const path = input.positional('FILE');
  const found = readReplayable(path);
  return found.kind === 'trace'
    ? traceOutcome(path, await replayTrace(found.trace, found.run))
    : fixtureOutcome(path, await replayFixture(found.fixture));
}

function traceOutcome(file: string, replayed: ReplayedTrace): Outcome {
  const { outcome, expectedDigest, divergence } = replayed;
  const isSame = divergence === undefined;
  const broken = outcome.violation === undefined ? exitCodes.ok : exitCodes.rejected;
  return {
    document: {
      file,
      kind: 'trace',
      verdict: isSame ? 'same' : 'diverged',
      expectedDigest,
      digest: outcome.digest,
      violation: outcome.violation ?? null,
      divergence: divergence ?? null,
    },
    text: replayedTraceText(file, replayed),
    kind: 'answer',
    exitCode: isSame ? broken : exitCodes.nondeterministic,
  };
}

function fixtureOutcome(file: string, replayed: ReplayedFixture): Outcome {
  const { outcome, fixture, verdict } = replayed;
  return {
    document: {
      file,
      kind: 'fixture',
      verdict,
      expectedDigest: fixture.digest,
      digest: outcome.digest,
      violation: outcome.violation ?? null,
    },
    text: replayedFixtureText(file, replayed),
    kind: 'answer',
    exitCode: verdict === 'passes' ? exitCodes.ok : exitCodes.rejected,
  };
}
