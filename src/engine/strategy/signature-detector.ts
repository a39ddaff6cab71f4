/** `rolling`: the base's signature is made, as its holder would, and the target is searched for the base's blocks at every offset. */
import { ByteVector } from '../../base/vector.js';
import { Joiner } from '../detect/search.js';
import { SignatureBuilder, rollingBlockBytes, signatureBytes, type Signature } from '../detect/signature.js';
import { contentDigests } from '../fingerprint/identity.js';
import type { Layout } from '../snapshot/layout.js';
import type { Detection, DetectionInput, StrategyOf } from './detector.js';
import type { Job } from './jobs.js';

export async function detectBySignature(input: DetectionInput<StrategyOf<'rolling'>>): Promise<Detection> {
  const { base, target, run, pairs, strategy } = input;
  const { layout } = base.shape;
  const blockBytes = strategy.blockBytes === 0 ? rollingBlockBytes(layout.totalBytes) : strategy.blockBytes;
  const builder = new SignatureBuilder(layout, blockBytes);
  const baseLeaves = new ByteVector();
  for await (const { sums, leafDigests } of run.run(sumJobs(layout, blockBytes))) {
    builder.accept(sums);
    baseLeaves.append(leafDigests);
  }
  const signature = builder.finish();
  const joiner = new Joiner(target, base.shape, pairs);
  const targetLeaves = new ByteVector();
  for await (const matches of run.run(searchJobs(target.layout, signature))) {
    joiner.accept(matches);
    targetLeaves.append(matches.leafDigests);
  }
  return {
    extents: joiner.finish(),
    targetLeafDigests: targetLeaves.view(),
    baseEntryDigests: contentDigests(run.hasher, base.shape, baseLeaves.view()),
    exchangeBytes: signatureBytes(signature, layout),
  };
}

function* sumJobs(layout: Layout, blockBytes: number): Generator<Job<'sums'>> {
  for (const region of layout.regions()) yield { type: 'sums', region, blockBytes };
}

function* searchJobs(layout: Layout, signature: Signature): Generator<Job<'search'>> {
  for (const region of layout.regions()) yield { type: 'search', region, signature };
}
