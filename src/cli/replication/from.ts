/** Where versions are read: --from a server, or --repository, the folder that one keeps. One of the two. */
import { UsageError } from '../../base/errors.js';
import { readingAgent } from '../../replication/io/services.js';
import type { Agent } from '../../replication/session/agent.js';
import type { Context } from '../command.js';
import type { Input } from '../input.js';
import { addressOf, agentOptions } from './asking.js';
import { identityOf } from './identity-file.js';

export type From =
  | { readonly kind: 'server'; readonly address: string; readonly agent: Agent }
  | { readonly kind: 'folder'; readonly folder: string };

/** Throws UsageError, DataError. `serverOnly` names options that go with a server alone. */
export function fromOf(input: Input, context: Context, serverOnly: readonly string[] = []): From {
  const folder = input.text('repository');
  if ((folder === undefined) === (input.text('from') === undefined)) {
    throw new UsageError('give either --from HOST:PORT or --repository FOLDER');
  }
  if (folder === undefined) {
    const address = addressOf(input, 'from');
    const identity = identityOf(input);
    return { kind: 'server', address, agent: readingAgent(identity, agentOptions(input, context, identity)) };
  }
  const wrong = ['identity', 'attempts', ...serverOnly].find((name) => input.isGiven(name));
  if (wrong !== undefined) throw new UsageError(`--${wrong} goes with --from, not with --repository`);
  return { kind: 'folder', folder };
}
