/** Every case of one block size: ours as WebAssembly, ours as plain TypeScript, and peers. */
import type { KernelInstance } from '../../../kernels/abi.js';
import { Contents } from './content.js';
import { caseDefinitions, ownCases } from './own.js';
import { peerCases, yardstickNames, type PeerCase, type Peers } from './peers.js';

/** Names that cases have, in their order. */
export const kernelCaseNames: readonly string[] = [
  ...new Set(caseDefinitions.map(({ kernel }) => kernel)),
  ...yardstickNames,
];

/** Twins take up to several hundred times as long: a smaller buffer keeps their passes short. They are far from being bound by memory. */
const twinBytesMax = 1 << 18;

export function kernelCases(
  wasm: KernelInstance,
  twin: KernelInstance,
  peers: Peers,
  bytes: number,
  blockBytes: number,
  contents: Contents,
  isKernelWanted: (kernel: string) => boolean,
): PeerCase[] {
  const twinBytes = Math.max(blockBytes, Math.min(bytes, twinBytesMax));
  // What kind of data it is makes little difference to a twin: one has to do.
  const isTwinWanted = (kernel: string, data: string): boolean =>
    isKernelWanted(kernel) &&
    caseDefinitions.find((definition) => definition.kernel === kernel)?.data[0] === data;
  const named = (implementation: string) => (item: Omit<PeerCase, 'implementation'>) => ({
    ...item,
    implementation,
  });
  return [
    ...ownCases(wasm, bytes, blockBytes, { contents, isWanted: isKernelWanted }).map(named('wasm')),
    ...ownCases(twin, twinBytes, blockBytes, { contents, isWanted: isTwinWanted }).map(named('twin')),
    ...peerCases(peers, bytes, blockBytes, contents).filter(({ kernel }) => isKernelWanted(kernel)),
  ];
}
