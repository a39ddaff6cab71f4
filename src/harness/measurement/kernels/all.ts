/** Every case of one block size: ours as WebAssembly, ours as plain TypeScript, rivals that we built, and peers. */
import type { KernelInstance } from '../../../kernels/abi.js';
import type { RivalInstance } from '../../../kernels/rivals.js';
import type { Contents } from './content.js';
import type { OwnCase } from './definition.js';
import { builtKernelNames, caseDefinitions, ownCases, rivalCases, rivalDefinitions } from './own.js';
import { peerCases, yardstickNames, type PeerCase, type Peers } from './peers.js';

/** Names that cases have, in their order. */
export const kernelCaseNames: readonly string[] = [...builtKernelNames, ...yardstickNames];

/** Twins take up to several hundred times as long: a smaller buffer keeps their passes short. They are far from being bound by memory. */
const twinBytesMax = 1 << 18;

export interface Contestants {
  readonly wasm: KernelInstance;
  readonly rivals: RivalInstance;
  readonly twin: KernelInstance;
  readonly peers: Peers;
}

export interface CaseSizes {
  readonly bytes: number;
  readonly blockBytes: number;
}

export function kernelCases(
  { wasm, rivals, twin, peers }: Contestants,
  { bytes, blockBytes }: CaseSizes,
  contents: Contents,
  isWanted: (kernel: string, data: string) => boolean,
): PeerCase[] {
  const twinBytes = Math.max(blockBytes, Math.min(bytes, twinBytesMax));
  const choices = { contents, isWanted };
  const named = (implementation: string) => (item: OwnCase) => ({ ...item, implementation });
  return [
    ...ownCases(wasm, bytes, blockBytes, choices).map(named('wasm')),
    // What the data is makes little difference to a twin: one kind has to do.
    ...ownCases(twin, twinBytes, blockBytes, {
      contents,
      isWanted: (kernel, data) => isWanted(kernel, data) && isFirstData(kernel, data),
    }).map(named('twin')),
    ...rivalCases(rivals, bytes, blockBytes, choices).map(named('wasm')),
    ...peerCases(peers, bytes, blockBytes, contents, isWanted),
  ];
}

/** Whether the data is what stands for the kernel where one kind has to do. */
export function isFirstData(kernel: string, data: string): boolean {
  const definition = [...caseDefinitions, ...rivalDefinitions].find((known) => known.kernel === kernel);
  return definition === undefined || definition.data[0] === data;
}
