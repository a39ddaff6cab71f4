/** What is known of the links to several peers: each transfer gets an estimate of its own, which begins with what the one before has learnt. */
import { LinkEstimate, type LinkEstimateOptions } from './link-estimate.js';

/** Peers that are remembered: the one whose last transfer is longest ago is forgotten, which costs it a few small segments. */
const peersMax = 256;

export class LinkEstimates {
  readonly #options: LinkEstimateOptions;
  readonly #byPeer = new Map<string, LinkEstimate>();

  constructor(options: LinkEstimateOptions = {}) {
    this.#options = options;
  }

  /** For a transfer to this peer. */
  open(peer: string): LinkEstimate {
    const estimate = this.#byPeer.get(peer)?.successor() ?? new LinkEstimate(this.#options);
    this.#byPeer.delete(peer);
    this.#byPeer.set(peer, estimate);
    for (const oldest of this.#byPeer.keys()) {
      if (this.#byPeer.size <= peersMax) break;
      this.#byPeer.delete(oldest);
    }
    return estimate;
  }
}
