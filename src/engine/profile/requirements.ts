/** What a profile's feature flags demand of a strategy, whether it is the profile's own or one given in its place. */
import { fingerprints } from '../fingerprint/fingerprint.js';
import type { Strategy } from '../strategy/strategy.js';
import type { ProfileFeatures } from './profile.js';

/** A broken demand: the strategy key at fault and why. */
export interface Violation {
  readonly key: string;
  readonly problem: string;
}

/** All demands that `strategy` breaks; empty where it fits. */
export function violations(strategy: Strategy, features: ProfileFeatures): Violation[] {
  const found: Violation[] = [];
  if (features.collisionResistantIds && !fingerprints[strategy.fingerprint].collisionResistant) {
    found.push({
      key: 'fingerprint',
      problem: `the profile asks for collision-resistant ids, which ${strategy.fingerprint} does not give`,
    });
  }
  if (!features.baseContentAtHand && strategy.name === 'compare') {
    found.push({
      key: 'name',
      problem: "compare needs the base's content, which the profile says is not at hand",
    });
  }
  if (!features.baseContentAtHand && strategy.subBlock) {
    found.push({
      key: 'subBlock',
      problem: "sub-block delta needs the base's content, which the profile says is not at hand",
    });
  }
  const { codec, deflate } = strategy.compression;
  if (features.portableBytes && deflate === 'native' && (codec === 'deflate' || codec === 'auto')) {
    found.push({
      key: 'deflate',
      problem: 'the profile asks for portable bytes, which native deflate does not give',
    });
  }
  if (features.decisions !== strategy.decisions) {
    found.push({ key: 'decisions', problem: `the profile's features say decisions: ${features.decisions}` });
  }
  return found;
}
