/** How entries are cut into blocks. Blocks never span entries; each file entry is cut on its own, from its first byte. */
export type ChunkerSpec =
  | { readonly name: 'fixed'; readonly blockBytes: number }
  | {
      readonly name: 'fastcdc';
      readonly minBytes: number;
      readonly averageBytes: number;
      readonly maxBytes: number;
    };
