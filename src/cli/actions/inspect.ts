/** `snapdelta inspect`: the engine's report of a package (a file or stdin), told. */
import { inspect } from '../../engine/apply/inspect.js';
import { requireTrust } from '../../engine/apply/trust.js';
import { createWasmKernels } from '../../kernels/load.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { readPublicKey } from '../key-files.js';
import { readPieces } from '../pieces.js';
import { reportDocument, reportText } from '../text/package-report.js';
import { namedAsync } from './naming.js';

export async function runInspect(input: Input, context: Context): Promise<Outcome> {
  const path = input.positional('DELTA');
  const trust = input.list('trust').map(readPublicKey);
  const report = await namedAsync(path, async () => {
    const { signal } = context;
    const read = await inspect(readPieces(path), { kernels: createWasmKernels(), signal, trust });
    requireTrust(read.signatures, { trust, requireSignature: trust.length > 0 });
    return read;
  });
  return {
    document: reportDocument(path, report),
    text: reportText(path, report, input.flag('all')),
    kind: 'answer',
  };
}
