/** Strategies by the name that packages carry: the one place that knows them all. */
import { contentChunkerNames, type ContentChunkerName } from '../chunk/content-chunkers.js';
import { detectAdaptively } from './adaptive-detector.js';
import { detectBlocks } from './blocks-detector.js';
import { detectByComparison } from './compare-detector.js';
import type { Detection, DetectionInput, Detector, StrategyOf } from './detector.js';
import { detectBySignature } from './signature-detector.js';
import type { StrategyName } from './strategy.js';

export interface StrategyPart<N extends StrategyName> {
  /** Whether a manifest of the base is enough to detect; sub-block deltas always need content. */
  readonly worksFromManifest: boolean;
  readonly detect: Detector<StrategyOf<N>>;
}

const byContent = { worksFromManifest: true, detect: detectBlocks };

export const strategyParts: { readonly [N in StrategyName]: StrategyPart<N> } = {
  adaptive: { worksFromManifest: true, detect: detectAdaptively },
  compare: { worksFromManifest: false, detect: detectByComparison },
  fixed: { worksFromManifest: true, detect: detectBlocks },
  ...(Object.fromEntries(contentChunkerNames.map((name) => [name, byContent])) as Record<
    ContentChunkerName,
    typeof byContent
  >),
  rolling: { worksFromManifest: false, detect: detectBySignature },
};

/** Runs the detector of the input's strategy. */
export function detect(input: DetectionInput): Promise<Detection> {
  // The part was looked up by the strategy's own name, which is what its input type asks for.
  const detector = strategyParts[input.strategy.name].detect as Detector;
  return detector(input);
}
