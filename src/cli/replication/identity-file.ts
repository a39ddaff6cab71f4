/** Reads the file of --identity. */
import { readFileSync, statSync } from 'node:fs';
import { UsageError } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { identityBytesMax, parseIdentity, type KnownIdentity } from '../../replication/io/identity.js';
import type { Input } from '../input.js';

/** Throws UsageError, DataError, WorldError, each naming the file. */
export function identityOf(input: Input): KnownIdentity {
  const path = input.text('identity');
  if (path === undefined) {
    throw new UsageError('missing --identity FILE', {
      hint: 'make one with: snapdelta keys init DIR --agent NAME',
    });
  }
  const isTooLarge = orWorldError('open', path, () => statSync(path)).size > identityBytesMax;
  const text = isTooLarge ? '' : orWorldError('read', path, () => readFileSync(path, 'utf8'));
  return parseIdentity(text, path, Date.now());
}

/** Beside the identity that it belongs to: `keys/laptop.pem` remembers in `keys/laptop.state`. */
export function stateFolderOf(input: Input): string {
  return input.text('state') ?? `${input.required('identity').replace(/\.pem$/, '')}.state`;
}
