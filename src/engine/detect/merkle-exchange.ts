/** A Merkle walk with both sides in one process: every message is encoded and decoded, so that what is counted is what would be sent. */
import { present } from '../../base/errors.js';
import type { Hasher } from '../fingerprint/fingerprint.js';
import type { BlockListing, CutBlocks, ListedBlocks } from '../fingerprint/manifest.js';
import { MerkleHolder } from './merkle-holder.js';
import { MerkleReader } from './merkle-reader.js';

/** What crossed the link before detection. */
export interface ExchangeCost {
  readonly bytes: number;
  readonly messages: number;
  /** Beyond that of offer and answer, which every delta has: the remote's first message rides on its offer. */
  readonly roundTrips: number;
}

/** What the remote holds, as a reader with `own` learns it, and what that took. */
export function walkMerkle(
  remote: CutBlocks,
  own: ListedBlocks,
  hasher: Hasher,
  options: { readonly tripBytes?: number; readonly offerBytes?: number } = {},
): { readonly listing: BlockListing; readonly cost: ExchangeCost } {
  const holder = new MerkleHolder(remote, hasher);
  const reader = new MerkleReader(own, hasher, { chunker: remote.chunker, ...options });
  let messages = 1;
  const first = holder.offer(options.offerBytes);
  let bytes = first.length;
  const questions = reader.receive(first);
  while (!reader.isFinished) {
    const question = present(questions.shift(), 'question');
    const answer = holder.receive(question);
    bytes += question.length + answer.length;
    messages += 2;
    questions.push(...reader.receive(answer));
  }
  return { listing: reader.listing(), cost: { bytes, messages, roundTrips: reader.roundTrips } };
}
