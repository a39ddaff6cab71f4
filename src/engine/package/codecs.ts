/** Compression codecs by the name and number that packages carry. */
export const codecNames = ['stored', 'lz4', 'deflate', 'zstd'] as const;
export type CodecName = (typeof codecNames)[number];
