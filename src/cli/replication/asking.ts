/** Asking a server: the agent's options from the command line, and what its refusals mean there. */
import { DataError, UsageError } from '../../base/errors.js';
import { formatDuration } from '../../base/units.js';
import { nameProblem } from '../../engine/package/fields.js';
import { parseAddress } from '../../replication/io/tls-link.js';
import type { KnownIdentity } from '../../replication/io/identity.js';
import type { AgentOptions } from '../../replication/session/agent.js';
import { PeerAbort, PeerRefusal } from '../../replication/session/failures.js';
import type { Dot } from '../../replication/versions/version.js';
import type { Context } from '../command.js';
import type { Input } from '../input.js';

const attemptsDefault = 5;
const attemptsMax = 1000;
/** The n-th wait is half a second and up to 2, 4, 8 ... 30 s, by chance: 5 attempts last 17 s on average, 10 a minute and a half, which a server that starts anew takes. */
const backoff = { leastMs: 500, baseMs: 2000, mostMs: 30_000 };

export function agentOptions(input: Input, context: Context, identity: KnownIdentity): AgentOptions {
  return {
    name: identity.name,
    attemptsMax: input.count('attempts', 1, attemptsMax) ?? attemptsDefault,
    backoff,
    onRetry: (error, waitMs) => {
      const reason = error instanceof Error ? error.message : String(error);
      context.terminal.log(`${reason}; again in ${formatDuration(waitMs)}`);
    },
  };
}

/** Throws UsageError before anybody is asked. */
export function addressOf(input: Input, option: 'to' | 'from'): string {
  const address = input.required(option);
  parseAddress(address);
  return address;
}

export function checkVolume(volume: string): string {
  const problem = nameProblem(volume, 1);
  if (problem !== undefined)
    throw new UsageError(`'${volume}' cannot be the name of a volume: it ${problem}`);
  return volume;
}

/** `laptop:3`. Throws UsageError. */
export function dotOf(input: Input): Dot | undefined {
  const text = input.text('dot');
  if (text === undefined) return undefined;
  const [, writer, counter] = /^(.+):(\d{1,15})$/s.exec(text) ?? [];
  if (writer === undefined || Number(counter) < 1) {
    throw new UsageError(`--dot: '${text}' names no version`, {
      hint: 'write WRITER:COUNT, as snapdelta snapshots does',
    });
  }
  return { writer, counter: Number(counter) };
}

/** Runs what asks a server, and says in this side's words what a refusal means. */
export async function asked<T>(address: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PeerRefusal && error.code === 'unknown') {
      throw new UsageError(error.message, {
        hint: `see what is there: snapdelta snapshots --from ${address} --identity FILE`,
        cause: error,
      });
    }
    if (error instanceof PeerRefusal && error.code === 'lost') {
      throw new DataError(error.message, {
        hint: 'push the snapshot again, ask another server, or name an older version with --dot',
        cause: error,
      });
    }
    // A sender gives up where its own content is missing or damaged.
    if (error instanceof PeerAbort) {
      throw new DataError(error.message, {
        hint: 'ask another server, or push the snapshot again',
        cause: error,
      });
    }
    throw error;
  }
}
