/** How small delta encoders make the same pairs: ours as a package holds them, others by their own format. */
import { present } from '../../../base/errors.js';
import { createWasmKernels } from '../../../kernels/load.js';
import type { CaseSizes } from './all.js';
import type { Contents } from './content.js';
import { encodedShare } from './delta.js';
import { makePairs, pairNames } from './pairs.js';
import { blocksOf, type Peers } from './peers.js';

const kernel = 'delta encode';
/** Compressing every stream takes longer than encoding. */
const bytesMax = 1 << 21;

/** Encoded over raw bytes by `kernel: implementation: data`. */
export function encodedShares(
  { pairEncoders }: Peers,
  contents: Contents,
  sizes: CaseSizes,
  isWanted: (kernel: string, data: string) => boolean,
): ReadonlyMap<string, number> {
  const { blockBytes } = sizes;
  const bytes = Math.min(sizes.bytes, Math.max(bytesMax, blockBytes));
  const shares = new Map<string, number>();
  for (const data of pairNames.filter((name) => isWanted(kernel, name))) {
    const ours = encodedShare(createWasmKernels(), data, contents, bytes, blockBytes);
    shares.set(`${kernel}: wasm: ${data}`, ours);
    const pair = makePairs(data, contents, bytes, blockBytes);
    const bases = blocksOf(pair.base, blockBytes);
    const targets = blocksOf(pair.target, blockBytes);
    for (const [implementation, encode] of Object.entries(pairEncoders)) {
      const encoded = targets.map((target, i) => encode(present(bases[i], 'base'), target).length);
      shares.set(`${kernel}: ${implementation}: ${data}`, encoded.reduce((sum, n) => sum + n, 0) / bytes);
    }
  }
  return shares;
}
