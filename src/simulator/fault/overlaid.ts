/**
 * Properties that faults lay others over for a while: a disk's, a path's. Overlays may overlap in time and end in any order.
 *
 * Law: what holds is the own value with the overlays that are on, in the order in which they came; where two set one property the later one holds.
 * So taking one away leaves what the others alone would have made.
 */
export class Overlaid<T extends object> {
  readonly #apply: (value: T) => void;
  #own: T;
  #overlays: readonly Partial<T>[] = [];

  /** `apply` is told what holds whenever that may have changed; it holds `own` already. */
  constructor(own: T, apply: (value: T) => void) {
    this.#own = own;
    this.#apply = apply;
  }

  get own(): T {
    return this.#own;
  }

  /** Changes what lies below the overlays. */
  set own(own: T) {
    this.#own = own;
    this.#changed();
  }

  /** Lays `overlay` on top until the function that it returns is called, once. */
  lay(overlay: Partial<T>): () => void {
    // An overlay is taken away by its identity, and one literal may be laid twice.
    const own = { ...overlay };
    this.#overlays = [...this.#overlays, own];
    this.#changed();
    return () => {
      this.#overlays = this.#overlays.filter((one) => one !== own);
      this.#changed();
    };
  }

  #changed(): void {
    this.#apply(this.#overlays.reduce<T>((value, overlay) => ({ ...value, ...overlay }), this.#own));
  }
}
