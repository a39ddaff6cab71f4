/** `adaptive`: every target region against what lies opposite in the base; base leaves that no comparison covered are hashed afterwards. */
import { detectByComparison } from './compare-detector.js';
import type { Detection, DetectionInput, StrategyOf } from './detector.js';

export function detectAdaptively(input: DetectionInput<StrategyOf<'adaptive'>>): Promise<Detection> {
  const { fingerprint, subBlock, compression, decisions, blockBytes } = input.strategy;
  const strategy = { name: 'compare' as const, blockBytes, fingerprint, subBlock, compression, decisions };
  return detectByComparison({ ...input, strategy });
}
