/** `snapdelta inspect`: the engine's inspection of a file (or stdin), told. */
import { inspect } from '../../engine/inspect.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { readPublicKey } from '../key-files.js';
import { inspectionDocument, inspectionText } from '../text/inspection.js';
import { readPieces } from '../pieces.js';
import { namedAsync } from './shared.js';

export async function runInspect(input: Input, context: Context): Promise<Outcome> {
  const path = input.positional('DELTA');
  const trust = input.list('trust').map(readPublicKey);
  const inspection = await namedAsync(path, () =>
    inspect(readPieces(path), {
      signal: context.signal,
      trust,
      requireSignature: trust.length > 0,
    }),
  );
  return {
    document: inspectionDocument(path, inspection),
    text: inspectionText(path, inspection, input.flag('all')),
    kind: 'answer',
  };
}
